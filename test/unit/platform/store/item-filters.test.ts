/** Videos, point clouds and volumes by what is on them: every filter finds what looking at every item finds. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Tag } from '../../../../src/format/model.ts';
import type { Database } from '../../../../src/platform/store/database.ts';
import { itemCondition } from '../../../../src/platform/store/item-filters.ts';
import type { createStores } from '../../../../src/platform/store/stores.ts';
import { fill, sha } from '../../../conformance/store/suite.ts';
import {
  CLASSES,
  labelFilters,
  openStores,
  passes,
  type Seen,
  tagArbitrary,
} from '../../../support/label-filters.ts';

type Stores = ReturnType<typeof createStores>;

const some = fc.nat({ max: 99 });
const stepArbitrary = fc.oneof(
  fc.record({ do: fc.constant('object' as const), item: some, title: fc.constantFrom(...CLASSES) }),
  fc.record({
    do: fc.constant('figure' as const),
    item: some,
    object: some,
    waiting: fc.boolean(),
    beside: fc.boolean(),
  }),
  fc.record({ do: fc.constant('figure' as const), item: some, object: some }),
  fc.record({
    do: fc.constant('tag' as const),
    of: fc.constantFrom('item' as const, 'object' as const, 'figure' as const, 'dataset' as const),
    which: some,
    tag: tagArbitrary,
  }),
  fc.record({
    do: fc.constantFrom(
      'come' as const,
      'unfigure' as const,
      'unobject' as const,
      'untag' as const,
      'remove' as const,
    ),
    which: some,
  }),
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

const POINT = { geometryType: 'point', geometry: '{}', plane: '', frame: -1, rest: {} };
const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];

/** Objects of clouds belong to the dataset, all others to an item. */
async function apply(stores: Stores, steps: readonly Step[], at: { datasetId: number; isCloud: boolean }) {
  const { datasetId, isCloud } = at;
  let items = (
    await stores.items.add(
      datasetId,
      [0, 1, 2, 3, 4].map((k) => ({ name: `${k}`, sha256: sha(k) })),
    )
  ).map((one) => one.id);
  const objects: { id: number; itemId: number | null }[] = [];
  const figures: number[] = [];
  const tags: number[] = [];
  const beside = isCloud
    ? await stores.relatedImages.add(
        items.map((entityId) => ({ entityId, name: 'photo', sha256: sha(9), meta: {} })),
      )
    : [];
  for (const step of steps) {
    if (step.do === 'object') {
      const itemId = isCloud ? null : pick(items, step.item);
      if (itemId === undefined) continue;
      const [id = 0] = await stores.objects.add(datasetId, [{ itemId, classTitle: step.title, rest: {} }]);
      objects.push({ id, itemId });
    } else if (step.do === 'figure') {
      const { waiting = false, beside: onPhoto = false } = 'waiting' in step ? step : {};
      const object = pick(objects, step.object);
      const itemId = object?.itemId ?? pick(items, step.item);
      const entityId = isCloud && onPhoto ? beside[items.indexOf(itemId ?? 0)]?.id : itemId;
      if (object === undefined || entityId === undefined) continue;
      const figure = { ...POINT, entityId, objectId: object.id, waiting };
      figures.push(...(await stores.figures.add(datasetId, [figure])));
    } else if (step.do === 'tag') {
      const { name, ...rest } = step.tag;
      const owner = {
        item: { itemId: pick(items, step.which) },
        object: { objectId: pick(objects, step.which)?.id },
        figure: { figureId: pick(figures, step.which) },
        dataset: {},
      }[step.of];
      if (Object.values(owner).includes(undefined)) continue;
      tags.push(...(await stores.entityTags.add([{ datasetId, ...(owner as object), name, rest }])));
    } else if (step.do === 'come') {
      const [there] = await stores.figures.get([pick(figures, step.which) ?? 0]);
      if (there !== undefined) await stores.figures.putGeometry([{ id: there.id, geometry: '{}' }]);
    } else if (step.do === 'unfigure') await stores.figures.remove(figures.splice(step.which % 9, 1));
    else if (step.do === 'untag') await stores.entityTags.remove([pick(tags, step.which) ?? 0]);
    else if (step.do === 'unobject') {
      await stores.objects.remove(objects.splice(step.which % 9, 1).map((one) => one.id));
      figures.splice(0, Infinity, ...(await stores.figures.get(figures)).map((one) => one.id));
    } else {
      const id = pick(items, step.which);
      await stores.items.remove(id === undefined ? [] : [id]);
      items = items.filter((one) => one !== id);
      beside.splice(0, Infinity);
      objects.splice(0, Infinity, ...(await stores.objects.get(objects.map((one) => one.id))));
      figures.splice(0, Infinity, ...(await stores.figures.get(figures)).map((one) => one.id));
    }
  }
}

