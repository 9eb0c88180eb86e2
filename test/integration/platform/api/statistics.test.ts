/** Numbers of projects that are no images, counted from what the SDK's calls have added. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Statistics, StatisticsState } from '../../../../src/platform/ports/statistics.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { type Added, type Made, type SdkClient, sdkClient } from '../../../support/sdk-client.ts';
import { addObjects, addVideo, addVideoLink, rectangle, videoFigure } from '../../../support/sdk-videos.ts';

let server: ApiServer;
let sdk: SdkClient;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
});
afterAll(() => server.stop());

async function statisticsOf({ projectId }: Made): Promise<Statistics> {
  let state: StatisticsState | undefined;
  await expect
    .poll(
      async () => {
        state = await sdk.api<StatisticsState>('projects.statistics', { id: projectId });
        return state.reason ?? state.state;
      },
      { timeout: 30_000 },
    )
    .toBe('ready');
  if (state?.statistics == null) throw new Error('there are no statistics');
  return state.statistics;
}

const VIDEO_META = {
  classes: [
    { title: 'car', shape: 'rectangle', color: '#FF0000' },
    { title: 'dog', shape: 'rectangle', color: '#00FF00' },
  ],
  tags: [{ name: 'night', value_type: 'none', color: '#0000FF' }],
};
const inBin = (bins: Statistics['lengths'], value: number): number | undefined =>
  bins.find(({ from, to }) => value >= from && value <= (to ?? Number.POSITIVE_INFINITY))?.items;

test('videos: objects, figures, frames with labels, lengths, sizes; also where projects lie among each other', async () => {
  const [made, other] = [await sdk.project('videos', VIDEO_META), await sdk.project('videos', VIDEO_META)];
  const first = await addVideo(sdk, made, { title: 'a.mp4', file: 'ten-frames.mp4' });
  const foreign = await addVideoLink(sdk, other, 'foreign.mp4');
  const second = await addVideo(sdk, made, { title: 'b.webm', file: 'colours.webm' });
  await addVideoLink(sdk, made, 'nothing-on-it.mp4');
  const [a = 0, b = 0] = await addObjects(sdk, made, first, ['car', 'car']);
  const [c = 0] = await addObjects(sdk, made, second, ['dog']);
  const [f = 0] = await addObjects(sdk, other, foreign, ['car']);
  const box = (object: number, frame: number) =>
    videoFigure(object, frame, 'rectangle', rectangle(1, 1, 5, 5));
  const add = (entityId: number, figures: object[]) => sdk.api('figures.bulk.add', { entityId, figures });
  await add(first, [box(a, 0), box(b, 0), box(a, 1), box(a, 7)]);
  await add(second, [box(c, 3)]);
  // More than are read at once.
  for (let from = 0; from < 12_000; from += 6000)
    await add(
      foreign,
      Array.from({ length: 6000 }, (_, at) => box(f, Math.floor((from + at) / 2))),
    );
  const night = { tagId: made.tagId('night') };
  await sdk.api('videos.tags.bulk.add', {
    videoId: first,
    tags: [
      { ...night, frameRange: [0, 1] },
      { ...night, frameRange: [4, 5] },
    ],
  });
  await sdk.api('annotation-objects.tags.bulk.add', { tags: [{ objectId: c, ...night }] });

  const found = await statisticsOf(made);
  expect(found).toMatchObject({
    items: 3,
    annotated: 2,
    objects: 3,
    figures: 5,
    frames: { total: 22, labelled: 4 },
    tags: [{ name: 'night', items: 1, objects: 1 }],
    otherSizes: 0,
  });
  expect(found.classes.sort((one, two) => one.title.localeCompare(two.title))).toEqual([
    { title: 'car', objects: 2, figures: 4, items: 1, share: null },
    { title: 'dog', objects: 1, figures: 1, items: 1, share: null },
  ]);
  expect([0, 1, 2].map((count) => inBin(found.objectsPerItem, count))).toEqual([1, 1, 1]);
  // 1 s, 1.8 s; of a link it is not known.
  expect([1, 2, 5].map((seconds) => inBin(found.lengths, seconds))).toEqual([1, 1, 0]);
  expect(found.sizes).toContainEqual({ width: 96, height: 64, depth: null, items: 1 });
  expect(found.sizes).toContainEqual({ width: 0, height: 0, depth: null, items: 1 });

  expect(await statisticsOf(other)).toMatchObject({
    items: 1,
    objects: 1,
    figures: 12_000,
    frames: { total: 0, labelled: 6000 },
  });
});

test('point clouds: figures by class, objects of the dataset', async () => {
  const made = await sdk.project('point_clouds', {
    classes: [
      { title: 'car', shape: 'cuboid_3d', color: '#FF0000' },
      { title: 'never', shape: 'cuboid_3d', color: '#00FF00' },
    ],
    tags: [{ name: 'wet', value_type: 'none', color: '#0000FF' }],
  });
  const bytes = [1, 2].map((k) => Buffer.from(`# .PCD v0.7 ${k}\nVERSION 0.7\nPOINTS 0\nDATA ascii\n`));
  const hashes = await sdk.upload('point-clouds.bulk.upload', bytes, 'image/pcd');
  const [cloud] = await sdk.api<Added[]>('point-clouds.bulk.add', {
    datasetId: made.datasetId,
    pointClouds: hashes.map((hash, k) => ({ name: `${k}.pcd`, hash, meta: {} })),
  });
  const objects = await sdk.api<Added[]>('annotation-objects.bulk.add', {
    datasetId: made.datasetId,
    annotationObjects: [{ classId: made.classId('car') }, { classId: made.classId('car') }],
  });
  const cuboid = {
    position: { x: 1, y: 2, z: 0.5 },
    rotation: { x: 0, y: 0, z: 1.57 },
    dimensions: { x: 1.8, y: 4.2, z: 1.5 },
  };
  const figure = (at: number) => ({
    objectId: objects[at]?.id,
    entityId: cloud?.id,
    geometryType: 'cuboid_3d',
    geometry: cuboid,
  });
  await sdk.api('figures.bulk.add', {
    datasetId: made.datasetId,
    figures: [figure(0), figure(0), figure(1)],
  });
  await sdk.api('annotation-objects.tags.bulk.add', {
    tags: [{ objectId: objects[0]?.id, tagId: made.tagId('wet') }],
  });
  const found = await statisticsOf(made);
  expect(found).toMatchObject({
    items: 2,
    annotated: 1,
    objects: 2,
    figures: 3,
    frames: null,
    classes: [{ title: 'car', objects: 2, figures: 3, items: 1 }],
    tags: [{ name: 'wet', items: 0, objects: 1 }],
    lengths: [],
    sizes: [],
  });
  expect([0, 3].map((count) => inBin(found.objectsPerItem, count))).toEqual([1, 1]);
  // The words of the SDK are of the same numbers.
  expect(await sdk.api('projects.stats', { id: made.projectId })).toMatchObject({
    images: { total: 2, marked: 1 },
    objects: { total: 2 },
  });
});

test('volumes: objects, figures on slices, sizes in three directions; an empty project has nothing', async () => {
  const made = await sdk.project('volumes', {
    classes: [{ title: 'nodule', shape: 'rectangle', color: '#00FF00' }],
    tags: [],
  });
  const [hash] = await sdk.upload('images.bulk.upload', [Buffer.from('NRRD0004\nnot read here')], 'image/*');
  const [volume] = await sdk.api<Added[]>('volumes.bulk.add', {
    datasetId: made.datasetId,
    volumes: [{ name: 'ct.nrrd', hash, meta: { dimensionsIJK: { x: 40, y: 30, z: 20 } } }],
  });
  const volumeId = volume?.id ?? 0;
  const [object = 0] = await addObjects(sdk, made, volumeId, ['nodule']);
  const slice = (index: number) => ({
    objectId: object,
    entityId: volumeId,
    geometryType: 'rectangle',
    geometry: rectangle(1, 1, 5, 5),
    meta: { planeName: 'axial', normal: { x: 0, y: 0, z: 1 }, sliceIndex: index },
  });
  await sdk.api('figures.bulk.add', { datasetId: made.datasetId, figures: [slice(3), slice(4)] });
  expect(await statisticsOf(made)).toMatchObject({
    items: 1,
    annotated: 1,
    objects: 1,
    figures: 2,
    frames: null,
    classes: [{ title: 'nodule', objects: 1, figures: 2, items: 1 }],
    sizes: [{ width: 40, height: 30, depth: 20, items: 1 }],
  });
  const empty = await sdk.project('volumes', { classes: [], tags: [] });
  expect(await statisticsOf(empty)).toMatchObject({
    items: 0,
    objects: 0,
    figures: 0,
    classes: [],
    sizes: [],
  });
});
