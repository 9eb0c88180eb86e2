/** Alpha masks, multipolygons and figures of images as the SDK sends and reads them. */
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { type Added, type Made, type SdkClient, sdkClient } from '../../../support/sdk-client.ts';

const META = {
  classes: [
    { title: 'smoke', shape: 'alpha_mask', color: '#FF0000' },
    { title: 'islands', shape: 'multipolygon', color: '#00FF00' },
    { title: 'box', shape: 'rectangle', color: '#0000FF' },
  ],
  tags: [
    { name: 'note', value_type: 'any_string', color: '#0000FF' },
    { name: 'seen', value_type: 'none', color: '#0000FF' },
  ],
};

let server: ApiServer;
let sdk: SdkClient;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
});
afterAll(() => server.stop());

const grey = (width: number, height: number, value: number): Buffer =>
  Buffer.from(
    encode({ width, height, channels: 1, depth: 8, data: new Uint8Array(width * height).fill(value) }),
  );
const alpha = (value: number) => ({
  origin: [2, 3],
  data: deflateSync(grey(4, 3, value)).toString('base64'),
});
/** Python's `json.dumps` has blanks that JavaScript's has not: what comes back is the very bytes. */
const asPython = (value: { origin: number[]; data: string }): Buffer =>
  Buffer.from(`{"origin": [${value.origin.join(', ')}], "data": "${value.data}"}`);

const label = (classTitle: string, made: Made, geometryType: string, more: object = {}) => ({
  classTitle,
  classId: made.classId(classTitle),
  geometryType,
  shape: geometryType,
  tags: [],
  description: '',
  nnCreated: false,
  nnUpdated: false,
  ...more,
});
const box = (made: Made, right: number) =>
  label('box', made, 'rectangle', {
    points: {
      exterior: [
        [1, 2],
        [right, 9],
      ],
      interior: [],
    },
  });

interface Info {
  imageId: number;
  annotation: { objects: (Record<string, unknown> & { id: number; geometryType: string })[] };
}
const read = async (made: Made, imageIds: number[]): Promise<Info[]> =>
  sdk.api('annotations.bulk.info', { datasetId: made.datasetId, imageIds, integerCoords: false });

async function images(made: Made, count: number): Promise<number[]> {
  const files = Array.from({ length: count }, (_, k) => grey(20, 16, k));
  const hashes = await sdk.upload('images.bulk.upload', files, 'image/*');
  const added = await sdk.api<Added[]>('images.bulk.add', {
    datasetId: made.datasetId,
    images: hashes.map((hash, k) => ({ title: `${k}.png`, hash })),
  });
  return added.map((one) => one.id);
}

/** `annotation._upload_batch`: the annotation without the masks, then the masks as figures, then their bytes. */
async function upload(
  made: Made,
  imageId: number,
  plain: object[],
  masks: { origin: number[]; data: string }[],
) {
  await sdk.api('annotations.bulk.add', {
    datasetId: made.datasetId,
    annotations: [
      { imageId, annotation: { size: { height: 16, width: 20 }, description: '', tags: [], objects: plain } },
    ],
  });
  const added = await sdk.api<Added[]>('figures.bulk.add', {
    datasetId: made.datasetId,
    figures: masks.map((_, at) =>
      label('smoke', made, 'alpha_mask', {
        entityId: imageId,
        tags: [{ name: 'note', value: `mask ${at}` }],
      }),
    ),
    skipBoundsValidation: false,
  });
  const sent = added.map(({ id }, at) => ({ id, bytes: asPython(masks[at] ?? alpha(0)) }));
  if (sent.length > 0) expect((await sdk.uploadGeometries(sent)).status).toBe(200);
  return sent;
}

