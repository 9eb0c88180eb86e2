/** Questions to agents through the public API, and what this server itself keeps. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentDirectory } from '../../../../src/platform/ports/agents.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { createScriptedAgents } from '../../../support/scripted-agents.ts';

const asked: [question: string, asked: unknown][] = [];
let agents: AgentDirectory;
let server: ApiServer;

beforeAll(async () => {
  const scripted = createScriptedAgents();
  agents = {
    ...scripted,
    async ask(id, question, input) {
      asked.push([question, input]);
      if (question !== 'doctor.run') return scripted.ask(id, question, input);
      const failure = {
        code: 'SLY_TOO_MANY',
        title: 'Too many requests',
        detail: 'the doctor runs since noon',
        hint: 'Its result shows up here when it has ended.',
        retryable: true,
      };
      return { failure };
    },
  };
  server = await startApiServer({ agents });
});
afterAll(() => server?.stop());

async function ask(method: string, body: object) {
  const response = await fetch(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': server.token },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('an agent', () => {
  test.each([
    ['agents.doctor.info', {}, 'doctor.state', {}],
    ['agents.clean-up.look', { logDays: 7 }, 'cleanUp.look', { logDays: 7 }],
    [
      'agents.clean-up.remove',
      { token: 't', classes: ['logs'] },
      'cleanUp.remove',
      { token: 't', classes: ['logs'] },
    ],
    ['agents.upload-folder.info', {}, 'folder.state', {}],
    ['agents.upload-folder.retry', { name: 'set' }, 'folder.retry', { name: 'set' }],
    ['agents.settings', {}, 'settings', {}],
    ['agents.retention', {}, 'retention', {}],
  ])('%s asks it one question and hands on the answer', async (method, body, question, input) => {
    asked.length = 0;
    const { status } = await ask(method, { id: 1, ...body });
    expect([status, asked]).toEqual([200, [[question, input]]]);
    expect((await ask(method, { id: 99, ...body })).status).toBe(404);
    expect(asked).toHaveLength(1);
  });

  test('what it refuses has its own words, hint and status', async () => {
    const { status, body } = await ask('agents.doctor.run', { id: 1 });
    expect(status).toBe(429);
    expect(body.details).toMatchObject({
      code: 'SLY_TOO_MANY',
      message: 'the doctor runs since noon',
      hint: 'Its result shows up here when it has ended.',
    });
  });

  test('what does not fit is refused before anybody is asked', async () => {
    asked.length = 0;
    for (const [method, body] of [
      ['agents.clean-up.look', { logDays: -1 }],
      ['agents.clean-up.look', { logDays: 1e9 }],
      ['agents.clean-up.look', {}],
      ['agents.clean-up.remove', { token: 't', classes: ['/etc'] }],
      ['agents.clean-up.remove', { token: 't', classes: ['logs', 'logs', 'logs', 'logs', 'logs'] }],
      ['agents.clean-up.remove', { token: 'x'.repeat(101), classes: [] }],
      ['agents.upload-folder.retry', { name: 'n'.repeat(1025) }],
      ['agents.doctor.run', { security: 'yes' }],
    ] as const)
      expect([method, (await ask(method, { id: 1, ...body })).status]).toEqual([method, 400]);
    expect(asked).toEqual([]);
  });
});

describe('what an agent leaves with the platform', () => {
  const raw = (method: string, body: object) =>
    fetch(`${server.url}/public/api/v3/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': server.token },
      body: JSON.stringify(body),
    });

  test('a support bundle is made, and downloaded as a file while it is kept', async () => {
    const { body } = await ask('agents.support-bundle.make', { id: 1 });
    expect(body).toMatchObject({ id: 'bundle', size: 4, files: [{ file: 'version.json' }] });
    const file = await raw('agents.support-bundle.download', { id: 1, bundle: body.id });
    expect(file.headers.get('content-disposition')).toContain('support-gpu-1.tar.gz');
    expect([file.headers.get('content-type'), await file.text()]).toEqual(['application/gzip', 'gzip']);
    const old = await raw('agents.support-bundle.download', { id: 1, bundle: 'older' });
    expect([old.status, await old.text()]).toEqual([404, expect.stringContaining('Make a new one')]);
    expect((await raw('agents.support-bundle.make', { id: 99 })).status).toBe(404);
  });

  test('its settings are those of its last start while it is away, and nobody is asked', async () => {
    const [view] = await agents.list();
    const settings = (await agents.ask(1, 'settings', {})).answer;
    expect((await ask('agents.settings', { id: 1 })).body).toEqual({ ...settings, asOf: null });
    const at = '2026-01-02T03:04:05.000Z';
    agents.lastSettings = async () => ({ at, settings: settings! });
    Object.assign(view!, { connected: false });
    asked.length = 0;
    expect((await ask('agents.settings', { id: 1 })).body).toEqual({ ...settings, asOf: at });
    expect(asked).toEqual([]);
    Object.assign(view!, { connected: true });
  });
});

describe('this server', () => {
  test('says what it keeps and what a clean-up would take', async () => {
    const { body } = await ask('instance.retention', {});
    const rows = body.rows as { what: string; keptMs: number | null; setting: unknown }[];
    expect(rows.find((row) => row.what === 'Archives of exports')).toMatchObject({
      keptMs: 30 * 86_400_000,
      setting: { name: 'archive_days', origin: 'default' },
    });
    const nothing = { archives: 0, archived: 0, blobs: 0, more: false };
    expect((await ask('instance.retention.preview', {})).body).toEqual(nothing);
    const project = await server.api<{ id: number }>('projects.add', { name: 'old', workspaceId: 1 });
    await server.api('datasets.add', { projectId: project.id, name: 'd' });
    await server.stores.projects.archive(project.id);
    expect((await ask('instance.retention.preview', {})).body).toEqual(nothing);
    const longAgo = Date.now() - 2 * 86_400_000;
    for (const table of ['projects', 'datasets'] as const)
      await server.db.kysely
        .updateTable(table)
        .set({ archived_at: longAgo })
        .where('archived_at', 'is not', null)
        .execute();
    expect((await ask('instance.retention.preview', {})).body).toEqual({ ...nothing, archived: 2 });
    // It was only looked at.
    expect((await ask('instance.retention.preview', {})).body).toMatchObject({ archived: 2 });
  });
});
