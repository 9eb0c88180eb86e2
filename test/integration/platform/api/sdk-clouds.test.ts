/** Point clouds and episodes as the SDK sends and reads them. */
import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import {
  type Added,
  hexKey,
  type Made,
  type SdkClient,
  sdkClient,
  withoutOwn,
} from '../../../support/sdk-client.ts';

const META = {
  classes: [
    { title: 'car', shape: 'cuboid_3d', color: '#FF0000' },
    { title: 'ground', shape: 'point_cloud', color: '#00FF00' },
    { title: 'sign', shape: 'rectangle', color: '#00FF00' },
  ],
  tags: [{ name: 'speed', value_type: 'any_number', color: '#0000FF' }],
};

let server: ApiServer;
let sdk: SdkClient;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
});
afterAll(() => server.stop());

const pcd = (k: number): Buffer =>
  Buffer.from(
    `# .PCD v0.7\nVERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\nPOINTS 1\nDATA ascii\n${k} 0 0\n`,
  );
const png = (k: number): Buffer =>
  Buffer.from(encode({ width: 8, height: 6, channels: 1, depth: 8, data: new Uint8Array(48).fill(k) }));

const cuboid = (x: number) => ({
  position: { x, y: 2, z: 0.5 },
  rotation: { x: 0, y: 0, z: 1.57 },
  dimensions: { x: 1.8, y: 4.2, z: 1.5 },
});

type Cloud = Added & { meta: { frame?: number } };
interface Annotation {
  tags: unknown[];
  objects: { key: string; classTitle: string; tags: unknown[] }[];
  figures: { key: string; objectKey: string; geometryType: string; geometry: object }[];
}

async function addClouds(made: Made, names: readonly string[], frames = false): Promise<Cloud[]> {
  const hashes = await sdk.upload(
    'point-clouds.bulk.upload',
    names.map((_, k) => pcd(k)),
    'image/pcd',
  );
  return sdk.api('point-clouds.bulk.add', {
    datasetId: made.datasetId,
    pointClouds: names.map((name, k) => ({ name, hash: hashes[k], meta: frames ? { frame: k } : {} })),
  });
}

/** Objects go to the dataset, never to a cloud. */
async function addObjects(made: Made, objects: Annotation['objects']): Promise<Map<string, number>> {
  const added = await sdk.api<Added[]>('annotation-objects.bulk.add', {
    datasetId: made.datasetId,
    annotationObjects: objects.map((one) => ({ classId: made.classId(one.classTitle) })),
  });
  return new Map(objects.map((one, at) => [one.key, added[at]?.id ?? 0]));
}

