/** Objects, figures, tags and related images as rows. */
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { openDatabase } from '../../../../src/platform/store/database.ts';
import { FIRST_RELATED_IMAGE, type NewFigure } from '../../../../src/platform/store/repositories/figures.ts';
import { createStores } from '../../../../src/platform/store/stores.ts';
import { fill, sha } from '../../../conformance/store/suite.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

async function open() {
  const db = openDatabase(path.join(tempFolder('figures'), 'platform.sqlite'));
  onTestFinished(() => db.close());
  const stores = createStores(db, { clock: systemClock });
  const workspaceId = await fill(stores);
  const project = await stores.projects.add({ workspaceId, name: 'p', type: 'videos' });
  const dataset = await stores.datasets.add({ projectId: project.id, parentId: null, name: 'd' });
  const [item, other] = await stores.items.add(dataset.id, [
    { name: 'a', sha256: sha(1) },
    { name: 'b', sha256: sha(2) },
  ]);
  return { stores, datasetId: dataset.id, itemId: item?.id ?? 0, otherId: other?.id ?? 0 };
}

const figure = (entityId: number, objectId: number, more: Partial<NewFigure> = {}): NewFigure => ({
  entityId,
  objectId,
  geometryType: 'point',
  geometry: '{"points":{"exterior":[[1,2]],"interior":[]}}',
  waiting: false,
  plane: '',
  frame: 0,
  rest: {},
  ...more,
});

test('what an item has goes with it, and its bytes are free again', async () => {
  const { stores, datasetId, itemId, otherId } = await open();
  const [object = 0, ofDataset = 0] = await stores.objects.add(datasetId, [
    { itemId, classTitle: 'car', rest: {} },
    { itemId: null, classTitle: 'car', rest: {} },
  ]);
  const [mask = 0, kept = 0] = await stores.figures.add(datasetId, [
    figure(itemId, object, { waiting: true }),
    figure(otherId, ofDataset),
  ]);
  await stores.figures.putGeometry([{ id: mask, sha256: sha(3) }]);
  await stores.entityTags.add([
    { datasetId, itemId, name: 't', rest: {} },
    { datasetId, objectId: object, name: 't', rest: {} },
    { datasetId, figureId: mask, name: 't', rest: {} },
  ]);
  await stores.relatedImages.add([{ entityId: itemId, name: 'i.png', sha256: sha(4), meta: {} }]);
  const named = [sha(1), sha(2), sha(3), sha(4)];
  expect(await stores.blobs.remove(named)).toEqual([]);
  await stores.items.remove([itemId]);
  expect(await stores.objects.get([object, ofDataset])).toMatchObject([{ id: ofDataset }]);
  expect(await stores.figures.get([mask, kept])).toMatchObject([{ id: kept }]);
  expect(await stores.entityTags.of('item', [itemId])).toEqual([]);
  expect(await stores.relatedImages.list({ datasetId, perPage: 10 })).toEqual({ total: 0, entities: [] });
  expect((await stores.blobs.remove(named)).sort()).toEqual([sha(1), sha(3), sha(4)]);
});

test('all or none: one that is wrong takes the others of its request with it', async () => {
  const { stores, datasetId, itemId, otherId } = await open();
  const [object = 0] = await stores.objects.add(datasetId, [{ itemId, classTitle: 'car', rest: {} }]);
  const good = figure(itemId, object);
  for (const bad of [figure(itemId, 999), figure(otherId, object), figure(999, object)])
    await expect(stores.figures.add(datasetId, [good, bad])).rejects.toMatchObject({ code: 'SLY_NOT_FOUND' });
  await expect(stores.figures.putGeometry([{ id: 999, sha256: sha(1) }])).rejects.toMatchObject({
    code: 'SLY_NOT_FOUND',
  });
  expect((await stores.figures.list({ datasetId, perPage: 10 })).total).toBe(0);
});

