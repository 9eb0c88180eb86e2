/** Who gets which task, who does not and why; cancel, retry, drain, listings. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { SlyError } from '../../../src/lib/errors.ts';
import type { TaskEvent } from '../../../src/platform/ports/tasks.ts';
import { eventually } from '../../support/daemon-process.ts';
import {
  exportTask,
  importTask,
  inState,
  online,
  PATIENT_POLICY,
  pair,
  startAgentRig,
  startPlatformRig,
} from '../../support/link-rig.ts';
import { tempFolder } from '../../support/temp-folder.ts';

test('two agents share a hundred tasks: each is done once, both work', async () => {
  const root = tempFolder('link');
  const platform = await startPlatformRig({ folder: path.join(root, 'platform'), policy: PATIENT_POLICY });
  const { tasks, directory } = platform.room;
  for (let n = 0; n < 100; n++) await tasks.create(exportTask(`t${n}`), {});
  const agents = [];
  for (const name of ['gpu-1', 'gpu-2']) {
    const { token } = await directory.create(name);
    agents.push(
      startAgentRig({
        folder: path.join(root, name),
        url: platform.url,
        token,
        slots: 3,
        auto: true,
        timings: { silenceMs: 20_000 },
      }),
    );
  }
  await eventually(
    async () => ((await tasks.list({ states: ['succeeded'], limit: 200 })).length === 100 ? true : undefined),
    { within: 40_000, what: 'a hundred ended tasks' },
  );
  const all = await tasks.list({ limit: 200 });
  expect(all.every((task) => task.attempt === 1)).toBe(true);
  expect(new Set(all.map((task) => task.agentName))).toEqual(new Set(['gpu-1', 'gpu-2']));
  for (const task of all) expect(await tasks.history(task.id)).toHaveLength(6);
  const done = agents.flatMap((agent) => agent.journal.recent(200).map((record) => record.key));
  expect(done.sort()).toEqual(all.map((task) => task.key).sort());
});

test('urgent before old, old before new, never more than there are slots', async () => {
  const root = tempFolder('link');
  const platform = await startPlatformRig({ folder: path.join(root, 'platform') });
  const { tasks, directory } = platform.room;
  for (const key of ['old', 'new']) await tasks.create(exportTask(key), {});
  await tasks.create(exportTask('urgent', 5), {});
  const { token } = await directory.create('gpu-1');
  const agent = startAgentRig({ folder: path.join(root, 'agent'), url: platform.url, token, slots: 1 });
  for (const key of ['urgent', 'old', 'new']) {
    await eventually(() => (agent.held.has(`${key}.1`) ? true : undefined), { what: key });
    expect(agent.held.size).toBe(1);
    await inState(platform, key, 'leased');
    agent.move({ key, attempt: 1 }, 'fetching', 'converting', 'publishing', 'succeeded');
  }
});

test('why a task waits, in each case', async () => {
  const root = tempFolder('link');
  const platform = await startPlatformRig({ folder: path.join(root, 'platform') });
  const { tasks, directory } = platform.room;
  const why = async (key: string) => (await tasks.get({ key }))?.waitingBecause ?? '';
  const whyIs = (key: string, pattern: RegExp) =>
    eventually(async () => (pattern.test(await why(key)) ? true : undefined), {
      within: 4_000,
      what: `${pattern} for ${key}`,
    }).catch(async (error: unknown) => {
      throw new Error(`${String(error)}; it says: ${await why(key)}`);
    });
  await tasks.create(exportTask('a'), {});
  expect(await why('a')).toBe('no agent is connected');
  const { id, token } = await directory.create('gpu-1');
  await tasks.create(importTask('pinned'), { agentId: id });
  expect(await why('pinned')).toBe('only agent gpu-1 has its source, and it is not connected');
  await tasks.cancel(2, 'not needed');

  const folder = path.join(root, 'agent');
  const agent = startAgentRig({ folder, url: platform.url, token, slots: 1, plugins: ['yolo'] });
  await online(agent);
  await whyIs('a', /^no connected agent has the plugin coco$/);
  await tasks.create(exportTask('b', 0, 'yolo'), {});
  await inState(platform, 'b', 'leased');
  expect(await why('b')).toBe('');
  await tasks.create(exportTask('c', 0, 'yolo'), {});
  await whyIs('c', /^agent gpu-1 has no free slot \(1 held\)$/);
  agent.telemetry.state = 'disk-low';
  await whyIs('c', /^agent gpu-1 has too little room on its disk$/);
  agent.telemetry.state = 'ready';
  await directory.drain(id, true);
  await whyIs('c', /^agent gpu-1 is draining$/);
  await agent.stop();
  await whyIs('b', /gpu-1, which works on it, is not connected \(last heard of at/);
});

test('what an agent refuses is offered again later, each time after a longer while', async () => {
  let open = false;
  const { platform, agent } = await pair({
    handlers: { offer: (_task, _attempt) => (open ? 'accept' : { reject: 'the moon is wrong' }) },
  });
  await platform.room.tasks.create(exportTask('a'), {});
  await eventually(async () => {
    const task = await platform.room.tasks.get({ key: 'a' });
    return task?.waitingBecause === 'agent gpu-1 did not take it: the moon is wrong' ? true : undefined;
  });
  open = true;
  await inState(platform, 'a', 'leased');
  expect(agent.link.status().status).toBe('online');
});

test('an agent that does not answer an offer does not hold up the task', async () => {
  const root = tempFolder('link');
  const platform = await startPlatformRig({ folder: path.join(root, 'platform') });
  const { tasks, directory } = platform.room;
  const mute = await directory.create('mute');
  const deaf = startAgentRig({
    folder: path.join(root, 'mute'),
    url: platform.url,
    token: mute.token,
    slots: 9,
    handlers: {
      offer: () => {
        throw new SlyError('SLY_DISK_FULL', { detail: 'no room for the journal' });
      },
    },
  });
  await online(deaf);
  await tasks.create(exportTask('a'), {});
  await eventually(async () =>
    (await tasks.get({ key: 'a' }))?.waitingBecause?.includes('no room for the journal') ? true : undefined,
  );
  const { token } = await directory.create('gpu-2');
  startAgentRig({ folder: path.join(root, 'gpu-2'), url: platform.url, token, slots: 1 });
  expect(await inState(platform, 'a', 'leased')).toMatchObject({ agentName: 'gpu-2' });
});

test('an accept whose connection broke is honoured when the agent comes back', async () => {
  const { platform, agent, agentId, folder, token } = await pair();
  await agent.stop();
  await platform.room.tasks.create(exportTask('a'), {});
  // What the agent may send before its accept is handled is only too early, not wrong.
  await expect(platform.room.tasks.assertHeld('a', 1, agentId)).rejects.toMatchObject({
    code: 'SLY_TASK_UNKNOWN',
    retryable: true,
  });
  // The agent journaled the offer, and the answer never left it.
  const offline = startAgentRig({ folder, url: platform.url, token, start: false });
  offline.journal.createOffered(exportTask('a'), 1);
  await offline.stop();
  const back = startAgentRig({ folder, url: platform.url, token });
  await online(back);
  expect(back.verdicts).toEqual([{ key: 'a', attempt: 1, verdict: 'resume' }]);
  expect(await inState(platform, 'a', 'leased')).toMatchObject({ attempt: 1, agentName: 'gpu-1' });
});

test('an attempt that ended before its accept arrived keeps its result', async () => {
  const { platform, agent, folder, token } = await pair();
  await agent.stop();
  await platform.room.tasks.create(exportTask('a'), {});
  const offline = startAgentRig({ folder, url: platform.url, token, start: false });
  offline.journal.createOffered(exportTask('a'), 1);
  offline.move({ key: 'a', attempt: 1 }, 'fetching', 'converting', 'publishing', 'succeeded');
  await offline.stop();
  const back = startAgentRig({ folder, url: platform.url, token });
  const task = await inState(platform, 'a', 'succeeded');
  expect(task).toMatchObject({ attempt: 1, agentName: 'gpu-1' });
  await eventually(() => (back.outbox.size() === 0 ? true : undefined));
  // An offer may have crossed the news; the journal's record of the end stays.
  expect(back.lost).toEqual([]);
  expect(back.journal.get('a')).toMatchObject({ state: 'succeeded' });
});

test('progress: the latest counts, a few a second are told', async () => {
  const { platform, agent } = await pair();
  const told: number[] = [];
  platform.room.tasks.subscribe((event) => {
    if (event.type === 'progress') told.push(event.progress.items?.done ?? -1);
  });
  const ref = agent.createLocal(importTask('a'));
  await inState(platform, 'a', 'leased');
  for (let done = 1; done <= 500; done++) agent.link.progress(ref, { phase: 'converting', items: { done } });
  await eventually(() => (told.at(-1) === 500 ? true : undefined), { what: 'the last progress' });
  expect(told.length).toBeLessThan(5);
});

test('cancel while queued, leased and running; also while the agent is away', async () => {
  const { platform, agent, folder, token } = await pair({ slots: 2 });
  const { tasks } = platform.room;
  const leased = await tasks.create(exportTask('leased'), {});
  const running = await tasks.create(exportTask('running'), {});
  await inState(platform, 'leased', 'leased');
  await inState(platform, 'running', 'leased');
  const queued = await tasks.create(exportTask('queued'), {});
  expect(await tasks.cancel(queued.id, 'changed my mind')).toMatchObject({ state: 'canceled', attempt: 1 });
  expect(await tasks.cancel(queued.id, 'again')).toMatchObject({ state: 'canceled' });

  agent.move({ key: 'running', attempt: 1 }, 'fetching', 'converting');
  await inState(platform, 'running', 'converting');
  const asked = await tasks.cancel(leased.id, 'enough');
  expect(asked).toMatchObject({ state: 'leased', waitingBecause: 'agent gpu-1 was asked to cancel it' });
  await eventually(() => (agent.cancels.length === 1 ? true : undefined));
  expect(agent.cancels).toEqual([{ key: 'leased', attempt: 1 }]);
  agent.move({ key: 'leased', attempt: 1 }, 'canceled');
  await inState(platform, 'leased', 'canceled');

  await agent.stop();
  await tasks.cancel(running.id, 'enough');
  const back = startAgentRig({ folder, url: platform.url, token });
  await eventually(() => (back.verdicts.length > 0 ? true : undefined));
  expect(back.verdicts).toEqual([{ key: 'running', attempt: 1, verdict: 'cancel' }]);
  back.move({ key: 'running', attempt: 1 }, 'canceled');
  await inState(platform, 'running', 'canceled');
  expect(platform.ended.sort()).toEqual(['leased.1 canceled', 'running.1 canceled']);

  const retried = await tasks.retry(queued.id);
  expect(retried).toMatchObject({ state: 'queued', attempt: 1 });
  await eventually(() => (back.held.has('queued.1') ? true : undefined));
  await inState(platform, 'queued', 'leased');
  await expect(tasks.retry(queued.id)).rejects.toMatchObject({ code: 'SLY_TASK_MOVE' });
});

test('an operator of an agent may retry and cancel its tasks and no others', async () => {
  const { root, platform, agent } = await pair();
  const ref = agent.createLocal(importTask('mine'));
  await inState(platform, 'mine', 'leased');
  agent.fail(ref, false);
  await inState(platform, 'mine', 'failed');
  const { token } = await platform.room.directory.create('gpu-2');
  const other = startAgentRig({ folder: path.join(root, 'other'), url: platform.url, token });
  await online(other);
  other.journal.request({ type: 'task.retry', key: 'mine' });
  await eventually(() => (other.outbox.size() === 0 ? true : undefined));
  expect(await platform.room.tasks.get({ key: 'mine' })).toMatchObject({ state: 'failed' });
  agent.telemetry.state = 'draining';
  await new Promise((resolve) => setTimeout(resolve, 120));
  agent.journal.request({ type: 'task.retry', key: 'mine' });
  expect(await inState(platform, 'mine', 'queued')).toMatchObject({ attempt: 2 });
  agent.journal.request({ type: 'task.cancel', key: 'mine' });
  expect(await inState(platform, 'mine', 'canceled')).toMatchObject({ attempt: 2 });
});

test('a draining agent finishes what it holds and takes nothing new, also after a reconnect', async () => {
  const { platform, agent, agentId, folder, token } = await pair({ slots: 2 });
  const { tasks, directory } = platform.room;
  await tasks.create(exportTask('a'), {});
  await inState(platform, 'a', 'leased');
  await directory.drain(agentId, true);
  await eventually(() => (agent.telemetry.state === 'draining' ? true : undefined));
  await tasks.create(exportTask('b'), {});
  agent.move({ key: 'a', attempt: 1 }, 'fetching', 'converting', 'publishing', 'succeeded');
  await inState(platform, 'a', 'succeeded');
  expect(await directory.get(agentId)).toMatchObject({ draining: true, connected: true, running: [] });
  await agent.stop();
  const back = startAgentRig({ folder, url: platform.url, token });
  await eventually(() => (back.telemetry.state === 'draining' ? true : undefined));
  expect(await tasks.get({ key: 'b' })).toMatchObject({ state: 'queued' });
  await directory.drain(agentId, false);
  await inState(platform, 'b', 'leased');
  await expect(directory.drain(99, true)).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
});

test('the upload folder is listed over the link', async () => {
  const entry = { name: 'set', kind: 'folder' as const, size: 0, modifiedAt: new Date(0).toISOString() };
  const { platform, agentId, agent } = await pair({
    handlers: {
      async list(folder) {
        if (folder === 'slow') return new Promise(() => undefined);
        if (folder === '..') throw new SlyError('SLY_PATH_ESCAPES', { detail: folder });
        const many = folder === 'many' ? 50_000 : 1;
        return { entries: Array.from({ length: many }, () => entry), more: false };
      },
    },
  });
  const { directory } = platform.room;
  expect(await directory.listFolder(agentId, '')).toMatchObject({ path: '', entries: [entry], more: false });
  expect(await directory.listFolder(agentId, '..')).toMatchObject({ failure: { code: 'SLY_PATH_ESCAPES' } });
  const many = await directory.listFolder(agentId, 'many');
  expect(many.more).toBe(true);
  expect(many.entries?.length).toBeGreaterThan(1000);
  await expect(directory.listFolder(agentId, 'slow')).rejects.toMatchObject({ code: 'SLY_TIMEOUT' });
  await agent.stop();
  await eventually(async () => ((await directory.get(agentId))?.connected === false ? true : undefined));
  await expect(directory.listFolder(agentId, '')).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
});

test('what may not be asked of an agent is refused where it is asked', async () => {
  const { platform, agentId } = await pair();
  const { tasks, directory } = platform.room;
  const importOf = (source: object) => {
    const task = importTask();
    return { ...task, spec: { ...task.spec, source } } as ReturnType<typeof importTask>;
  };
  const escapes = importOf({ kind: 'upload', path: '../../etc' });
  await expect(tasks.create(escapes, { agentId })).rejects.toMatchObject({ code: 'SLY_PATH_ESCAPES' });
  await expect(tasks.create(importTask(), {})).rejects.toMatchObject({ code: 'SLY_USAGE' });
  const local = importOf({ kind: 'path', path: '/etc' });
  await expect(tasks.create(local, { agentId })).rejects.toMatchObject({ code: 'SLY_FORBIDDEN' });
  const files = Array.from({ length: 120_000 }, (_, n) => ({
    path: `img/${String(n).padStart(60, '0')}.jpg`,
    sha256: 'a'.repeat(64),
    size: 1,
  }));
  const huge = importOf({ kind: 'blobs', files });
  await expect(tasks.create(huge, {})).rejects.toMatchObject({ code: 'SLY_TOO_LARGE' });
  await expect(directory.create('gpu-1')).rejects.toMatchObject({ code: 'SLY_NOT_UNIQUE' });
  await expect(tasks.cancel(77, 'x')).rejects.toMatchObject({ code: 'SLY_TASK_UNKNOWN' });
});

test('an upload of ten thousand files from the browser is offered whole and listed short', async () => {
  const { platform, agent } = await pair();
  const told: TaskEvent[] = [];
  platform.room.tasks.subscribe((event) => told.push(event));
  const task = importTask('big');
  const files = Array.from({ length: 10_000 }, (_, n) => ({
    path: `img/${n}.jpg`,
    sha256: 'a'.repeat(64),
    size: 1,
  }));
  const big = { ...task, spec: { ...task.spec, source: { kind: 'blobs', files } } } as typeof task;
  expect(JSON.stringify(big).length).toBeGreaterThan(1 << 20);
  await platform.room.tasks.create(big, {});
  await inState(platform, 'big', 'leased');
  const record = agent.journal.get('big');
  expect(record?.task.spec).toEqual(big.spec);
  const [listed] = await platform.room.tasks.list({ limit: 1 });
  expect(JSON.stringify(listed).length).toBeLessThan(20_000);
  expect(JSON.stringify(told).length).toBeLessThan(100_000);
});

test('tasks are found by title, key, number and state, newest first', async () => {
  const platform = await startPlatformRig({ folder: path.join(tempFolder('link'), 'platform') });
  const { tasks } = platform.room;
  for (const title of ['Street 100%', 'street_scenes', 'Volumes']) {
    await tasks.create({ ...exportTask(`key-${title}`), title }, {});
  }
  const titles = async (query: Parameters<typeof tasks.list>[0]) =>
    (await tasks.list(query)).map((task) => task.title);
  expect(await titles({ limit: 2 })).toEqual(['Volumes', 'street_scenes']);
  expect(await titles({ limit: 2, before: 2 })).toEqual(['Street 100%']);
  expect(await titles({ limit: 9, text: 'STREET' })).toEqual(['street_scenes', 'Street 100%']);
  expect(await titles({ limit: 9, text: '100%' })).toEqual(['Street 100%']);
  expect(await titles({ limit: 9, text: 't_s' })).toEqual(['street_scenes']);
  expect(await titles({ limit: 9, text: '3' })).toEqual(['Volumes']);
  expect(await titles({ limit: 9, text: 'key-Volumes', states: ['failed'] })).toEqual([]);
});