async function look(stores: Stores, itemId: number): Promise<Seen> {
  const objects = new Map(
    [...(await stores.objects.ofItem(itemId)), ...(await stores.objects.usedBy(itemId))].map((one) => [
      one.id,
      one.classTitle,
    ]),
  );
  const figures = await stores.figures.page(itemId, { after: { plane: '', frame: -2, id: 0 }, limit: 1000 });
  const tagsOf = async (kind: 'item' | 'object' | 'figure', ids: number[]) =>
    (await stores.entityTags.of(kind, ids)).map((one) => ({ ...one.rest, name: one.name }) as Tag);
  return {
    titles: [...objects.values()],
    tags: await tagsOf('item', [itemId]),
    objectTags: [
      ...(await tagsOf('object', [...objects.keys()])),
      ...(await tagsOf(
        'figure',
        figures.map((one) => one.id),
      )),
    ],
  };
}

/** An import that is not committed has an item with everything on it in the dataset of others. */
async function stage(
  db: Database,
  stores: Stores,
  of: { projectId: number; datasetId: number },
  key: string,
) {
  const project = await stores.projects.get(of.projectId);
  const { publicationId } = await stores.publications.begin(key, {
    ...{ attempt: 1, run: 1, projectName: 'p', projectType: project?.type ?? 'videos' },
    ...{ appendToProjectId: of.projectId, conflict: 'rename' },
  });
  const [{ id = 0 } = {}] = await stores.items.add(of.datasetId, [{ name: 'staged', sha256: sha(8) }]);
  const [objectId = 0] = await stores.objects.add(of.datasetId, [
    { itemId: project?.type === 'point_clouds' ? null : id, classTitle: 'car', rest: {} },
  ]);
  await stores.figures.add(of.datasetId, [{ ...POINT, entityId: id, objectId, waiting: true }]);
  const tag = { datasetId: of.datasetId, name: 'wet', rest: {} };
  const tagIds = await stores.entityTags.add([
    { ...tag, itemId: id },
    { ...tag, objectId },
  ]);
  await db.transaction((sqlite) => {
    for (const [table, ids] of Object.entries({ items: [id], objects: [objectId], entity_tags: tagIds }))
      for (const one of ids)
        sqlite.prepare(`UPDATE ${table} SET publication_id = ? WHERE id = ?`).run(publicationId, one);
  });
  return id;
}

test.each(['videos', 'point_clouds', 'volumes'] as const)('%s, however they were labelled', async (type) => {
  const { db, stores } = openStores();
  const workspaceId = await fill(stores);
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(stepArbitrary, { minLength: 10, maxLength: 40 }),
      fc.array(stepArbitrary, { minLength: 5, maxLength: 10 }),
      async (first, second) => {
        const { id: projectId } = await stores.projects.add({ workspaceId, name: `p${round++}`, type });
        const datasets = await Promise.all(
          ['a', 'b'].map((name) => stores.datasets.add({ projectId, parentId: null, name })),
        );
        for (const [at, steps] of [first, second].entries())
          await apply(stores, steps, {
            datasetId: datasets[at]?.id ?? 0,
            isCloud: type === 'point_clouds',
          });
        const staged = await stage(db, stores, { projectId, datasetId: datasets[0]?.id ?? 0 }, `t${round}`);
        const { entities: all } = await stores.items.list({ projectId, perPage: 100 });
        expect(all.map((one) => one.id)).not.toContain(staged);
        const seen = new Map<number, Seen>();
        for (const { id } of all) seen.set(id, await look(stores, id));
        for (const filter of labelFilters) {
          const fitting = all.filter((one) => passes(filter, seen.get(one.id) as Seen));
          for (const of of [{ projectId }, ...datasets.map(({ id }) => ({ datasetId: id }))]) {
            const wanted = fitting.filter((one) => !('datasetId' in of) || one.datasetId === of.datasetId);
            const listed = await stores.items.list({ ...of, labelled: [filter], perPage: 100 });
            expect(listed).toEqual({ total: wanted.length, entities: wanted });
          }
        }
      },
    ),
    { numRuns: 12, seed: 20_261_130 },
  );
});

test('what is asked for is found from its own name: no other rows of the dataset are walked through', async () => {
  const { db } = openStores();
  const details = async (filter: (typeof labelFilters)[number], inDatasets: string): Promise<string[]> => {
    const condition = itemCondition(filter, sql.raw(inDatasets));
    const { rows } = await sql<{ detail: string }>`
      explain query plan select i.id from items i where i.dataset_id = 1 and ${condition}`.execute(db.kysely);
    return rows.map((row) => row.detail);
  };
  for (const filter of labelFilters) {
    for (const inDatasets of ['= 1', 'in (select id from datasets where project_id = 1)']) {
      const plan = await details(filter, inDatasets);
      const searched = plan.filter((one) => /SEARCH [efor] /.test(one));
      for (const step of searched)
        expect(step).toMatch(
          /objects_by_class \(dataset_id=\? AND class_title=\?|entity_tags_by_name \(dataset_id=\? AND name=\?|figures_by_class \(dataset_id=\? AND class_title=\?|figures_by_object \(object_id=\?|INTEGER PRIMARY KEY \(rowid=\?/,
        );
      expect(plan.filter((one) => /SCAN [eforli]\b/.test(one))).toEqual([]);
    }
  }
});
