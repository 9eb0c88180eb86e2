/** Copies of projects by the platform itself: whole, across stops, never twice, nothing left of what was canceled. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { createAgentsRoom } from '../../../src/platform/agents/agents-room.ts';
import { applyEvent } from '../../../src/platform/agents/apply-event.ts';
import { DEFAULT_POLICY } from '../../../src/platform/agents/policy.ts';
import type { AgentsTables } from '../../../src/platform/agents/tables.ts';
import { type CloneDeps, createCloneRunner } from '../../../src/platform/clones/clone-runner.ts';
import { PLATFORM_PLUGIN, type TaskView } from '../../../src/platform/ports/tasks.ts';
import { openDatabase } from '../../../src/platform/store/database.ts';
import type { ClonePart, LeftOut } from '../../../src/platform/store/repositories/clones.ts';
import { createStores } from '../../../src/platform/store/stores.ts';
import type { ProjectType } from '../../../src/protocol/task.ts';
import { boxOf, fill, sha } from '../../conformance/store/suite.ts';
import { assertNoFullScans } from '../../support/query-plans.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const log = silentLogger();
const clock = systemClock;

async function open() {
  const folder = tempFolder('clones');
  const file = path.join(folder, 'platform.sqlite');
  const db = openDatabase(file);
  const stores = createStores(db, { clock });
  const room = createAgentsRoom({
    ...{ db, clock, log, version: '1', logsFolder: path.join(folder, 'logs') },
    onAttemptEnded: async () => undefined,
  });
  await room.start();
  const workspaceId = await fill(stores);
  const runners: { stop(): Promise<void> }[] = [];
  onTestFinished(async () => {
    for (const runner of runners) await runner.stop();
    await room.stop();
    await db.close();
    assertNoFullScans(file);
  });
  const run = (more: Partial<CloneDeps> = {}) => {
    const runner = createCloneRunner({
      ...{ own: room.ownTasks, tasks: room.tasks, clones: stores.clones, clock, log },
      ...more,
    });
    runners.push(runner);
    runner.start();
    return runner;
  };
  const ask = (projectId: number, name = 'copy', leftOut: readonly ClonePart[] = []) =>
    room.tasks.create(
      {
        ...{ key: randomUUID(), title: 'Copy', priority: 0, createdAt: new Date().toISOString() },
        spec: {
          ...{ action: 'import', source: { kind: 'project', projectId }, plugin: PLATFORM_PLUGIN },
          ...{ options: { leftOut }, projectName: name, workspaceId, conflict: 'rename' },
        },
      },
      { workspaceId },
    );
  async function ended(id: number): Promise<TaskView> {
    for (;;) {
      const task = await room.tasks.get({ id });
      if (task !== undefined && task.endedAt !== null) return task;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  const count = async (
    table: 'items' | 'projects' | 'clone_rows' | 'figures' | 'datasets',
  ): Promise<number> =>
    db.transaction(
      (sqlite) =>
        sqlite
          .prepare<[], number>(
            `SELECT count(*) FROM ${table} WHERE ${table === 'clone_rows' ? 'new_id' : 'id'} > 0`,
          )
          .pluck()
          .get() ?? 0,
    );
  return { db, stores, room, workspaceId, run, ask, ended, count };
}
type Rig = Awaited<ReturnType<typeof open>>;

/** Everything there can be in a project of the type, and some of it in nested datasets. */
async function fullProject({ stores, workspaceId }: Rig, type: ProjectType, items: number): Promise<number> {
  const project = await stores.projects.add({
    ...{ workspaceId, name: `a ${type}`, type, readme: 'read', description: 'me', customData: { a: 1 } },
  });
  const { tags } = await stores.projects.putMeta(project.id, {
    projectType: type,
    classes: [{ title: 'car', shape: 'any', color: '#FF0000', geometry_config: {} }],
    tags: [{ name: 'wet', value_type: 'none', color: '#00FF00' }],
  });
  await stores.projects.update(project.id, {
    settings: { groupImages: true, groupImagesByTagId: tags[0]?.id },
  });
  const top = await stores.datasets.add({
    projectId: project.id,
    parentId: null,
    name: 'top',
    customData: { b: 2 },
  });
  // Its id is lower than that of its parent.
  const low = await stores.datasets.add({ projectId: project.id, parentId: null, name: 'low' });
  const high = await stores.datasets.add({ projectId: project.id, parentId: top.id, name: 'high' });
  await stores.datasets.move(low.id, high.id);
  const gone = await stores.datasets.add({ projectId: project.id, parentId: null, name: 'gone' });
  await stores.items.add(gone.id, [{ name: 'x', sha256: sha(1) }]);
  await stores.datasets.archive(gone.id);
  for (const { id: datasetId } of [top, low]) {
    const rows = await stores.items.add(
      datasetId,
      Array.from({ length: items }, (_, at) => ({
        name: `${at}`,
        sha256: sha(at % 50),
        meta: { frame: at },
        customSort: at,
      })),
    );
    const [a = 0, b = 0] = rows.map((one) => one.id);
    if (type === 'images') {
      await stores.annotations.put(
        rows.map((one) => ({ itemId: one.id, annotation: boxOf('car', 'wet') })),
        { subpixel: true },
      );
    }
    const isOfDataset = type === 'point_clouds';
    const objects = await stores.objects.add(datasetId, [
      { itemId: isOfDataset ? null : a, classTitle: 'car', key: 'k1', rest: { r: 1 } },
      { itemId: isOfDataset ? null : b, classTitle: 'car', rest: {} },
    ]);
    const figure = { geometryType: 'point', geometry: '{"x":1}', plane: '', rest: { z: 1 } };
    const [image] = await stores.relatedImages.add([
      { entityId: a, name: 'i.png', sha256: sha(4), meta: { m: 1 } },
    ]);
    const of =
      type === 'images'
        ? [{ classTitle: 'car' }, { classTitle: 'car' }]
        : objects.map((objectId) => ({ objectId }));
    const figures = await stores.figures.add(datasetId, [
      { ...figure, ...of[0], entityId: a, waiting: false, frame: 3, key: 'f1' },
      { ...figure, ...of[1], entityId: b, waiting: true, frame: 4 },
      { ...figure, ...of[0], entityId: image?.id ?? 0, waiting: false, frame: -1 },
    ]);
    await stores.figures.putGeometry([{ id: figures[0] ?? 0, sha256: sha(6) }]);
    await stores.entityTags.add([
      { datasetId, name: 'wet', rest: { value: 1 } },
      { datasetId, itemId: a, name: 'wet', key: 't', rest: {} },
      { datasetId, objectId: objects[0] ?? 0, name: 'wet', rest: {} },
      { datasetId, figureId: figures[0] ?? 0, name: 'wet', rest: {} },
    ]);
  }
  return project.id;
}

