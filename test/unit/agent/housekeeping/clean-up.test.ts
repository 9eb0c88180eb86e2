/** Clean-up over a real journal and real folders: what is shown goes, and nothing else. */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCleanUp } from '../../../../src/agent/housekeeping/clean-up.ts';
import { openJournal } from '../../../../src/agent/journal/open-journal.ts';
import { createOutbox } from '../../../../src/agent/journal/outbox.ts';
import { createTaskJournal } from '../../../../src/agent/journal/task-journal.ts';
import { TASK_MIGRATIONS } from '../../../../src/agent/journal/task-migrations.ts';
import { leftoversOf, makeTaskFolder, taskFolder } from '../../../../src/agent/pipeline/task-folder.ts';
import type { EngineImage } from '../../../../src/agent/ports/runner.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import type { TaskState } from '../../../../src/protocol/task-state.ts';
import { importTask } from '../../../support/link-rig.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const DAY_MS = 86_400_000;
const ALL = ['leftovers', 'logs', 'runs', 'images'] as const;

function rig(options: { mostItems?: number } = {}) {
  const root = tempFolder('clean-up');
  const tasks = path.join(root, 'tasks');
  const db = openJournal(path.join(root, 'journal.sqlite'), TASK_MIGRATIONS);
  const outbox = createOutbox(db);
  const at = { now: Date.now() };
  const clock = { now: () => at.now, sleep: async () => undefined };
  const journal = createTaskJournal({ db, outbox, clock });
  const runs = new Set<string>();
  const images = new Map<string, EngineImage>();
  const untold = new Set<string>();
  const cleanUp = createCleanUp({
    runner: {
      list: async () => [...runs],
      remove: async (id) => void runs.delete(id),
      images: {
        list: async () => [...images.values()],
        remove: async (id) => (images.delete(id) ? undefined : 'it is gone'),
      },
    },
    wantedImages: () => [],
    journal,
    untold: (ref) => outbox.mentions(ref.key) || untold.has(ref.key),
    tasksRoot: tasks,
    strangerMs: DAY_MS,
    folderOf: (ref) => taskFolder(tasks, ref.key, ref.attempt).root,
    leftoversOf: (ref) => leftoversOf(taskFolder(tasks, ref.key, ref.attempt)),
    onRemoved: () => undefined,
    ...options,
    clock,
    log: silentLogger(),
  });

  /** A task in this state with its files, of which the platform knows everything. */
  function task(key: string, state: TaskState, { bytes = true } = {}) {
    const folder = taskFolder(tasks, key, 1);
    journal.createLocal(importTask(key));
    for (const next of state === 'leased' ? [] : (['fetching', state] as const))
      journal.move({ key, attempt: 1 }, { state: next });
    outbox.acknowledge(outbox.lastSeq());
    if (bytes) {
      makeTaskFolder(folder);
      writeFileSync(path.join(folder.sly, 'big'), Buffer.alloc(50_000));
    } else mkdirSync(folder.root, { recursive: true });
    writeFileSync(folder.log, '{}\n');
    writeFileSync(folder.report, '{}\n');
    return folder;
  }
  const look = (logDays = 0) => cleanUp.look({ logDays });
  const keysThere = (): string[] => (existsSync(tasks) ? readdirSync(tasks).sort() : []);
  return { tasks, journal, outbox, at, runs, images, untold, cleanUp, task, look, keysThere };
}