test('alpha masks go up beside the annotation and come down with it', async () => {
  const made = await sdk.project('images', META);
  const [id = 0, other = 0] = await images(made, 2);
  const masks = [alpha(10), alpha(200)];
  const sent = await upload(made, id, [box(made, 7)], masks);
  const [info, untouched] = await read(made, [id, other]);
  expect(info?.annotation.objects.map((one) => one.geometryType)).toEqual([
    'rectangle',
    'alpha_mask',
    'alpha_mask',
  ]);
  expect(info?.annotation.objects.slice(1)).toMatchObject(
    sent.map((one, at) => ({
      id: one.id,
      classTitle: 'smoke',
      classId: made.classId('smoke'),
      bitmap: masks[at],
      tags: [{ name: 'note', value: `mask ${at}` }],
    })),
  );
  expect(untouched?.annotation.objects).toEqual([]);
  const downloaded = await sdk.downloadGeometries(sent.map((one) => one.id));
  for (const one of sent) expect(downloaded.get(one.id)?.equals(one.bytes)).toBe(true);

  // An export has them too, in pixels.
  const [exported] = await server.stores.exports.items(made.projectId, { after: 0, limit: 1 });
  expect(exported?.ann).toMatchObject({
    objects: [
      {
        points: {
          exterior: [
            [1, 2],
            [6, 8],
          ],
        },
      },
      { classTitle: 'smoke', bitmap: masks[0], tags: [{ name: 'note', value: 'mask 0' }] },
      { classTitle: 'smoke', bitmap: masks[1] },
    ],
  });

  // `append_labels_group`: down, one more, up again; the masks come as figures once more and are there once.
  const again = await upload(made, id, [box(made, 7), box(made, 8)], masks);
  const [after] = await read(made, [id]);
  expect(after?.annotation.objects).toHaveLength(4);
  expect(after?.annotation.objects.slice(2).map((one) => one.id)).toEqual(again.map((one) => one.id));

  // A client that sends back what it read without geometries keeps the masks.
  const objects = after?.annotation.objects.map(({ bitmap: _bitmap, ...one }) => one) ?? [];
  await sdk.api('annotations.bulk.add', {
    datasetId: made.datasetId,
    annotations: [{ imageId: id, annotation: { objects } }],
  });
  const [kept] = await read(made, [id]);
  expect(kept?.annotation.objects.slice(2)).toEqual(after?.annotation.objects.slice(2));
});

test('a mask without its bytes is not seen, and bad bytes are refused', async () => {
  const made = await sdk.project('images', META);
  const [id = 0] = await images(made, 1);
  const [mask] = await sdk.api<Added[]>('figures.bulk.add', {
    entityId: id,
    figures: [label('smoke', made, 'alpha_mask')],
  });
  expect((await read(made, [id]))[0]?.annotation.objects).toEqual([]);
  for (const bad of ['no json', '{"origin":[0,0],"data":"AAAA"}', '[]', '']) {
    const response = await sdk.uploadGeometries([{ id: mask?.id ?? 0, bytes: Buffer.from(bad) }]);
    expect([bad, response.status]).toEqual([bad, 400]);
  }
  expect((await read(made, [id]))[0]?.annotation.objects).toEqual([]);
  const unknown = await sdk.post('figures.bulk.add', {
    entityId: id,
    figures: [{ ...label('smoke', made, 'alpha_mask'), classId: 999_999 }],
  });
  expect([unknown.status, await unknown.text()]).toEqual([400, expect.stringContaining('999999')]);
});

