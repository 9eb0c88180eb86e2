/** A task from the queue to its end, and every way in which one side goes away in between. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../support/daemon-process.ts';
import {
  exportTask,
  importTask,
  inState,
  online,
  pair,
  startAgentRig,
  startPlatformRig,
} from '../../support/link-rig.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { tempFolder } from '../../support/temp-folder.ts';

test('offer, accept, done: history, result and agent are there', async () => {
  const { platform, agent } = await pair();
  const events: string[] = [];
  platform.room.tasks.subscribe((event) => events.push(event.type));
  const created = await platform.room.tasks.create(exportTask('a'), {});
  expect(created).toMatchObject({ id: 1, state: 'queued', attempt: 1 });
  expect(await platform.room.tasks.create(exportTask('a'), {})).toMatchObject({ id: 1 });
  await inState(platform, 'a', 'leased');
  agent.link.progress({ key: 'a', attempt: 1 }, { phase: 'fetching', items: { done: 1, total: 2 } });
  const seen = await eventually(async () => {
    const task = await platform.room.tasks.get({ key: 'a' });
    return task?.progress === null ? undefined : task;
  });
  expect(seen?.progress).toEqual({ phase: 'fetching', items: { done: 1, total: 2 } });
  agent.move({ key: 'a', attempt: 1 }, 'fetching', 'converting', 'publishing', 'succeeded');
  const task = await inState(platform, 'a', 'succeeded');
  expect(task).toMatchObject({ agentName: 'gpu-1', attempt: 1, failure: null, progress: null });
  expect(task.result?.counts.items).toBe(1);
  const history = await platform.room.tasks.history(1);
  expect(history.map((entry) => entry.state)).toEqual([
    'queued',
    'leased',
    'fetching',
    'converting',
    'publishing',
    'succeeded',
  ]);
  await eventually(() => (agent.outbox.size() === 0 ? true : undefined), { what: 'an empty outbox' });
  expect(new Set(events)).toEqual(new Set(['task', 'agent', 'progress']));
  expect(platform.ended).toEqual([]);
});

test('a task of the agent is leased to it as attempt 1, pinned when its source is on its disk', async () => {
  const { platform, agent, agentId } = await pair();
  const ref = agent.createLocal(importTask('local'));
  const task = await inState(platform, 'local', 'leased');
  expect(task).toMatchObject({ agentId, attempt: 1 });
  await expect(platform.room.tasks.assertHeld('local', 1, agentId)).resolves.toMatchObject({ key: 'local' });
  await expect(platform.room.tasks.assertHeld('local', 2, agentId)).rejects.toMatchObject({
    code: 'SLY_LEASE_LOST',
  });
  await expect(platform.room.tasks.assertHeld('nobody', 1, agentId)).rejects.toMatchObject({
    code: 'SLY_TASK_UNKNOWN',
    retryable: true,
  });
  agent.fail(ref, false);
  expect(await inState(platform, 'local', 'failed')).toMatchObject({ failure: { detail: 'too late' } });
  await eventually(() => (platform.ended.length > 0 ? true : undefined));
  expect(platform.ended).toEqual(['local.1 failed']);
});

test('the platform restarts in the middle: the running attempt goes on', async () => {
  const { platform, agent } = await pair();
  await platform.room.tasks.create(exportTask('a'), {});
  await inState(platform, 'a', 'leased');
  agent.move({ key: 'a', attempt: 1 }, 'fetching');
  await inState(platform, 'a', 'fetching');
  await platform.stop();
  agent.move({ key: 'a', attempt: 1 }, 'converting', 'publishing');
  expect(agent.outbox.size()).toBe(2);
  // Longer than a lease: time without a platform counts for nobody.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const again = await startPlatformRig({ folder: platform.folder, port: platform.port });
  expect(await inState(again, 'a', 'publishing')).toMatchObject({ attempt: 1 });
  agent.move({ key: 'a', attempt: 1 }, 'succeeded');
  await inState(again, 'a', 'succeeded');
  expect(agent.lost).toEqual([]);
});

test('the agent restarts with unacknowledged events: each is applied once, in order', async () => {
  const { platform, agent, folder, token } = await pair();
  await platform.room.tasks.create(exportTask('a'), {});
  await inState(platform, 'a', 'leased');
  await agent.link.stop('the network is gone');
  agent.move({ key: 'a', attempt: 1 }, 'fetching', 'converting');
  await agent.stop();
  const again = startAgentRig({ folder, url: platform.url, token });
  expect(await inState(platform, 'a', 'converting')).toMatchObject({ attempt: 1 });
  expect(again.verdicts).toEqual([{ key: 'a', attempt: 1, verdict: 'resume' }]);
  again.move({ key: 'a', attempt: 1 }, 'publishing', 'succeeded');
  await inState(platform, 'a', 'succeeded');
  const history = await platform.room.tasks.history(1);
  expect(history.map((entry) => entry.state)).toEqual([
    'queued',
    'leased',
    'fetching',
    'converting',
    'publishing',
    'succeeded',
  ]);
});

test('acknowledgements that are lost lead to repeated events, and repeated events to nothing', async () => {
  const root = tempFolder('link');
  const platform = await startPlatformRig({ folder: path.join(root, 'platform') });
  const { token } = await platform.room.directory.create('gpu-1');
  const proxy = await startTcpProxy(platform.port);
  const agent = startAgentRig({
    folder: path.join(root, 'agent'),
    url: `http://127.0.0.1:${proxy.port}`,
    token,
  });
  await online(agent);
  for (let round = 0; round < 12; round++) {
    const key = `local-${round}`;
    // Every connection ends somewhere in the middle of what the agent says.
    proxy.cutAfter(1_500 + round * 97);
    proxy.drop();
    proxy.pass();
    const ref = agent.createLocal(importTask(key));
    agent.move(ref, 'fetching', 'converting', 'publishing', 'succeeded');
    await inState(platform, key, 'succeeded');
  }
  for (const task of await platform.room.tasks.list({ limit: 100 })) {
    expect(task).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await platform.room.tasks.history(task.id)).toHaveLength(6);
  }
  await eventually(() => (agent.outbox.size() === 0 ? true : undefined), { what: 'an empty outbox' });
  expect(proxy.connections()).toBeGreaterThan(12);
  await proxy.close();
});

test('a silent agent loses its lease, the task goes to another one, and what comes late is refused', async () => {
  const { root, platform, agent, agentId, folder, token } = await pair();
  await platform.room.tasks.create(exportTask('a'), {});
  await inState(platform, 'a', 'leased');
  agent.move({ key: 'a', attempt: 1 }, 'fetching');
  await inState(platform, 'a', 'fetching');
  await agent.link.stop('the network is gone');
  const queued = await inState(platform, 'a', 'queued');
  expect(queued).toMatchObject({ attempt: 2, agentId: null, failure: { code: 'SLY_LEASE_LOST' } });
  expect(queued.waitingBecause).toBe('no agent is connected');
  await expect(platform.room.tasks.assertHeld('a', 1, agentId)).rejects.toMatchObject({
    code: 'SLY_LEASE_LOST',
  });
  await eventually(() => (platform.ended.length > 0 ? true : undefined));
  expect(platform.ended).toEqual(['a.1 queued']);

  const second = await platform.room.directory.create('gpu-2');
  const other = startAgentRig({ folder: path.join(root, 'other'), url: platform.url, token: second.token });
  await inState(platform, 'a', 'leased');
  // The first one comes back and believes that it has succeeded.
  agent.move({ key: 'a', attempt: 1 }, 'converting', 'publishing', 'succeeded');
  await agent.stop();
  const back = startAgentRig({ folder, url: platform.url, token });
  await online(back);
  await eventually(() => (back.outbox.size() === 0 ? true : undefined), { what: 'an empty outbox' });
  expect(await platform.room.tasks.get({ key: 'a' })).toMatchObject({ state: 'leased', agentName: 'gpu-2' });
  other.move({ key: 'a', attempt: 2 }, 'fetching', 'converting', 'publishing', 'succeeded');
  expect(await inState(platform, 'a', 'succeeded')).toMatchObject({ attempt: 2, agentName: 'gpu-2' });
});

test('an attempt that was given away is abandoned when its old holder comes back', async () => {
  const { platform, agent, folder, token } = await pair();
  await platform.room.tasks.create(exportTask('a'), {});
  await inState(platform, 'a', 'leased');
  await agent.stop();
  await inState(platform, 'a', 'queued');
  const back = startAgentRig({ folder, url: platform.url, token, slots: 1 });
  await eventually(() => (back.verdicts.length > 0 ? true : undefined));
  expect(back.verdicts).toEqual([{ key: 'a', attempt: 1, verdict: 'abandon' }]);
  expect(await inState(platform, 'a', 'leased')).toMatchObject({ attempt: 2 });
});

test('a pinned task stays with its silent holder, and a cancel ends it all the same', async () => {
  const { platform, agent, agentId } = await pair();
  agent.createLocal(importTask('local'));
  await inState(platform, 'local', 'leased');
  await agent.stop();
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  const task = await platform.room.tasks.get({ key: 'local' });
  expect(task).toMatchObject({ state: 'leased', agentId });
  expect(task?.waitingBecause).toMatch(/gpu-1.*not connected/);
  await platform.room.tasks.cancel(task?.id ?? 0, 'enough');
  expect(await inState(platform, 'local', 'canceled')).toMatchObject({ attempt: 1 });
});

test('a task whose attempts are lost again and again fails and says so', async () => {
  const { root, platform, agent } = await pair();
  await agent.stop();
  await platform.room.tasks.create(exportTask('a'), {});
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { token } = await platform.room.directory.create(`mayfly-${attempt}`);
    const folder = path.join(root, `mayfly-${attempt}`);
    const mayfly = startAgentRig({ folder, url: platform.url, token });
    await eventually(() => (mayfly.held.size > 0 ? true : undefined));
    await inState(platform, 'a', 'leased');
    await mayfly.stop();
    await inState(platform, 'a', 'queued', 'failed');
  }
  const task = await inState(platform, 'a', 'failed');
  expect(task).toMatchObject({ attempt: 3, failure: { code: 'SLY_LEASE_LOST' } });
  expect(task.failure?.detail).toMatch(/3 attempts.*mayfly-3/);
});

test('a retryable failure is tried again a bounded number of times, another one is not', async () => {
  const { platform, agent } = await pair();
  await platform.room.tasks.create(exportTask('a'), {});
  for (let attempt = 1; attempt <= 6; attempt++) {
    await eventually(() => (agent.held.has(`a.${attempt}`) ? true : undefined), {
      what: `attempt ${attempt}`,
    });
    agent.fail({ key: 'a', attempt }, true);
  }
  const task = await inState(platform, 'a', 'failed');
  expect(task.attempt).toBe(6);
  await platform.room.tasks.retry(task.id);
  await eventually(() => (agent.held.has('a.7') ? true : undefined), { what: 'attempt 7' });
  agent.fail({ key: 'a', attempt: 7 }, false);
  expect(await inState(platform, 'a', 'failed')).toMatchObject({ attempt: 7 });
  expect(platform.ended).toHaveLength(7);
});