/** All that is visible of a project, with names in place of ids. */
function picture({ db }: Rig, projectId: number): Promise<unknown> {
  return db.transaction((sqlite) => {
    const all = (text: string) => sqlite.prepare(text).raw().all(projectId);
    const of = (
      alias: string,
    ) => `JOIN datasets d ON d.id = ${alias}.dataset_id AND d.project_id = ? AND d.archived_at IS NULL
      LEFT JOIN datasets p ON p.id = d.parent_id`;
    return {
      project: all(
        'SELECT type, description, readme, custom_data, meta_rest, items_count, size, staged FROM projects WHERE id = ?',
      ),
      grouped: all(`SELECT t.name, t.project_id = p.id FROM projects p
        JOIN tags t ON t.id = json_extract(p.settings, '$.groupImagesByTagId') WHERE p.id = ?`),
      classes: all('SELECT name, position, json FROM classes WHERE project_id = ? ORDER BY position'),
      tags: all('SELECT name, position, json FROM tags WHERE project_id = ? ORDER BY position'),
      datasets: all(`SELECT d.name, p.name, d.custom_data, d.items_count, d.size FROM datasets d
        LEFT JOIN datasets p ON p.id = d.parent_id WHERE d.project_id = ? AND d.archived_at IS NULL ORDER BY d.name`),
      items:
        all(`SELECT d.name, p.name, s.name, s.type, s.sha256, s.size, s.mime, s.width, s.meta, s.custom_sort, s.publication_id,
        s.project_id = d.project_id, a.json, a.subpixel FROM items s ${of('s')} LEFT JOIN annotations a ON a.item_id = s.id ORDER BY 1, s.id`),
      objects: all(`SELECT d.name, i.name, s.class_title, s.key, s.key_given, s.json FROM objects s ${of('s')}
        LEFT JOIN items i ON i.id = s.item_id ORDER BY 1, s.id`),
      related: all(`SELECT d.name, i.name, s.name, s.sha256, s.meta FROM related_images s ${of('s')}
        JOIN items i ON i.id = s.item_id ORDER BY 1, s.id`),
      figures:
        all(`SELECT d.name, i.name, r.name, o.key, s.class_title, s.key, s.geometry_type, s.geometry, s.sha256, s.plane, s.frame,
        s.json FROM figures s ${of('s')} LEFT JOIN items i ON i.id = s.item_id LEFT JOIN related_images r ON r.id = s.related_image_id
        LEFT JOIN objects o ON o.id = s.object_id WHERE s.waiting = 0 ORDER BY 1, s.id`),
      entityTags:
        all(`SELECT d.name, i.name, o.key, f.key, s.name, s.key, s.key_given, s.json FROM entity_tags s ${of('s')}
        LEFT JOIN items i ON i.id = s.item_id LEFT JOIN objects o ON o.id = s.object_id LEFT JOIN figures f ON f.id = s.figure_id
        ORDER BY 1, s.id`),
      labels: all(`SELECT d.name, i.name, s.kind, s.name, s.value, s.count FROM item_labels s ${of('s')}
        JOIN items i ON i.id = s.item_id ORDER BY 1, i.id, 3, 4`),
    };
  });
}