test('figures of images, in the annotation or apart, are listed, changed and removed by their ids', async () => {
  const made = await sdk.project('images', META);
  const ids = await images(made, 3);
  const [first = 0, second = 0] = ids;
  for (const id of [first, second])
    await upload(made, id, [box(made, 5), box(made, 6), box(made, 7)], [alpha(9)]);
  // `append_labels` says the geometry twice.
  const parts = [
    {
      exterior: [
        [1, 1],
        [5, 1],
        [5, 5],
      ],
      interior: [],
    },
    {
      exterior: [
        [8, 8],
        [9, 8],
        [9, 9],
      ],
      interior: [],
    },
  ];
  await sdk.api('figures.bulk.add', {
    entityId: first,
    figures: [
      label('islands', made, 'multipolygon', {
        parts,
        geometry: { parts, shape: 'multipolygon', geometryType: 'multipolygon' },
      }),
    ],
  });
  const list = (filter: object[], perPage?: number) =>
    sdk.listAll<{ id: number; entityId: number; geometryType: string; classId: number; geometry: object }>(
      'figures.list',
      { datasetId: made.datasetId, filter, integerCoords: false },
      perPage,
    );
  const all = await list([]);
  expect(all).toHaveLength(9);
  expect(new Set(all.map((one) => one.id)).size).toBe(9);
  for (const perPage of [1, 2, 4, 7]) expect(await list([], perPage)).toEqual(all);
  const ofFirst = await list([{ field: 'entityId', operator: 'in', value: [first] }]);
  expect(ofFirst.map((one) => one.geometryType)).toEqual([
    'rectangle',
    'rectangle',
    'rectangle',
    'alpha_mask',
    'multipolygon',
  ]);
  expect(ofFirst[4]?.geometry).toMatchObject({ parts });
  const [info] = await read(made, [first]);
  expect(info?.annotation.objects.map((one) => one.id)).toEqual(ofFirst.map((one) => one.id));
  expect(await list([{ field: 'id', operator: 'in', value: all.map((one) => one.id) }])).toHaveLength(9);

  // By GET with a query string, as the SDK asks.
  const [a = ofFirst[0], b] = ofFirst;
  const get = await fetch(`${server.url}/public/api/v3/figures.info?id=${b?.id}`, {
    headers: { 'x-api-key': server.token },
  });
  expect(await get.json()).toMatchObject({ id: b?.id, classId: made.classId('box'), entityId: first });
  await sdk.api('figures.editInfo', {
    id: b?.id,
    tags: [{ name: 'note', value: 'changed' }],
    geometry: {
      points: {
        exterior: [
          [0, 0],
          [3, 3],
        ],
        interior: [],
      },
    },
  });
  await sdk.api('figures.priority.update', { id: b?.id, priority: 7 });
  const tagging = {
    projectId: made.projectId,
    tags: [b, ofFirst[3]].map((one) => ({ tagId: made.tagId('seen'), figureId: one?.id, value: null })),
  };
  const tagged = await sdk.api<Added[]>('figures.tags.bulk.add', tagging);
  expect(await sdk.api('figures.tags.bulk.add', tagging)).toEqual(tagged);
  const [withTags] = await read(made, [first]);
  const idsOfTags = withTags?.annotation.objects
    .flatMap((one) => one.tags as Added[])
    .filter((one) => one.name === 'seen');
  expect(idsOfTags?.map((one) => one.id)).toEqual(tagged.map((one) => one.id));
  const elsewhere = await sdk.project('images', META);
  const foreign = {
    projectId: elsewhere.projectId,
    tags: [{ tagId: elsewhere.tagId('seen'), figureId: b?.id }],
  };
  expect((await sdk.post('figures.tags.bulk.add', foreign)).status).toBe(404);
  expect(await sdk.api('figures.tags.list', { id: b?.id })).toMatchObject([
    { name: 'note', value: 'changed' },
    { name: 'seen' },
  ]);

  // One goes: the others are who they were.
  await sdk.api('figures.bulk.remove', { figureIds: [a?.id, all.at(-1)?.id] });
  await sdk.api('figures.bulk.remove', { figureIds: [a?.id] });
  const [left] = await read(made, [first]);
  expect(left?.annotation.objects.map((one) => one.id)).toEqual(ofFirst.slice(1, 4).map((one) => one.id));
  expect(left?.annotation.objects[0]).toMatchObject({
    id: b?.id,
    priority: 7,
    points: {
      exterior: [
        [0, 0],
        [3, 3],
      ],
    },
    tags: [{ name: 'note', value: 'changed' }, { name: 'seen' }],
  });
  expect((await sdk.post('figures.info', { id: a?.id })).status).toBe(404);
});
