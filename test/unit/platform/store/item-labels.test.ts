/** Labels as rows: they say what the annotations say, however these came to be. */
import path from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { ImageAnnotation, Label, Tag } from '../../../../src/format/model.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { openDatabase } from '../../../../src/platform/store/database.ts';
import { labelsOf, valueKey, valueKeys } from '../../../../src/platform/store/item-labels.ts';
import { MIGRATIONS } from '../../../../src/platform/store/migrations.ts';
import type { ItemFilter } from '../../../../src/platform/store/repositories/items.ts';
import { createStores } from '../../../../src/platform/store/stores.ts';
import { boxOf, each, fill, sha } from '../../../conformance/store/suite.ts';
import { CLASSES, labelFilters, openStores, passes, tagArbitrary } from '../../../support/label-filters.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

type Stores = ReturnType<typeof createStores>;

async function differing({ labelCheck }: Stores): Promise<number[]> {
  const found: number[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page = await labelCheck.next(after);
    found.push(...page.differing);
    after = page.next;
  }
  return found;
}

test('what an annotation says', () => {
  const labels = labelsOf({
    tags: [{ name: 'wet' }, { name: 'wet', value: null }, { name: 'wet', value: 5 }],
    objects: [
      { classTitle: 'car', tags: [{ name: 'wet', value: 'x' }] },
      { classTitle: 'car', tags: [] },
      { classTitle: 7 },
      'nothing',
    ],
  });
  const rows = labels.map(({ kind, name, value, count }) => `${kind} ${name} ${value} ${count}`);
  expect(rows.sort()).toEqual([
    'class car  2',
    'object   4',
    'objectTag wet "x" 1',
    'tag wet  2',
    'tag wet 5 1',
  ]);
  for (const odd of [null, [], 'x', {}, { tags: {}, objects: 3 }]) expect(labelsOf(odd)).toEqual([]);
});

test('a text finds the number that is written like it, a number finds no text; long values are told apart', () => {
  expect(valueKeys('5')).toContain(valueKey(5));
  expect(valueKeys('05')).not.toContain(valueKey(5));
  expect(valueKeys(5)).not.toContain(valueKey('5'));
  const long = 'x'.repeat(5000);
  expect(valueKey(long)).toHaveLength(64);
  expect(valueKey(`${long}a`)).not.toBe(valueKey(`${long}b`));
});

test('a database of before gets its rows, in batches that go on after a stop', async () => {
  const file = path.join(tempFolder('labels'), 'platform.sqlite');
  const at = MIGRATIONS.findIndex(({ name }) => name === '0012-item-labels');
  const [before, migration] = [MIGRATIONS.slice(0, at), MIGRATIONS[at]!];
  const old = openDatabase(file, before);
  await old.transaction((sqlite) => {
    sqlite.exec(`
      INSERT INTO teams (id, name, created_at, updated_at) VALUES (1, 'main', 1, 1);
      INSERT INTO workspaces (id, team_id, name, created_at, updated_at) VALUES (1, 1, 'main', 1, 1);
      INSERT INTO projects (id, workspace_id, name, type, created_at, updated_at) VALUES (1, 1, 'p', 'images', 1, 1);
      INSERT INTO datasets (id, project_id, name, created_at, updated_at) VALUES (1, 1, 'd', 1, 1);`);
    const item = sqlite.prepare(
      `INSERT INTO items (id, project_id, dataset_id, type, name, created_at, updated_at)
       VALUES (?, 1, 1, 'images', ?, 1, 1)`,
    );
    const annotation = sqlite.prepare(
      'INSERT INTO annotations (item_id, json, subpixel, created_at, updated_at) VALUES (?, ?, 1, 1, 1)',
    );
    // Three megabytes each: several batches.
    const description = 'x'.repeat(3 << 20);
    for (let id = 1; id <= 9; id++) {
      item.run(id, `${id}`);
      if (id !== 4) annotation.run(id, JSON.stringify({ ...boxOf(id % 2 ? 'car' : 'dog'), description }));
    }
  });
  await old.close();

  let batches = 0;
  const stopped = {
    ...migration,
    fill(...args: Parameters<NonNullable<typeof migration.fill>>) {
      if (batches++ === 1) throw new Error('no power');
      return migration.fill?.(...args);
    },
  };
  expect(() => openDatabase(file, [...before, stopped])).toThrow('no power');
  // The version before must not write what nobody would put into rows.
  expect(() => openDatabase(file, before)).toThrow(/0012-item-labels/);

  const places: number[] = [];
  const watched = {
    ...migration,
    fill(...args: Parameters<NonNullable<typeof migration.fill>>) {
      places.push(args[1]);
      return migration.fill?.(...args);
    },
  };
  await openDatabase(file, [...before, watched]).close();
  expect(places[0]).toBe(3);
  const db = openDatabase(file);
  onTestFinished(() => db.close());
  const stores = createStores(db, { clock: systemClock });
  expect(await differing(stores)).toEqual([]);
  const cars = await stores.items.list({
    datasetId: 1,
    labelled: [{ by: 'class', title: 'car', from: 1, to: 9, include: true }],
    perPage: 100,
  });
  expect(cars.entities.map((one) => one.id)).toEqual([1, 3, 5, 7, 9]);
  expect(await db.kysely.selectFrom('item_labels').select('item_id').execute()).toHaveLength(16);
});