test.each(['images', 'videos', 'point_clouds'] as const)('a project of %s with all it has', async (type) => {
  const rig = await open();
  const projectId = await fullProject(rig, type, 12);
  const before = await picture(rig, projectId);
  rig.run();
  const task = await rig.ended((await rig.ask(projectId, `a ${type}`)).id);
  expect(task).toMatchObject({
    state: 'succeeded',
    attempt: 1,
    agentId: null,
    result: { projectName: `a ${type}_01`, counts: { items: 24, ok: 24 } },
  });
  expect(task.startedAt).not.toBeNull();
  const copy = task.result?.projectId ?? 0;
  expect(copy).not.toBe(projectId);
  expect(await picture(rig, copy)).toEqual(before);
  expect(await picture(rig, projectId)).toEqual(before);
  expect((await rig.stores.labelCheck.next(0)).differing).toEqual([]);
  expect(await rig.count('clone_rows')).toBe(0);
  // A copy stands on its own.
  await rig.stores.projects.removePermanently([projectId]);
  while ((await rig.stores.trash.removeArchived(Date.now() + 1)) > 0);
  expect(await picture(rig, copy)).toEqual(before);
  expect(await rig.stores.blobs.remove([sha(1), sha(4), sha(6)])).toEqual([]);
});

type Picture = Record<'project' | 'datasets' | 'items' | 'labels' | 'entityTags', unknown[][]>;

test.each([
  ['images', ['annotations']],
  ['videos', ['annotations']],
  ['point_clouds', ['annotations']],
  ['images', ['meta']],
  ['videos', ['meta']],
  ['images', ['items']],
  ['videos', ['datasets']],
  ['images', ['meta', 'datasets']],
] as const)('%s without %j', async (type, leftOut) => {
  const rig = await open();
  const projectId = await fullProject(rig, type, 12);
  const whole = (await picture(rig, projectId)) as Picture;
  rig.run();
  const task = await rig.ended((await rig.ask(projectId, 'part', leftOut)).id);
  const has = (part: ClonePart): boolean => !(leftOut as readonly ClonePart[]).includes(part);
  const hasItems = has('items') && has('datasets');
  const items = hasItems ? whole.items.length : 0;
  expect(task).toMatchObject({ state: 'succeeded', result: { counts: { items } } });
  const copy = (await picture(rig, task.result?.projectId ?? 0)) as Picture;

  const none = { objects: [], figures: [] };
  const noItems = { ...none, items: [], related: [], entityTags: [], labels: [] };
  const emptied = (json: unknown): string | null => {
    if (typeof json !== 'string') return null;
    return JSON.stringify({ ...JSON.parse(json), objects: [], ...(has('meta') ? {} : { tags: [] }) });
  };
  const bare = {
    ...none,
    items: whole.items.map((row) => row.with(-2, emptied(row.at(-2)))),
    labels: whole.labels.filter(([, , kind]) => has('meta') && kind === 'tag'),
    // Those of items and datasets.
    entityTags: whole.entityTags.filter(([, , object, figure]) => has('meta') && !object && !figure),
  };
  expect(copy).toEqual({
    ...whole,
    ...(hasItems ? bare : noItems),
    project: hasItems ? whole.project : whole.project.map((row) => [...row.slice(0, 5), 0, 0, 0]),
    ...(has('datasets') ? {} : { datasets: [] }),
    ...(has('datasets') &&
      !hasItems && { datasets: whole.datasets.map((row) => [...row.slice(0, 3), 0, 0]) }),
    ...(has('meta') ? {} : { classes: [], tags: [], grouped: [] }),
  });
  expect((await rig.stores.labelCheck.next(0)).differing).toEqual([]);
  expect(await rig.count('clone_rows')).toBe(0);
});

/** Does something after so many steps of a copy. */
function after(rig: Rig, steps: number, what: () => Promise<unknown>) {
  let left = steps;
  return {
    ...rig.stores.clones,
    async *copy(publicationId: number, leftOut: LeftOut) {
      for await (const step of rig.stores.clones.copy(publicationId, leftOut)) {
        if (--left === 0) await what();
        yield step;
      }
    },
  };
}

