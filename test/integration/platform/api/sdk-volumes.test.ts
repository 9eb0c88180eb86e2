/** Volumes as the SDK sends and reads them. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { type Added, hexKey, type SdkClient, sdkClient, withoutOwn } from '../../../support/sdk-client.ts';

const META = {
  classes: [
    { title: 'lung', shape: 'mask_3d', color: '#FF0000' },
    { title: 'nodule', shape: 'rectangle', color: '#00FF00' },
  ],
  tags: [{ name: 'quality', value_type: 'any_string', color: '#0000FF' }],
};
const VOLUME_META = {
  ACS: 'RAS',
  intensity: { min: -3024, max: 3071 },
  windowWidth: 6095,
  channelsCount: 1,
  dimensionsIJK: { x: 4, y: 3, z: 2 },
  IJK2WorldMatrix: [0.7617, 0, 0, -194.6, 0, 0.7617, 0, -217.5, 0, 0, 2.5, -347.7, 0, 0, 0, 1],
};

let server: ApiServer;
let sdk: SdkClient;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
});
afterAll(() => server.stop());

const nrrd = (sizes: string, data = randomBytes(24)): Buffer =>
  Buffer.concat([
    Buffer.from(
      `NRRD0004\n# a comment\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\nsizes: ${sizes}\nspace directions: (0.5,0,0) (0,0.5,0) (0,0,2)\nkinds: domain domain domain\nencoding: gzip\nspace origin: (-10,20,30)\n\n`,
    ),
    gzipSync(data),
  ]);

test('a project of volumes goes up and comes down again, with its masks', async () => {
  const made = await sdk.project('volumes', META);
  const bytes = nrrd('4 3 2');
  // Volumes go through the upload of images.
  const [hash] = await sdk.upload('images.bulk.upload', [bytes], 'image/*');
  const [volume] = await sdk.api<Added[]>('volumes.bulk.add', {
    datasetId: made.datasetId,
    volumes: [{ name: 'ct.nrrd', hash, meta: VOLUME_META }],
  });
  const volumeId = volume?.id ?? 0;
  const slices = [{ hash, sliceIndex: 0, normal: { x: 0, y: 0, z: 1 } }];
  expect(await sdk.api('volumes.slices.bulk.add', { volumeId, volumeSlices: slices })).toHaveLength(1);

  const tags = [{ name: 'quality', value: 'good', key: hexKey() }];
  await sdk.api('volumes.tags.bulk.add', {
    volumeId,
    tags: tags.map((tag) => ({ ...tag, tagId: made.tagId('quality') })),
  });
  const [lung, nodule] = [hexKey(), hexKey()];
  const objects = await sdk.api<Added[]>('annotation-objects.bulk.add', {
    datasetId: made.datasetId,
    annotationObjects: [lung, nodule].map((key, at) => ({
      key,
      classId: made.classId(at === 0 ? 'lung' : 'nodule'),
      entityId: volumeId,
    })),
  });
  const slice = (planeName: string, normal: object, index: number) => ({
    key: hexKey(),
    objectKey: nodule,
    geometryType: 'rectangle',
    geometry: {
      points: {
        exterior: [
          [0, 0],
          [1.5, 2],
        ],
        interior: [],
      },
    },
    meta: { sliceIndex: index, planeName, normal },
    customData: {},
  });
  const [x, z] = [
    { x: 1, y: 0, z: 0 },
    { x: 0, y: 0, z: 1 },
  ];
  const flat = [slice('axial', z, 1), slice('axial', z, 0), slice('sagittal', x, 3)];
  await sdk.api('figures.bulk.add', {
    entityId: volumeId,
    figures: flat.map((one) => ({ ...one, objectId: objects[1]?.id })),
  });
  // As another client says it: a normal alone, wrapped once more.
  const wrapped = {
    ...slice('coronal', { x: 0, y: 1, z: 0 }, 2),
    meta: { meta: { sliceIndex: 2, normal: { x: 0, y: 1, z: 0 } } },
  };
  await sdk.api('figures.bulk.add', {
    entityId: volumeId,
    figures: [{ ...wrapped, objectId: objects[1]?.id }],
  });

  // Masks: announced without a geometry, unseen until their bytes are there.
  const announced = await sdk.api<Added[]>('figures.bulk.add', {
    entityId: volumeId,
    figures: [1, 2].map(() => ({
      objectId: objects[0]?.id,
      geometryType: 'mask_3d',
      tool: 'mask_3d',
      entityId: volumeId,
      customData: { '0-0-1': { '37': { score: '0.91', comment: null } } },
    })),
  });
  const read = async () => {
    const [one] = await sdk.api<
      {
        planes: { name: string; slices: { index: number; figures: unknown[] }[] }[];
        spatialFigures: { id: number }[];
      }[]
    >('volumes.annotations.bulk.info', { datasetId: made.datasetId, volumeIds: [volumeId] });
    return one;
  };
  expect((await read())?.spatialFigures).toEqual([]);
  const masks = announced.map(({ id }) => ({ id, bytes: nrrd('4 3 2', randomBytes(24)) }));
  expect((await sdk.uploadGeometries(masks.map((one) => ({ ...one, mime: 'application/sla' })))).status).toBe(
    200,
  );
  expect((await sdk.uploadGeometries(masks)).status).toBe(200);

  const whole = await read();
  expect(whole?.spatialFigures.map((one) => one.id)).toEqual(announced.map((one) => one.id));
  expect(whole?.planes.map((plane) => [plane.name, plane.slices.map((one) => one.index)])).toEqual([
    ['sagittal', [3]],
    ['coronal', [2]],
    ['axial', [0, 1]],
  ]);
  expect(withoutOwn(whole?.planes[2]?.slices)).toEqual([
    { index: 0, figures: [flat[1]] },
    { index: 1, figures: [flat[0]] },
  ]);
  const {
    planes: _planes,
    spatialFigures,
    ...head
  } = withoutOwn(whole, ['description']) as Record<string, unknown>;
  expect(head).toEqual({
    volumeName: 'ct.nrrd',
    volumeMeta: VOLUME_META,
    tags,
    objects: [
      { key: lung, classTitle: 'lung', tags: [] },
      { key: nodule, classTitle: 'nodule', tags: [] },
    ],
  });
  expect(spatialFigures).toMatchObject([
    { geometry: {}, geometryType: 'mask_3d', objectKey: lung },
    { geometry: {} },
  ]);
  const downloaded = await sdk.downloadGeometries(masks.map((one) => one.id));
  for (const { id, bytes: mask } of masks) expect(downloaded.get(id)?.equals(mask)).toBe(true);
  const listed = await sdk.listAll<{ entityId: number; customData: object }>('figures.list', {
    datasetId: made.datasetId,
    filter: [{ field: 'entityId', operator: 'in', value: [volumeId] }],
  });
  expect(listed).toHaveLength(6);
  expect(listed[5]).toMatchObject({ id: announced[1]?.id, entityId: volumeId, customData: { '0-0-1': {} } });
  expect((await sdk.download('volumes.download', volumeId)).bytes.equals(bytes)).toBe(true);
  // The bytes of a mask are in use as long as the figure is.
  expect(await server.stores.figures.get([announced[0]?.id ?? 0])).toMatchObject([{ waiting: false }]);
});

test('the header of the file says what the request does not', async () => {
  const made = await sdk.project('volumes', META);
  const [hash] = await sdk.upload('images.bulk.upload', [nrrd('7 6 5')], 'image/*');
  const [volume] = await sdk.api<(Added & { meta: object })[]>('volumes.bulk.add', {
    datasetId: made.datasetId,
    volumes: [{ name: 'a.nrrd', hash, meta: null }],
  });
  expect(volume?.meta).toMatchObject({
    dimensionsIJK: { x: 7, y: 6, z: 5 },
    IJK2WorldMatrix: [-0.5, 0, 0, 10, 0, -0.5, 0, -20, 0, 0, 2, 30, 0, 0, 0, 1],
  });
  const [text] = await sdk.upload('images.bulk.upload', [Buffer.from('no volume')], 'image/*');
  const refused = await sdk.post('volumes.bulk.add', {
    datasetId: made.datasetId,
    volumes: [{ name: 'odd.nrrd', hash: text, meta: {} }],
  });
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('odd.nrrd')]);
});

test('geometries that come in another order than pairs, or for nobody, are refused', async () => {
  const made = await sdk.project('volumes', META);
  const missing = await sdk.uploadGeometries([{ id: 999_999, bytes: Buffer.from('x') }]);
  expect(missing.status).toBe(404);
  expect((await sdk.post('figures.bulk.download.geometry', { ids: [999_999] })).status).toBe(404);
  expect((await sdk.post('figures.bulk.upload.geometry', {})).status).toBe(400);
  const form = new FormData();
  form.append('geometry', new Blob(['x']), '1');
  const response = await fetch(`${server.url}/public/api/v3/figures.bulk.upload.geometry`, {
    method: 'POST',
    headers: { 'x-api-key': server.token },
    body: form,
  });
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining('before its figureId'),
  ]);
  expect(made.datasetId).toBeGreaterThan(0);
});