test('a project of point clouds goes up and comes down again', async () => {
  const made = await sdk.project('point_clouds', META);
  const clouds = await addClouds(made, ['a.pcd', 'b.pcd']);
  const [a, b] = clouds;
  const [car, ground] = [hexKey(), hexKey()];
  const sent: Annotation = {
    tags: [{ name: 'speed', value: 3, key: hexKey() }],
    objects: [
      { key: car, classTitle: 'car', tags: [{ name: 'speed', value: 4, key: hexKey() }] },
      { key: ground, classTitle: 'ground', tags: [] },
    ],
    figures: [
      { key: hexKey(), objectKey: car, geometryType: 'cuboid_3d', geometry: cuboid(1) },
      { key: hexKey(), objectKey: ground, geometryType: 'point_cloud', geometry: { indices: [0, 5, 7] } },
    ],
  };
  const withId = (tag: unknown, more: object) => ({
    ...(tag as object),
    tagId: made.tagId('speed'),
    ...more,
  });
  await sdk.api('point-clouds.tags.bulk.add', {
    entityId: a?.id,
    tags: sent.tags.map((tag) => withId(tag, {})),
  });
  const ids = await addObjects(made, sent.objects);
  await sdk.api('annotation-objects.tags.bulk.add', {
    projectId: made.projectId,
    tags: sent.objects.flatMap((one) => one.tags.map((tag) => withId(tag, { objectId: ids.get(one.key) }))),
  });
  const figures = {
    entityId: a?.id,
    figures: sent.figures.map((one) => ({ ...one, objectId: ids.get(one.objectKey) })),
  };
  const added = await sdk.api<Added[]>('figures.bulk.add', figures);
  expect(await sdk.api('figures.bulk.add', figures)).toEqual(added);

  const [ofB, ofA] = await sdk.api<Annotation[]>('point-clouds.annotations.bulk.info', {
    datasetId: made.datasetId,
    pointCloudIds: [b?.id, a?.id],
  });
  expect(withoutOwn(ofA)).toEqual({
    name: 'a.pcd',
    description: '',
    ...sent,
    objects: sent.objects.map((one) => ({ ...one, description: '' })),
  });
  expect(ofB).toMatchObject({ name: 'b.pcd', pointCloudId: b?.id, tags: [], objects: [], figures: [] });

  // Pictures beside the cloud, with figures of the same objects.
  const [picture] = [png(3)];
  const [hash] = await sdk.upload('point-clouds.bulk.upload', [picture], 'image/pcd');
  const meta = { deviceId: 'CAM_00', sensorsData: { extrinsicMatrix: [1, 0, 0.5] } };
  const request = { images: clouds.map(({ id }) => ({ entityId: id, name: 'img.png', hash, meta })) };
  const images = await sdk.api<Added[]>('point-clouds.images.add', request);
  expect(await sdk.api('point-clouds.images.add', request)).toEqual(images);
  const filter = [{ field: 'entityId', operator: '=', value: a?.id }];
  const [image, ...others] = await sdk.listAll<Added & { meta: object }>('point-clouds.images.list', {
    datasetId: made.datasetId,
    filter,
  });
  expect(others).toEqual([]);
  expect(image).toMatchObject({ name: 'img.png', meta, id: images[0]?.id });
  expect((await sdk.download('point-clouds.images.download', image?.id ?? 0)).bytes.equals(picture)).toBe(
    true,
  );
  const sign = { key: hexKey(), classTitle: 'sign', tags: [] };
  const signs = await addObjects(made, [sign]);
  const box = {
    points: {
      exterior: [
        [0, 1],
        [3.5, 4],
      ],
      interior: [],
    },
  };
  await sdk.api('figures.bulk.add', {
    datasetId: made.datasetId,
    figures: [
      {
        entityId: image?.id,
        objectId: signs.get(sign.key),
        objectKey: sign.key,
        geometryType: 'rectangle',
        geometry: box,
      },
    ],
  });
  const onImages = await sdk.listAll<{ entityId: number; geometry: object }>('figures.list', {
    datasetId: made.datasetId,
    filter: [{ field: 'entityId', operator: 'in', value: images.map((one) => one.id) }],
  });
  expect(onImages).toMatchObject([{ entityId: image?.id, geometry: box, objectKey: sign.key }]);
  // The object is only seen on the picture; who reads the cloud must know it to read the picture.
  const [again] = await sdk.api<Annotation[]>('point-clouds.annotations.bulk.info', {
    pointCloudIds: [a?.id],
  });
  expect(again?.objects.map((one) => one.key)).toEqual([car, ground, sign.key]);
  expect(again?.figures).toHaveLength(2);

  // Indices as bytes.
  const [bytesOnly] = await sdk.api<Added[]>('figures.bulk.add', {
    entityId: b?.id,
    figures: [{ objectId: ids.get(ground), geometryType: 'point_cloud' }],
  });
  const uint32 = Buffer.alloc(8);
  uint32.writeUInt32LE(70_000, 0);
  uint32.writeUInt32LE(4_000_000_000, 4);
  expect((await sdk.uploadGeometries([{ id: bytesOnly?.id ?? 0, bytes: uint32 }])).status).toBe(200);
  const [whole] = await sdk.api<Annotation[]>('point-clouds.annotations.bulk.info', {
    pointCloudIds: [b?.id],
  });
  expect(whole?.figures).toMatchObject([{ geometry: { indices: [70_000, 4_000_000_000] } }]);
  expect((await sdk.downloadGeometries([bytesOnly?.id ?? 0])).get(bytesOnly?.id ?? 0)?.equals(uint32)).toBe(
    true,
  );

  expect((await sdk.download('point-clouds.download', a?.id ?? 0)).bytes.equals(pcd(0))).toBe(true);
});

