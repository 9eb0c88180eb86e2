import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sweep } from '../../../../src/agent/housekeeping/sweep.ts';
import { shrinkTaskFolder, taskFolder } from '../../../../src/agent/pipeline/task-folder.ts';
import type { AttemptRecord } from '../../../../src/agent/ports/journal.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

function attempt(root: string, key: string, number: number, ageSeconds: number): string {
  const folder = path.join(root, key, String(number));
  mkdirSync(path.join(folder, 'sly_task_data', 'results'), { recursive: true });
  writeFileSync(path.join(folder, 'log.ndjson'), '{}\n');
  const then = Date.now() / 1000 - ageSeconds;
  utimesSync(folder, then, then);
  return folder;
}

test('takes left-over bytes and runs, and nothing of what is running or just made', async () => {
  const root = tempFolder();
  const running = attempt(root, 'running', 1, 3600);
  const ended = attempt(root, 'ended', 2, 3600);
  const young = attempt(root, 'young', 1, 1);
  const old = attempt(root, 'old', 1, 3600);
  const removed: string[] = [];
  const forgotten: string[] = [];
  const found = await sweep({
    runner: {
      list: async () => ['running.1.1', 'ended.2.1', 'ended.2.detect'],
      remove: async (id) => void removed.push(id),
    },
    journal: {
      active: () => [{ key: 'running', attempt: 1 } as AttemptRecord],
      endedBefore: () => [{ key: 'old', attempt: 1 }],
      stateOf: () => 'failed',
      forget: (ref) => void forgotten.push(ref.key),
    },
    hashes: { prune: () => undefined },
    tasksRoot: root,
    shrink: (ref) => shrinkTaskFolder(taskFolder(root, ref.key, ref.attempt)),
    keepMs: 1000,
    strangerMs: 0,
    strangers: new Map(),
    clock: systemClock,
    log: silentLogger(),
  });
  expect(removed).toEqual(['ended.2.1', 'ended.2.detect']);
  expect(found.runs).toBe(2);
  const bytes = (folder: string): boolean => existsSync(path.join(folder, 'sly_task_data'));
  expect([bytes(running), bytes(ended), bytes(young)]).toEqual([true, false, true]);
  expect(existsSync(path.join(ended, 'log.ndjson'))).toBe(true);
  expect(existsSync(old)).toBe(false);
  expect(forgotten).toEqual(['old']);
});

test('what is in no journal may be a test under way: it goes when none lasts so long', async () => {
  const root = tempFolder();
  const young = attempt(root, 'detect', 1, 3000);
  const old = attempt(root, 'lost', 1, 9000);
  const runs = new Set(['detect.1.detect', 'probe.6f2e']);
  const strangers = new Map<string, number>();
  const at = { now: Date.now() };
  const round = () =>
    sweep({
      runner: { list: async () => [...runs], remove: async (id) => void runs.delete(id) },
      journal: {
        active: () => [],
        endedBefore: () => [],
        stateOf: () => undefined,
        forget: () => undefined,
      },
      hashes: { prune: () => undefined },
      tasksRoot: root,
      shrink: (ref) => shrinkTaskFolder(taskFolder(root, ref.key, ref.attempt)),
      keepMs: 1000,
      strangerMs: 3_600_000,
      strangers,
      clock: { ...systemClock, now: () => at.now },
      log: silentLogger(),
    });
  expect(await round()).toEqual({ runs: 0, folders: 1, logs: 0 });
  const bytes = (folder: string): boolean => existsSync(path.join(folder, 'sly_task_data'));
  expect([bytes(young), bytes(old)]).toEqual([true, false]);
  expect([...runs]).toHaveLength(2);
  runs.delete('probe.6f2e');
  at.now += 3_700_000;
  expect((await round()).runs).toBe(1);
  await round();
  expect([runs.size, strangers.size]).toEqual([0, 0]);
});
