/** A cancel in each state leaves nothing behind, and the slot free. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isFinal } from '../../src/protocol/task-state.ts';
import { startDaemon } from '../support/daemon.ts';
import { eventually, type TestDaemon } from '../support/daemon-process.ts';
import { leftovers, projectIds, snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { importAndWait, whenEnded, whenState } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function assertNothingLeft(daemon: TestDaemon): Promise<void> {
  await eventually(() => (leftovers(daemon.data).publications === 0 ? true : undefined));
  expect(leftovers(daemon.data)).toEqual({ staged: 0, publications: 0 });
  expect(projectIds(daemon.data)).toEqual([]);
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'after'), { images: 2 });
  await importAndWait(daemon.control, { path: path.join(source, 'after') });
}

function mockImport(daemon: TestDaemon, options: Record<string, unknown>) {
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'set'), { images: 2 });
  return daemon.control.import({ path: path.join(source, 'set'), plugin: 'mock', options });
}

test('while it waits for a slot', async () => {
  const daemon = await startDaemon({ flags: { slots: '1' } });
  const running = await mockImport(daemon, { runForMs: 60_000 });
  await whenState(daemon.control, running.key, 'converting');
  const waiting = await mockImport(daemon, { runForMs: 60_000 });
  expect((await daemon.control.task(waiting.key)).task.state).toBe('leased');
  await daemon.control.cancel(waiting.key);
  expect((await whenEnded(daemon.control, waiting.key)).state).toBe('canceled');
  await daemon.control.cancel(running.key);
  expect((await whenEnded(daemon.control, running.key)).state).toBe('canceled');
  await assertNothingLeft(daemon);
});

test('while an archive is unpacked', async () => {
  const daemon = await startDaemon();
  const folder = tempFolder();
  writeSampleCoco(path.join(folder, 'set'), { images: 6000, labels: 1, side: 16 });
  const archive = path.join(folder, 'set.tar.gz');
  expect(spawnSync('tar', ['czf', archive, '-C', folder, 'set']).status).toBe(0);
  const task = await daemon.control.import({ path: archive });
  await whenState(daemon.control, task.key, 'fetching');
  await daemon.control.cancel(task.key);
  expect((await whenEnded(daemon.control, task.key)).state).toBe('canceled');
  expect(existsSync(path.join(daemon.data, 'agent', 'tasks', task.key, '1', 'work'))).toBe(false);
  await assertNothingLeft(daemon);
});

test('around the commit: canceled with nothing, or succeeded with everything', {
  timeout: 120_000,
}, async () => {
  const daemon = await startDaemon();
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'set'), { images: 40 });
  const outcomes = new Set<string>();
  for (let round = 0; round < 6; round++) {
    const before = projectIds(daemon.data);
    const { key } = await daemon.control.import({ path: path.join(source, 'set') });
    await eventually(async () => {
      const { state } = (await daemon.control.task(key)).task;
      return state === 'publishing' || isFinal(state) ? true : undefined;
    });
    await daemon.control.cancel(key);
    const { state, result } = await whenEnded(daemon.control, key);
    outcomes.add(state);
    const made = projectIds(daemon.data).filter((id) => !before.includes(id));
    if (state === 'canceled') expect(made).toEqual([]);
    else {
      expect(state).toBe('succeeded');
      expect(made).toEqual([result?.projectId]);
      expect(snapshotProject(daemon.data, made[0] ?? 0).items).toHaveLength(40);
    }
    await eventually(() => (leftovers(daemon.data).publications === 0 ? true : undefined));
    expect(leftovers(daemon.data)).toEqual({ staged: 0, publications: 0 });
  }
  expect([...outcomes].every((state) => state === 'canceled' || state === 'succeeded')).toBe(true);
});

test('while it converts and items are published', async () => {
  const daemon = await startDaemon();
  const task = await mockImport(daemon, { items: 100_000, pauseMs: 5 });
  await whenState(daemon.control, task.key, 'converting');
  await eventually(() => (leftovers(daemon.data).staged > 0 ? true : undefined), {
    what: 'a published segment',
  });
  await daemon.control.cancel(task.key);
  expect((await whenEnded(daemon.control, task.key)).state).toBe('canceled');
  await assertNothingLeft(daemon);
});

test('a plugin that ignores SIGTERM is ended by force', async () => {
  const daemon = await startDaemon({ flags: { 'stop-grace-seconds': '1' } });
  const task = await mockImport(daemon, { runForMs: 120_000, ignoreTerm: true });
  await whenState(daemon.control, task.key, 'converting');
  await daemon.control.cancel(task.key);
  expect((await whenEnded(daemon.control, task.key, 15_000)).state).toBe('canceled');
  await assertNothingLeft(daemon);
});

test('a cancel is not forgotten by a crash', async () => {
  const daemon = await startDaemon({ flags: { 'stop-grace-seconds': '30' } });
  const task = await mockImport(daemon, { runForMs: 120_000, ignoreTerm: true });
  await whenState(daemon.control, task.key, 'converting');
  await daemon.control.cancel(task.key);
  await daemon.kill();
  const again = await startDaemon({
    data: daemon.data,
    port: daemon.port,
    flags: { 'stop-grace-seconds': '1' },
  });
  expect((await whenEnded(again.control, task.key)).state).toBe('canceled');
  await assertNothingLeft(again);
});

test('an ended task says that it has ended', async () => {
  const daemon = await startDaemon();
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'set'), { images: 2 });
  const task = await importAndWait(daemon.control, { path: path.join(source, 'set') });
  expect((await daemon.control.cancel(task.key)).accepted).toContain('ended already');
  expect(projectIds(daemon.data)).toHaveLength(1);
});
