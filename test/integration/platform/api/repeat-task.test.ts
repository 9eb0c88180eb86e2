/** A known task once more: with everything still there, with some of it gone, twice with one key; its runs; a plugin's self-test. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Of } from '../../../../src/lib/hash.ts';
import type { ImportSpec, TaskSpec } from '../../../../src/protocol/task.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { busyRun } from '../../../support/sample-run.ts';

interface Task {
  id: number;
  key: string;
  title: string;
  spec: TaskSpec;
  agentId: number | null;
}

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.stop());

/** A task whose files came from a browser, of which the bytes of `kept` are stored. */
async function uploaded(files: number, kept: number): Promise<Task> {
  const rows = [];
  for (let n = 0; n < files; n++) {
    const bytes = Buffer.from(`file ${n}`);
    const sha256 = sha256Of(bytes);
    if (n < kept) await server.blobs.put(sha256, bytes);
    rows.push({ path: `pictures/${n}.png`, sha256, size: bytes.length });
  }
  return taskOf({ source: { kind: 'blobs', files: rows } });
}

async function taskOf(over: Partial<ImportSpec>): Promise<Task> {
  const spec: ImportSpec = {
    action: 'import',
    source: { kind: 'upload', path: 'street' },
    options: { classes: ['car'] },
    projectName: 'Street',
    conflict: 'skip',
    ...over,
  };
  const task = {
    key: crypto.randomUUID(),
    title: 'Import street',
    priority: 0,
    createdAt: '2026-03-01T10:00:00.000Z',
    spec,
  };
  return server.tasks.service.create(task, { workspaceId: 1, agentId: 1 });
}

const repeat = (id: number, key?: string): Promise<Task> =>
  server.api<Task>('tasks.repeat', { id, ...(key !== undefined && { key }) });
const countOf = async (): Promise<number> => (await server.tasks.service.list({ limit: 100 })).length;

describe('repeat', () => {
  test('a browser upload whose bytes are kept: the same request as a new task', async () => {
    const first = await uploaded(3, 3);
    const again = await repeat(first.id);
    expect(again.id).not.toBe(first.id);
    expect(again.spec).toEqual(first.spec);
    expect(again.title).toBe(first.title);
  });

  test('one press is one task, however often it is sent; another press another task', async () => {
    const first = await uploaded(2, 2);
    const key = 'a'.repeat(32);
    const all = await Promise.all(Array.from({ length: 8 }, () => repeat(first.id, key)));
    expect(new Set(all.map((one) => one.id)).size).toBe(1);
    expect(await countOf()).toBe(2);
    await repeat(first.id, 'b'.repeat(32));
    expect(await countOf()).toBe(3);
  });

  test('bytes that are gone: says how many, which, since when and why; nothing is queued', async () => {
    const first = await uploaded(5, 3);
    const refused = await repeat(first.id).catch((error: Error) => error.message);
    expect(refused).toContain('2 of 5 uploaded files');
    expect(refused).toContain('pictures/3.png');
    expect(refused).toContain('2026-03-01');
    expect(refused).toMatch(/at least 3 days/);
    expect(refused).toContain('Upload them again');
    expect(await countOf()).toBe(1);
  });

  test('an upload folder goes to the same agent; a path of a machine only that machine may name', async () => {
    const folder = await taskOf({});
    expect((await repeat(folder.id)).agentId).toBe(1);
    const local = await taskOf({ source: { kind: 'path', path: '/srv/data' } });
    await expect(repeat(local.id)).rejects.toThrow(/sly-agent import/);
  });

  test('a project that is gone: neither exported nor added to', async () => {
    const { id: projectId } = await server.api<{ id: number }>('projects.add', { name: 'P', workspaceId: 1 });
    const add = await taskOf({ appendToProjectId: projectId });
    const exported = await server.api<Task>('exports.start', { projectId, plugin: 'coco', options: {} });
    expect((await repeat(exported.id)).spec).toEqual(exported.spec);
    await repeat(add.id);
    await server.api('projects.remove.permanently', { projects: [{ id: projectId }] });
    const before = await countOf();
    await expect(repeat(exported.id)).rejects.toThrow(/404/);
    await expect(repeat(add.id)).rejects.toThrow(/404/);
    expect(await countOf()).toBe(before);
    await expect(repeat(9999)).rejects.toThrow(/404/);
  });
});

test('runs of a task: none, then by attempt, with what is weaker', async () => {
  const { id } = await taskOf({});
  expect(await server.api('tasks.runs', { id })).toEqual({ entities: [] });
  const run = busyRun(30);
  server.tasks.run(id, 1, run);
  expect(await server.api('tasks.runs', { id })).toEqual({ entities: [{ attempt: 1, run }] });
  await expect(server.api('tasks.runs', { id: 9999 })).rejects.toThrow(/404/);
});

test('a self-test answers what came of it; plugins say who can be asked', async () => {
  const { entities } = await server.api<{ entities: { name: string; agents: { canTest: boolean }[] }[] }>(
    'plugins.list',
  );
  expect(entities.every((one) => one.agents.every(({ canTest }) => canTest))).toBe(true);
  expect(await server.api('plugins.test', { agentId: 1, plugin: 'coco' })).toMatchObject({
    plugin: 'coco',
    state: 'ok',
  });
  await expect(server.api('plugins.test', { agentId: 77, plugin: 'coco' })).rejects.toThrow(/404/);
});