test('the check says which items differ', async () => {
  const { db, stores } = openStores();
  const workspaceId = await fill(stores);
  const { id: projectId } = await stores.projects.add({ workspaceId, name: 'p', type: 'images' });
  const { id: datasetId } = await stores.datasets.add({ projectId, parentId: null, name: 'd' });
  const items = await stores.items.add(
    datasetId,
    [1, 2, 3, 4, 5].map((at) => ({ name: `${at}`, sha256: sha(at) })),
  );
  const [a = 0, b = 0, c = 0, d = 0, bare = 0] = items.map((one) => one.id);
  await stores.annotations.put(
    [a, b, c, d].map((itemId) => ({ itemId, annotation: boxOf('car', 'wet') })),
    { subpixel: true },
  );
  expect(await differing(stores)).toEqual([]);
  await db.transaction((sqlite) => {
    sqlite.exec(`
      UPDATE item_labels SET count = 2 WHERE item_id = ${a} AND kind = 'class';
      DELETE FROM item_labels WHERE item_id = ${b} AND kind = 'tag';
      UPDATE item_labels SET dataset_id = 99 WHERE item_id = ${c};
      INSERT INTO item_labels VALUES (${datasetId}, 'tag', 'wet', '', ${bare}, 1);`);
  });
  expect((await differing(stores)).sort()).toEqual([a, b, c, bare].sort());
});

test('two imports make the same dataset: the labels of the second go into that of the first', async () => {
  const { stores } = openStores();
  const workspaceId = await fill(stores);
  const { id: projectId } = await stores.projects.add({ workspaceId, name: 'p', type: 'images' });
  const staged = async (key: string, name: string) => {
    const { publicationId } = await stores.publications.begin(key, {
      ...{ attempt: 1, run: 1, projectName: 'p', projectType: 'images' },
      ...{ appendToProjectId: projectId, conflict: 'rename' },
    });
    const line = { dataset: 'd', name, sha256: sha(1), ann: boxOf('car') };
    await stores.publications.putSegment(publicationId, 1, each([line]));
    return publicationId;
  };
  const both = [await staged('a', 'x'), await staged('b', 'y')];
  const cars: ItemFilter = { by: 'class', title: 'car', from: 1, to: 9, include: true };
  const listed = async () => (await stores.items.list({ projectId, labelled: [cars], perPage: 9 })).total;
  expect(await listed()).toBe(0);
  const meta = { classes: [{ title: 'car', shape: 'any', color: '#FF0000' }], tags: [] };
  for (const id of both) await stores.publications.commit(id, { meta, segments: 1 });
  expect(await listed()).toBe(2);
  expect(await differing(stores)).toEqual([]);
});

// ---------------------------------------------------------------- whatever is done, in whatever order

const annotationArbitrary = fc
  .record({
    tags: fc.array(tagArbitrary, { maxLength: 2 }),
    objects: fc.array(
      fc.record({ title: fc.constantFrom(...CLASSES), tags: fc.array(tagArbitrary, { maxLength: 2 }) }),
      { maxLength: 3 },
    ),
  })
  .map(({ tags, objects }): ImageAnnotation => {
    const [box] = boxOf('car').objects as [Label];
    return {
      ...boxOf('car'),
      tags,
      objects: objects.map((one) => ({ ...box, classTitle: one.title, tags: one.tags })),
    };
  });

const which = fc.nat({ max: 5 });
const stepArbitrary = fc.oneof(
  fc.record({ do: fc.constant('put' as const), at: which, annotation: annotationArbitrary }),
  fc.record({ do: fc.constant('tag' as const), at: which, tag: tagArbitrary }),
  fc.record({ do: fc.constant('change' as const), at: which, annotation: annotationArbitrary }),
  fc.record({
    do: fc.constant('figure' as const),
    at: which,
    title: fc.constantFrom(...CLASSES),
    waiting: fc.boolean(),
  }),
  fc.record({ do: fc.constant('figureTag' as const), at: which, tag: tagArbitrary }),
  fc.record({ do: fc.constant('come' as const), at: which }),
  fc.record({ do: fc.constant('unfigure' as const), at: which }),
  fc.record({ do: fc.constant('remove' as const), at: which }),
  fc.record({
    do: fc.constant('import' as const),
    annotation: annotationArbitrary,
    conflict: fc.constantFrom('rename' as const, 'replace' as const, 'skip' as const),
    ends: fc.constantFrom('commit' as const, 'later' as const, 'drop' as const, 'never' as const),
    clash: fc.boolean(),
  }),
);