test('an object has the key that its first figure says, and keeps the one it was given', async () => {
  const { stores, datasetId, itemId } = await open();
  const [unnamed = 0, named = 0] = await stores.objects.add(datasetId, [
    { itemId, classTitle: 'car', rest: {} },
    { itemId, classTitle: 'car', key: 'mine', rest: {} },
  ]);
  await stores.figures.add(datasetId, [
    figure(itemId, unnamed, { objectKey: 'first' }),
    figure(itemId, unnamed, { objectKey: 'second' }),
    figure(itemId, named, { objectKey: 'other' }),
  ]);
  expect((await stores.objects.get([unnamed, named])).map((one) => one.key)).toEqual(['first', 'mine']);
});

test('pages go by plane, frame and id, and miss nothing that is added behind', async () => {
  const { stores, datasetId, itemId } = await open();
  const [object = 0] = await stores.objects.add(datasetId, [{ itemId, classTitle: 'car', rest: {} }]);
  const places = [7, 3, 3, 0, 12].map((frame) => figure(itemId, object, { frame }));
  const ids = await stores.figures.add(datasetId, [
    figure(itemId, object, { plane: 'axial', frame: 1 }),
    ...places,
  ]);
  const seen: number[] = [];
  let after = { plane: '', frame: -9, id: 0 };
  for (;;) {
    const page = await stores.figures.page(itemId, { after, limit: 2 });
    seen.push(...page.map((one) => one.id));
    const last = page.at(-1);
    if (last === undefined) break;
    after = last;
    if (seen.length === 2)
      seen.push(
        ...(await stores.figures.add(datasetId, [figure(itemId, object, { frame: 0 })])).map((id) => -id),
      );
  }
  const [axial, seven, three, again, zero, twelve] = ids;
  expect(seen.filter((id) => id > 0)).toEqual([zero, three, again, seven, twelve, axial]);
});

test('related images have ids that no item has; the same one again is the one that is there', async () => {
  const { stores, itemId, otherId } = await open();
  const image = { entityId: itemId, name: 'i.png', sha256: sha(4), meta: { a: 1 } };
  const [first, second] = await stores.relatedImages.add([image, { ...image, entityId: otherId }]);
  expect(first?.id).toBeGreaterThan(FIRST_RELATED_IMAGE);
  expect(await stores.relatedImages.add([image])).toEqual([first]);
  expect(second?.id).not.toBe(first?.id);
  await expect(stores.relatedImages.add([{ ...image, sha256: sha(5) }])).rejects.toMatchObject({
    code: 'SLY_NOT_UNIQUE',
  });
});

test('a tag said twice without a key is one; under another key it is another', async () => {
  const { stores, datasetId, itemId } = await open();
  const tag = { datasetId, itemId, name: 't', rest: { value: 1, frameRange: [0, 3] } };
  const [plain] = await stores.entityTags.add([tag]);
  expect(await stores.entityTags.add([tag, tag])).toEqual([plain, plain]);
  const keyed = await stores.entityTags.add([
    { ...tag, key: 'k' },
    { ...tag, key: 'k' },
    { ...tag, key: 'l' },
  ]);
  expect(keyed[0]).toBe(keyed[1]);
  expect(new Set([plain, ...keyed]).size).toBe(3);
  expect(await stores.entityTags.add([{ ...tag, rest: { value: 2 } }])).not.toContain(plain);
});

test('what another version of the reader found counts as not read', async () => {
  const { stores } = await open();
  await stores.media.put({ sha256: sha(1), facts: { a: 1 }, problem: null }, 'one');
  expect(await stores.media.get([sha(1), sha(2)], 'one')).toMatchObject([{ facts: { a: 1 } }]);
  expect(await stores.media.get([sha(1)], 'two')).toEqual([]);
  await stores.media.put({ sha256: sha(1), facts: null, problem: 'broken' }, 'two');
  expect(await stores.media.get([sha(1)], 'two')).toMatchObject([{ facts: null, problem: 'broken' }]);
});