test.each([{ leftOut: [] }, { leftOut: ['annotations'] }] as const)(
  'a stop in the middle, again and again, $leftOut left out: it goes on where it was, and is there once',
  async ({ leftOut }) => {
    const rig = await open();
    const projectId = await fullProject(rig, 'images', 1200);
    const { id } = await rig.ask(projectId, 'copy', leftOut);
    let copied = 0;
    for (const steps of [1, 2, 5]) {
      const stopping = new Promise<void>((stopped) => {
        const runner = rig.run({
          clones: after(rig, steps, async () => {
            void runner.stop().then(stopped);
          }),
        });
      });
      await stopping;
      expect(await rig.room.tasks.get({ id })).toMatchObject({ state: 'publishing', endedAt: null });
      const rows = await rig.count('clone_rows');
      expect(rows).toBeGreaterThan(copied);
      copied = rows;
      expect((await rig.stores.projects.list({ perPage: 10 })).total).toBe(1);
    }
    rig.run();
    const task = await rig.ended(id);
    expect(task).toMatchObject({
      state: 'succeeded',
      result: { projectName: 'copy', counts: { items: 2400 } },
    });
    expect((await rig.stores.projects.list({ perPage: 10 })).total).toBe(2);
    // As if nobody had stopped it.
    const straight = await rig.ended((await rig.ask(projectId, 'straight', leftOut)).id);
    expect(await picture(rig, task.result?.projectId ?? 0)).toEqual(
      await picture(rig, straight.result?.projectId ?? 0),
    );
  },
);

test('a stop between the commit and the end of the task doubles nothing', async () => {
  const rig = await open();
  const projectId = await fullProject(rig, 'images', 3);
  const { id } = await rig.ask(projectId);
  await new Promise<void>((stopped) => {
    const runner = rig.run({
      clones: {
        ...rig.stores.clones,
        async commit(publicationId) {
          await rig.stores.clones.commit(publicationId);
          void runner.stop().then(stopped);
          throw new Error('the process is gone');
        },
      },
    });
  });
  rig.run();
  expect(await rig.ended(id)).toMatchObject({ state: 'succeeded', result: { projectName: 'copy' } });
  expect((await rig.stores.projects.list({ perPage: 10 })).total).toBe(2);
});

test('canceled in the middle nothing is left; retried it is whole', async () => {
  const rig = await open();
  const projectId = await fullProject(rig, 'videos', 600);
  const tables = ['items', 'projects', 'figures', 'datasets'] as const;
  const before = await Promise.all(tables.map(rig.count));
  const { id } = await rig.ask(projectId);
  const runner = rig.run({ clones: after(rig, 3, () => rig.room.tasks.cancel(id, 'enough')) });
  expect(await rig.ended(id)).toMatchObject({ state: 'canceled' });
  await runner.stop();
  expect(await Promise.all(tables.map(rig.count))).toEqual(before);
  expect(await rig.count('clone_rows')).toBe(0);
  await rig.room.tasks.retry(id);
  rig.run();
  const task = await rig.ended(id);
  expect(task.state).toBe('succeeded');
  expect(await picture(rig, task.result?.projectId ?? 0)).toEqual(await picture(rig, projectId));
});

test('the source goes: the task says so, and the next one is copied', async () => {
  const rig = await open();
  const [gone, kept] = [await fullProject(rig, 'images', 2), await fullProject(rig, 'videos', 2)];
  const tasks = [await rig.ask(gone), await rig.ask(kept)];
  expect(tasks[0]).toMatchObject({ waitingBecause: expect.stringContaining('one project at a time') });
  await rig.stores.projects.archive(gone);
  rig.run();
  expect(await rig.ended(tasks[0]?.id ?? 0)).toMatchObject({
    state: 'failed',
    failure: { code: 'SLY_NOT_FOUND', retryable: false },
  });
  expect(await rig.ended(tasks[1]?.id ?? 0)).toMatchObject({ state: 'succeeded' });
});

test('an agent cannot have a project copied', async () => {
  const rig = await open();
  const projectId = await fullProject(rig, 'images', 2);
  const source = { kind: 'project', projectId } as const;
  const named = { plugin: PLATFORM_PLUGIN, options: {}, projectName: 'stolen', conflict: 'rename' } as const;
  const spec = { action: 'import', source, ...named } as const;
  const task = { key: 'agent-made', title: 't', priority: 0, createdAt: new Date().toISOString(), spec };
  const problem = await rig.db.kysely
    .withTables<AgentsTables>()
    .transaction()
    .execute((trx) =>
      applyEvent(
        { trx, now: Date.now(), policy: DEFAULT_POLICY, touched: new Set() },
        { agentId: 1, mayAdopt: () => false },
        { type: 'task.created', task },
      ),
    );
  expect(problem).toMatchObject({ code: 'SLY_FORBIDDEN' });
  expect(await rig.room.tasks.get({ key: 'agent-made' })).toBeUndefined();
});