describe('the plan', () => {
  test('shows by class what may go, removes nothing, and says why the rest stays', async () => {
    const r = rig();
    r.task('running', 'leased');
    r.task('again', 'queued');
    r.task('silent', 'failed');
    r.untold.add('silent');
    r.task('failed', 'failed');
    r.task('tidy', 'failed', { bytes: false });
    r.at.now += 3 * DAY_MS;
    const recent = await r.look(30);
    expect(recent.items.map(({ class: of, title }) => [of, title])).toEqual([
      ['leftovers', 'import failed, attempt 1'],
    ]);
    expect(recent.items[0]?.bytes).toBeGreaterThan(50_000);
    const old = await r.look(2);
    expect(old.items.map(({ class: of, title }) => [of, title])).toEqual([
      ['logs', 'import failed, attempt 1'],
      ['logs', 'import tidy, attempt 1'],
    ]);
    expect(Object.fromEntries(old.kept.map(({ reason, items }) => [reason, items]))).toEqual({
      'of tasks that run or wait for a slot': 1,
      'of tasks that are queued for another attempt': 1,
      'whose end or log has not reached the platform yet': 1,
    });
    expect(r.keysThere()).toEqual(['again', 'failed', 'running', 'silent', 'tidy']);
  });

  test('an empty agent has nothing to clean up', async () => {
    expect(await rig().look()).toMatchObject({ items: [], more: false, kept: [] });
  });

  test('more than a plan holds: the oldest are in it, and it says that there is more', async () => {
    const r = rig({ mostItems: 10 });
    for (let at = 0; at < 14; at++) {
      r.at.now += 1;
      r.task(`t${String(at).padStart(2, '0')}`, 'failed', { bytes: false });
    }
    const plan = await r.look();
    expect([plan.items.length, plan.more]).toEqual([10, true]);
    expect(plan.items[0]?.title).toBe('import t00, attempt 1');
    await r.cleanUp.remove({ token: plan.token, classes: ALL });
    expect(r.keysThere()).toEqual(['t10', 't11', 't12', 't13']);
    expect(await r.look()).toMatchObject({ items: { length: 4 }, more: false });
  });

  test('runs of ended tasks only; tests and looks at a source are not theirs', async () => {
    const r = rig();
    r.task('done', 'failed', { bytes: false });
    r.task('running', 'leased');
    for (const id of ['done.1.1', 'done.1.detect', 'running.1.1', 'probe.6f2e', 'strange.1.detect'])
      r.runs.add(id);
    const plan = await r.look(30);
    expect(plan.items.map((item) => item.title)).toEqual(['Plugin run done.1.1', 'Plugin run done.1.detect']);
    await r.cleanUp.remove({ token: plan.token, classes: ALL });
    expect([...r.runs]).toEqual(['running.1.1', 'probe.6f2e', 'strange.1.detect']);
  });
});

describe('folders the journal does not know', () => {
  const made = (root: string, key: string, ageMs: number): void => {
    const folder = path.join(root, key, '1');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'x'), 'x');
    const then = (Date.now() - ageMs) / 1000;
    for (const file of [path.join(folder, 'x'), folder]) utimesSync(file, then, then);
  };

  test('go when they are old; links and files beside them stay', async () => {
    const r = rig();
    made(r.tasks, 'lost', 2 * DAY_MS);
    made(r.tasks, 'test-under-way', 60_000);
    const elsewhere = tempFolder('elsewhere');
    made(elsewhere, 'precious', 9 * DAY_MS);
    symlinkSync(path.join(elsewhere, 'precious'), path.join(r.tasks, 'link'));
    symlinkSync(path.join(elsewhere, 'precious', '1'), path.join(r.tasks, 'test-under-way', '7'));
    writeFileSync(path.join(r.tasks, 'note.txt'), 'mine');
    const plan = await r.look();
    expect(plan.items.map((item) => item.title)).toEqual(['Folder of no known task: lost/1']);
    await r.cleanUp.remove({ token: plan.token, classes: ALL });
    expect(r.keysThere()).toEqual(['link', 'note.txt', 'test-under-way']);
    expect(existsSync(path.join(elsewhere, 'precious', '1', 'x'))).toBe(true);
  });

  test('what a crash left in the middle of a removal is found again', async () => {
    const r = rig();
    made(r.tasks, 'k', 2 * DAY_MS);
    const aside = path.join(r.tasks, 'k', '.1.some-token.gone');
    mkdirSync(aside);
    const then = (Date.now() - 2 * DAY_MS) / 1000;
    utimesSync(aside, then, then);
    const plan = await r.look();
    expect(plan.items).toHaveLength(2);
    await r.cleanUp.remove({ token: plan.token, classes: ALL });
    expect((await r.look()).items).toEqual([]);
  });
});

