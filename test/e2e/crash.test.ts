/**
 * SIGKILL at random moments of an import. However often and whenever: one project, equal to one that was
 * imported without any crash, every file accounted for, nothing staged left behind.
 * SLY_CRASHES says how many kills (default 50).
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isFinal } from '../../src/protocol/task-state.ts';
import { startDaemon } from '../support/daemon.ts';
import type { TestDaemon } from '../support/daemon-process.ts';
import { leftovers, projectIds, snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { assertAllAccounted, importAndWait, whenEnded } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

const CRASHES = Number(process.env.SLY_CRASHES ?? 50);
/** Kills of one import; then it may finish, and the next import begins. */
const KILLS_A_TASK = 5;

/** A different walk every run; the seed is printed, so that a failure can be walked again. */
const seed = Number(process.env.SLY_SEED ?? Date.now() % 1_000_000);
let state = seed;
function random(): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return state / 2_147_483_648;
}

test(`${CRASHES} kills, equal projects`, { timeout: 20_000 * CRASHES }, async () => {
  process.stderr.write(`crash test: SLY_SEED=${seed}\n`);
  const root = tempFolder('crash');
  const source = path.join(root, 'street');
  mkdirSync(source);
  writeSampleCoco(path.join(source, 'set'), { images: 300, labels: 3 });

  let daemon: TestDaemon = await startDaemon({ data: path.join(root, 'data') });
  const calm = await importAndWait(daemon.control, { path: source, project: 'calm' });
  const wanted = snapshotProject(daemon.data, calm.result?.projectId ?? 0);
  expect(wanted.items).toHaveLength(300);

  let kills = 0;
  let imports = 0;
  const statesHit = new Set<string>();
  while (kills < CRASHES) {
    const { key } = await daemon.control.import({ path: source, project: `crash ${++imports}` });
    for (let round = 0; round < KILLS_A_TASK && kills < CRASHES; round++) {
      await delay(random() * 1_800);
      const { task } = await daemon.control.task(key);
      if (isFinal(task.state)) break;
      await daemon.kill();
      kills++;
      statesHit.add(task.state);
      daemon = await startDaemon({ data: daemon.data, port: daemon.port });
    }
    const ended = await whenEnded(daemon.control, key, 120_000);
    expect(ended.failure).toBeNull();
    expect(ended.state).toBe('succeeded');
    assertAllAccounted(ended);
    expect(ended.result?.counts).toEqual(calm.result?.counts);
    const { name: _name, ...project } = snapshotProject(daemon.data, ended.result?.projectId ?? 0);
    const { name: _calm, ...reference } = wanted;
    expect(project).toEqual(reference);
    expect(leftovers(daemon.data)).toEqual({ staged: 0, publications: 0 });
  }
  // One project a task: none lost, none doubled.
  expect(projectIds(daemon.data)).toHaveLength(imports + 1);
  process.stderr.write(`crash test: ${kills} kills in ${[...statesHit].sort().join(', ')}\n`);
});

test('an export survives kills too', { timeout: 300_000 }, async () => {
  const root = tempFolder('crash-export');
  writeSampleCoco(path.join(root, 'street'), { images: 300, labels: 2 });
  let daemon: TestDaemon = await startDaemon({ data: path.join(root, 'data') });
  const task = await importAndWait(daemon.control, { path: path.join(root, 'street') });
  const project = String(task.result?.projectId);
  const calm = await whenEnded(
    daemon.control,
    (await daemon.control.export({ project, plugin: 'coco' })).key,
  );
  expect(calm.state).toBe('succeeded');
  const { key } = await daemon.control.export({ project, plugin: 'coco' });
  for (let kill = 0; kill < 5; kill++) {
    await delay(random() * 900);
    if (isFinal((await daemon.control.task(key)).task.state)) break;
    await daemon.kill();
    daemon = await startDaemon({ data: daemon.data, port: daemon.port });
  }
  const ended = await whenEnded(daemon.control, key, 120_000);
  expect(ended.failure).toBeNull();
  expect(ended.result?.counts).toEqual(calm.result?.counts);
  // The tar itself differs only by the time in its headers, which is the task's.
  expect(ended.result?.size).toBe(calm.result?.size);
});