test('an episode goes up and comes down again, its tags too', async () => {
  const made = await sdk.project('point_cloud_episodes', META);
  const clouds = await addClouds(made, ['0.pcd', '1.pcd', '2.pcd'], true);
  expect(clouds.map((one) => one.meta.frame)).toEqual([0, 1, 2]);
  const empty = await sdk.api<object[]>('point-clouds.episodes.annotations.info', {
    datasetId: made.datasetId,
  });
  expect(empty).toMatchObject([{ tags: [], objects: [], frames: [], framesCount: 3 }]);

  const objects = [{ key: hexKey(), classTitle: 'car', tags: [] }];
  const ids = await addObjects(made, objects);
  const frames = [0, 2].map((index) => ({
    index,
    figures: [1, 2].map((x) => ({
      key: hexKey(),
      objectKey: objects[0]?.key ?? '',
      geometryType: 'cuboid_3d',
      geometry: cuboid(x),
    })),
  }));
  // One request for the figures of all clouds, in no order.
  const figures = frames.toReversed().flatMap((frame) =>
    frame.figures.map((one) => ({
      ...one,
      objectId: ids.get(one.objectKey),
      entityId: clouds[frame.index]?.id,
    })),
  );
  const request = { datasetId: made.datasetId, figures };
  expect(await sdk.api('figures.bulk.add', request)).toEqual(await sdk.api('figures.bulk.add', request));
  const tag = { name: 'speed', value: 5, frameRange: [0, 1], key: hexKey() };
  const episodeTags = { datasetId: made.datasetId, tags: [{ ...tag, tagId: made.tagId('speed') }] };
  await sdk.api('point-clouds.episodes.tags.bulk.add', episodeTags);
  await sdk.api('point-clouds.episodes.tags.bulk.add', episodeTags);
  const ofFrame = { name: 'speed', value: 6, key: hexKey() };
  await sdk.api('point-clouds.tags.bulk.add', { entityId: clouds[2]?.id, tags: [ofFrame] });

  const [episode, ...more] = await sdk.api<object[]>('point-clouds.episodes.annotations.info', {
    datasetId: made.datasetId,
  });
  expect(more).toEqual([]);
  expect(withoutOwn(episode)).toEqual({
    description: '',
    framesCount: 3,
    tags: [tag, { ...ofFrame, frameRange: [2, 2] }],
    objects: objects.map((one) => ({ ...one, description: '' })),
    frames,
  });

  const bad = await sdk.post('point-clouds.bulk.add', {
    datasetId: made.datasetId,
    pointClouds: [{ name: 'x.pcd', link: 'https://example.com/x.pcd', meta: null }],
  });
  expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining('x.pcd: meta.frame')]);
});

test('figures cannot lie across datasets or on objects of others', async () => {
  const [one, other] = [await sdk.project('point_clouds', META), await sdk.project('point_clouds', META)];
  const [here] = await addClouds(one, ['a.pcd']);
  const [there] = await addClouds(other, ['a.pcd']);
  const key = hexKey();
  const objectId = (await addObjects(one, [{ key, classTitle: 'car', tags: [] }])).get(key);
  const figure = { objectId, geometryType: 'cuboid_3d', geometry: cuboid(1) };
  const across = {
    datasetId: one.datasetId,
    figures: [
      { ...figure, entityId: here?.id },
      { ...figure, entityId: there?.id },
    ],
  };
  expect((await sdk.post('figures.bulk.add', across)).status).toBe(400);
  expect((await sdk.post('figures.bulk.add', { entityId: there?.id, figures: [figure] })).status).toBe(404);
  const odd = { ...figure, geometry: { ...cuboid(1), rotation: { x: 'a' } } };
  const refused = await sdk.post('figures.bulk.add', { entityId: here?.id, figures: [odd] });
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('figures[0].geometry.rotation'),
  ]);
  expect(await sdk.listAll('figures.list', { datasetId: one.datasetId })).toEqual([]);
});