/** The same question, answered by looking at everything. */
async function lookAt(stores: Stores, datasetId: number, filter: ItemFilter): Promise<number[]> {
  const { entities } = await stores.items.list({ datasetId, perPage: 1000 });
  const found: number[] = [];
  for (const stored of await stores.annotations.get(entities.map((one) => one.id))) {
    const { tags, objects } = stored.annotation;
    const figures = await stores.figures.ofImages([stored.itemId]);
    const figureTags = await stores.entityTags.of(
      'figure',
      figures.map((one) => one.id),
    );
    const titles = [...objects, ...figures].map((one) => one.classTitle);
    const objectTags = [
      ...objects.flatMap((one) => one.tags),
      ...figureTags.map((one) => ({ ...one.rest, name: one.name }) as Tag),
    ];
    if (passes(filter, { titles, tags, objectTags })) found.push(stored.itemId);
  }
  return found;
}

test('every way to label an item, in any order: the rows agree, and every filter finds what looking finds', async () => {
  const { stores } = openStores();
  const workspaceId = await fill(stores);
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { minLength: 4, maxLength: 14 }), async (steps) => {
      const name = `p${round++}`;
      const { id: projectId } = await stores.projects.add({ workspaceId, name, type: 'images' });
      await stores.projects.putMeta(projectId, {
        classes: [],
        tags: [{ name: 'wet', value_type: 'none', color: '#00FF00' }],
      });
      const { id: datasetId } = await stores.datasets.add({ projectId, parentId: null, name: 'd' });
      await stores.items.add(
        datasetId,
        [0, 1, 2, 3, 4, 5].map((at) => ({ name: `${at}`, sha256: sha(at) })),
      );
      const waiting: number[] = [];
      const later: number[] = [];
      // A tag of another kind of value gets another name, in the annotations too.
      const meta = { classes: [], tags: [{ name: 'wet', value_type: 'any_string' }] };
      for (const [at, step] of steps.entries()) {
        const { entities } = await stores.items.list({ datasetId, perPage: 1000 });
        const itemId = 'at' in step ? entities[step.at % Math.max(1, entities.length)]?.id : undefined;
        if ('at' in step && itemId === undefined) continue;
        const figures = itemId === undefined ? [] : await stores.figures.ofImages([itemId]);
        if (step.do === 'put') {
          const keptFigures = figures.slice(0, 1).map((one) => one.id);
          const { annotation } = step;
          await stores.annotations.put([{ itemId: itemId!, annotation, keptFigures }], { subpixel: true });
        } else if (step.do === 'tag') await stores.annotations.addTags([{ itemId: itemId!, tag: step.tag }]);
        else if (step.do === 'change') await stores.imageLabels.change([itemId!], () => step.annotation);
        else if (step.do === 'figure') {
          const figure = {
            classTitle: step.title,
            geometryType: 'point',
            geometry: '{}',
            plane: '',
            frame: -1,
          };
          const ids = await stores.figures.add(datasetId, [
            { ...figure, entityId: itemId!, waiting: step.waiting, rest: {} },
          ]);
          if (step.waiting) waiting.push(...ids);
        } else if (step.do === 'figureTag') {
          const { name, ...rest } = step.tag;
          const [figureId] = figures.map((one) => one.id);
          if (figureId !== undefined) await stores.entityTags.add([{ datasetId, figureId, name, rest }]);
        } else if (step.do === 'come') {
          const [there] = await stores.figures.get(waiting);
          if (there !== undefined) await stores.figures.putGeometry([{ id: there.id, geometry: '{}' }]);
        } else if (step.do === 'unfigure') await stores.figures.remove(figures.map((one) => one.id));
        else if (step.do === 'remove') await stores.items.remove([itemId!]);
        else {
          const { publicationId } = await stores.publications.begin(`${name} ${at}`, {
            ...{ attempt: 1, run: 1, projectName: name, projectType: 'images' },
            ...{ appendToProjectId: projectId, conflict: step.conflict },
          });
          const line = { sha256: sha(7), ann: step.annotation };
          const lines = [
            { ...line, dataset: 'd', name: step.clash ? '1' : `new ${at}` },
            // Two imports that both make the dataset: the second to end joins the first.
            { ...line, dataset: 'e', name: 'x' },
          ];
          await stores.publications.putSegment(publicationId, 1, each(lines));
          if (step.ends === 'commit') await stores.publications.commit(publicationId, { meta, segments: 1 });
          if (step.ends === 'later') later.push(publicationId);
          if (step.ends === 'drop') await stores.publications.drop(publicationId);
        }
      }
      for (const id of later) await stores.publications.commit(id, { meta, segments: 1 });
      expect(await differing(stores)).toEqual([]);
      const { entities } = await stores.datasets.list({ projectId, recursive: true, perPage: 10 });
      for (const filter of labelFilters) {
        const looked = await Promise.all(entities.map((one) => lookAt(stores, one.id, filter)));
        const list = async (of: { datasetId: number } | { projectId: number }) => {
          const { total, entities: rows } = await stores.items.list({
            ...of,
            labelled: [filter],
            perPage: 1000,
          });
          expect(total).toBe(rows.length);
          return rows.map((one) => one.id);
        };
        for (const [at, { id }] of entities.entries())
          expect(await list({ datasetId: id })).toEqual(looked[at]);
        expect(await list({ projectId })).toEqual(looked.flat().sort((a, b) => a - b));
      }
    }),
    { numRuns: 25, seed: 20_261_130 },
  );
});
