/** Platform and agents as separate processes: dispatch, outage, several agents. */
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { eventually, type TestDaemon } from '../support/daemon-process.ts';
import { type PlatformApi, platformApi } from '../support/platform-api.ts';
import { leftovers, projectIds, snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface TaskRow {
  id: number;
  key: string;
  state: string;
  agentName: string | null;
  failure: unknown;
  result: { projectId?: number; counts: { items: number } } | null;
}

interface Pair {
  root: string;
  platform: TestDaemon;
  api: PlatformApi;
  agent(name: string): Promise<TestDaemon>;
}

async function startPlatform(): Promise<Pair> {
  const root = tempFolder('remote');
  const platform = await startDaemon({ data: path.join(root, 'platform'), command: 'platform' });
  const api = platformApi(platform.url, platform.adminToken());
  return {
    root,
    platform,
    api,
    async agent(name) {
      const { token } = await api<{ token: string }>('agents.create', { name });
      const file = path.join(root, `${name}.token`);
      writeFileSync(file, token, { mode: 0o600 });
      return startDaemon({
        data: path.join(root, name),
        flags: { 'platform-url': platform.url, 'token-file': file, name },
      });
    },
  };
}

async function connected(api: PlatformApi, name: string): Promise<number> {
  return eventually(async () => {
    const { entities } = await api<{ entities: { id: number; name: string; connected: boolean }[] }>(
      'agents.list',
    );
    return entities.find((agent) => agent.name === name && agent.connected)?.id;
  });
}

const taskOf = (api: PlatformApi, id: number): Promise<TaskRow> => api<TaskRow>('tasks.details', { id });

function ended(api: PlatformApi, id: number, within = 60_000): Promise<TaskRow> {
  return eventually(
    async () => {
      const task = await taskOf(api, id);
      return ['succeeded', 'failed', 'canceled'].includes(task.state) ? task : undefined;
    },
    { within, what: `the end of task ${id}` },
  );
}

test('the platform sends an import to an agent, and the project is there', async () => {
  const { platform, api, agent } = await startPlatform();
  const one = await agent('gpu-1');
  const agentId = await connected(api, 'gpu-1');
  // Outside the upload folder's top level the intake would take it too; here only the platform asks.
  const hidden = path.join(one.upload, '.library', 'street');
  writeSampleCoco(hidden, { images: 8 });
  const { id } = await api<{ id: number }>('imports.start', {
    agentId,
    path: '.library/street',
    projectName: 'From afar',
  });
  const task = await ended(api, id);
  expect(task.failure).toBeNull();
  expect(task.agentName).toBe('gpu-1');
  expect(snapshotProject(platform.data, task.result?.projectId ?? 0).items).toHaveLength(8);
});

test('a task nobody has taken says why, and a cancel ends it at once', async () => {
  const { platform, api, agent } = await startPlatform();
  const one = await agent('gpu-1');
  const agentId = await connected(api, 'gpu-1');
  writeSampleCoco(path.join(one.upload, '.library', 'street'), { images: 1 });
  await one.kill();
  const { id } = await api<{ id: number }>('imports.start', { agentId, path: '.library/street' });
  const waiting = await eventually(async () => {
    const task = await api<TaskRow & { waitingBecause: string | null }>('tasks.details', { id });
    return task.waitingBecause === null ? undefined : task;
  });
  expect(waiting.state).toBe('queued');
  expect(waiting.waitingBecause).toContain('gpu-1');
  await api('tasks.cancel', { id });
  expect((await ended(api, id)).state).toBe('canceled');
  expect(projectIds(platform.data)).toEqual([]);
});

test('the platform may not name a path outside the upload folder', async () => {
  const { api, agent } = await startPlatform();
  await agent('gpu-1');
  const agentId = await connected(api, 'gpu-1');
  const started = await api<{ id: number }>('imports.start', {
    agentId,
    path: '../../../etc',
    projectName: 'x',
  }).catch((error: Error) => error);
  if (started instanceof Error) expect(started.message).toMatch(/400/);
  else expect((await ended(api, started.id)).state).toBe('failed');
});

test('a platform that is away for a minute in the middle of an import loses nothing', {
  timeout: 240_000,
}, async () => {
  const { root, platform, api, agent } = await startPlatform();
  const one = await agent('gpu-1');
  await connected(api, 'gpu-1');
  writeSampleCoco(path.join(root, 'street'), { images: 1500, labels: 2 });
  cpSync(path.join(root, 'street'), path.join(one.upload, 'street'), { recursive: true });
  await eventually(() => (leftovers(platform.data).staged > 0 ? true : undefined), {
    what: 'the first segment',
  });
  await platform.kill();
  await delay(60_000);
  const again = await startDaemon({ data: platform.data, port: platform.port, command: 'platform' });
  const back = platformApi(again.url, again.adminToken());
  await connected(back, 'gpu-1');
  const { entities } = await back<{ entities: TaskRow[] }>('tasks.recent');
  const task = await ended(back, entities[0]?.id ?? 0, 90_000);
  expect(task.failure).toBeNull();
  expect(projectIds(again.data)).toHaveLength(1);
  expect(snapshotProject(again.data, task.result?.projectId ?? 0).items).toHaveLength(1500);
  expect(leftovers(again.data)).toEqual({ staged: 0, publications: 0 });
});

test('two agents share one platform: each imports its own folder, exports go to whoever is free', async () => {
  const { root, platform, api, agent } = await startPlatform();
  const agents = [await agent('gpu-1'), await agent('gpu-2')];
  for (const [at, one] of agents.entries()) {
    writeSampleCoco(path.join(root, `set-${at}`), { images: 6 + at });
    cpSync(path.join(root, `set-${at}`), path.join(one.upload, `set-${at}`), { recursive: true });
  }
  await eventually(() => (projectIds(platform.data).length === 2 ? true : undefined), { within: 60_000 });
  const [projectId = 0] = projectIds(platform.data);
  const started = await Promise.all(
    Array.from({ length: 8 }, () =>
      api<{ id: number }>('exports.start', { projectId, plugin: 'supervisely' }),
    ),
  );
  const tasks = await Promise.all(started.map(({ id }) => ended(api, id, 120_000)));
  expect(tasks.map((task) => task.state)).toEqual(tasks.map(() => 'succeeded'));
  expect(new Set(tasks.map((task) => task.agentName)).size).toBe(2);
});