describe('the removal', () => {
  test('takes exactly the classes of the plan that were named, and tells the journal', async () => {
    const r = rig();
    const old = r.task('old', 'canceled', { bytes: false });
    r.at.now += 10 * DAY_MS;
    const fresh = r.task('fresh', 'failed');
    const plan = await r.look(5);
    const result = await r.cleanUp.remove({ token: plan.token, classes: ['leftovers'] });
    expect(result).toMatchObject({ removed: 1, left: [] });
    expect(result.bytes).toBeGreaterThan(50_000);
    expect([existsSync(fresh.sly), existsSync(fresh.log), existsSync(old.log)]).toEqual([false, true, true]);
    const again = await r.look(5);
    await r.cleanUp.remove({ token: again.token, classes: ['logs'] });
    expect([existsSync(old.root), r.journal.get('old'), r.journal.get('fresh')?.state]).toEqual([
      false,
      undefined,
      'failed',
    ]);
    expect(r.keysThere()).toEqual(['fresh']);
  });

  test('leaves what changed, came back to life or is gone since the look', async () => {
    const r = rig();
    const changed = r.task('changed', 'failed');
    r.task('untold', 'failed');
    const vanished = r.task('vanished', 'failed');
    r.task('good', 'failed');
    const plan = await r.look();
    writeFileSync(path.join(changed.sly, 'more'), 'more');
    r.untold.add('untold');
    rmSync(vanished.root, { recursive: true });
    const { removed, left } = await r.cleanUp.remove({ token: plan.token, classes: ALL });
    expect(removed).toBe(1);
    expect(left).toEqual([
      { title: 'import changed, attempt 1', reason: 'it changed since the look' },
      { title: 'import untold, attempt 1', reason: 'its task is not over any more' },
      { title: 'import vanished, attempt 1', reason: 'it changed since the look' },
    ]);
    expect(r.keysThere()).toEqual(['changed', 'untold', 'vanished']);
  });

  test('a plan is good once, for ten minutes, until the next look; a made-up one never', async () => {
    const r = rig();
    r.task('a', 'failed');
    const wrong = (token: string) => expect(r.cleanUp.remove({ token, classes: ALL })).rejects;
    await wrong('').toThrow(/old, used already/);
    const first = await r.look();
    const second = await r.look();
    await wrong(first.token).toThrow(/replaced/);
    r.at.now += 11 * 60_000;
    await wrong(second.token).toThrow(/old, used already/);
    const third = await r.look();
    const both = await Promise.allSettled(
      [1, 2].map(() => r.cleanUp.remove({ token: third.token, classes: ALL })),
    );
    expect(both.map((one) => one.status)).toEqual(['fulfilled', 'rejected']);
    expect(r.keysThere()).toEqual([]);
  });

  test('no class named removes nothing', async () => {
    const r = rig();
    r.task('a', 'failed');
    const { token } = await r.look();
    expect(await r.cleanUp.remove({ token, classes: [] })).toEqual({ removed: 0, bytes: 0, left: [] });
    expect(r.keysThere()).toEqual(['a']);
  });
});

test('the outbox knows whose events wait, also after they came and went', () => {
  const { journal, outbox } = rig();
  journal.createLocal(importTask('a'));
  expect([outbox.mentions('a'), outbox.mentions('b')]).toEqual([true, false]);
  journal.move({ key: 'a', attempt: 1 }, { state: 'fetching' });
  outbox.acknowledge(1);
  expect(outbox.mentions('a')).toBe(true);
  outbox.acknowledge(2);
  expect(outbox.mentions('a')).toBe(false);
});

describe('images', () => {
  const image = (id: string, usedBy?: string): EngineImage => ({
    id: `sha256:${id}`,
    name: `own/${id}:1`,
    bytes: 1000,
    madeAt: 0,
    ...(usedBy !== undefined && { usedBy }),
  });

  test('what nothing needs is shown with its size and goes; what is used stays and is counted', async () => {
    const r = rig();
    for (const one of [image('old'), image('new', 'a plugin that is there'), image('run', 'a container')])
      r.images.set(one.id, one);
    const plan = await r.look();
    expect(plan.items).toEqual([
      { class: 'images', title: 'own/old:1 (old)', bytes: 1000, modifiedAt: '1970-01-01T00:00:00.000Z' },
    ]);
    expect(plan.kept.map(({ reason }) => reason)).toEqual([
      'images of plugins, used by a plugin that is there',
      'images of plugins, used by a container',
    ]);
    const result = await r.cleanUp.remove({ token: plan.token, classes: ['images'] });
    expect(result).toEqual({ removed: 1, bytes: 1000, left: [] });
    expect([...r.images.keys()]).toEqual(['sha256:new', 'sha256:run']);
  });

  test('one that came to be used since the look stays and is named', async () => {
    const r = rig();
    for (const one of [image('taken'), image('later')]) r.images.set(one.id, one);
    const plan = await r.look();
    r.images.set('sha256:taken', image('taken', 'a container'));
    r.images.set('sha256:newer', image('newer'));
    const result = await r.cleanUp.remove({ token: plan.token, classes: ['images'] });
    expect(result.left).toEqual([{ title: 'own/taken:1 (taken)', reason: 'it is used by a container' }]);
    // What was not in the plan is not removed, however free it is.
    expect([...r.images.keys()].sort()).toEqual(['sha256:newer', 'sha256:taken']);
  });
});
