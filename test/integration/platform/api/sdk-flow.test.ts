/** The calls of the Python SDK for a project of images, in its order and with its bytes on the wire. */
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

interface Row {
  id: number;
  name: string;
  hash: string;
}
interface Paged {
  total: number;
  perPage: number;
  pagesCount: number;
  entities: Row[];
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

/** Multipart as `requests-toolbelt` writes it: 32 hex boundary, `k-file`, `Content-Length` known. */
async function upload(files: readonly Uint8Array[], chunked = false): Promise<{ hash?: string }[]> {
  const boundary = randomBytes(16).toString('hex');
  const parts = files.flatMap((bytes, k) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${k}-file"; filename="${k}"\r\nContent-Type: image/*\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}/public/api/v3/images.bulk.upload`, {
      method: 'POST',
      agent: false,
      headers: {
        'x-api-key': server.token,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        ...(chunked ? {} : { 'content-length': body.length }),
      },
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text) as { hash?: string }[]);
        else reject(new Error(`${response.statusCode} ${text}`));
      });
    });
    request.on('error', reject);
    // In pieces that cut boundaries and headers.
    for (let at = 0; at < body.length; at += 7001) request.write(body.subarray(at, at + 7001));
    request.end();
  });
}

/** As the SDK reads it: the whole body split at the boundary, the id from the first `name="digits"`. */
async function bulkDownload(body: object): Promise<Map<number, Buffer>> {
  const response = await fetch(`${server.url}/public/api/v3/images.bulk.download`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': server.token },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  const type = response.headers.get('content-type') ?? '';
  const boundary = /boundary=(.+)$/.exec(type)?.[1] ?? '';
  expect(type).toMatch(/^multipart\//);
  expect(boundary.length).toBeGreaterThan(40);
  const whole = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get('content-length')).toBe(String(whole.length));
  expect(whole.subarray(-(boundary.length + 6)).toString()).toBe(`--${boundary}--\r\n`);
  const found = new Map<number, Buffer>();
  let at = whole.indexOf(`--${boundary}\r\n`);
  while (at !== -1) {
    const head = at + boundary.length + 4;
    const blank = whole.indexOf('\r\n\r\n', head);
    const next = whole.indexOf(`\r\n--${boundary}`, blank);
    const id = /name="(\d+)"/.exec(whole.subarray(head, blank).toString())?.[1];
    found.set(Number(id), whole.subarray(blank + 4, next));
    at = whole.indexOf(`--${boundary}\r\n`, next);
  }
  return found;
}

/** 64 x 48 pixels, each another one. */
function smallPng(k: number): Buffer {
  const data = new Uint8Array(64 * 48);
  data[k] = 255;
  return Buffer.from(encode({ width: 64, height: 48, channels: 1, depth: 8, data }));
}

test('a project of images goes up and comes down again', async () => {
  const { api } = server;
  const { entities: teams } = await api<Paged>('teams.list', { filter: [], sort: 'id', sort_order: 'asc' });
  const { entities: workspaces } = await api<Paged>('workspaces.list', { teamId: teams[0]?.id, filter: [] });
  const workspaceId = workspaces[0]?.id;

  // ---- up
  const clash = await api<Paged>('projects.list', {
    workspaceId,
    filter: [{ field: 'name', operator: '=', value: 'lemons' }],
  });
  expect(clash).toMatchObject({ total: 0, entities: [] });
  const project = await api<Row>('projects.add', {
    name: 'lemons',
    workspaceId,
    description: '',
    type: 'images',
    readme: null,
  });
  const meta = {
    classes: [
      {
        title: 'lemon',
        shape: 'rectangle',
        color: '#FFE100',
        geometry_config: {},
        hotkey: '',
        custom: { kept: true },
      },
      { title: 'kiwi', shape: 'polygon', color: '#20A000', geometry_config: {} },
    ],
    tags: [
      { name: 'ripe', value_type: 'oneof_string', values: ['yes', 'no'], color: '#112233', classes: [] },
    ],
    projectType: 'images',
    projectSettings: { multiView: { enabled: false } },
  };
  const stored = await api<{ classes: (Row & { title: string })[]; tags: Row[] }>('projects.meta.update', {
    id: project.id,
    meta,
  });
  expect(stored).toMatchObject(meta);
  expect([...stored.classes, ...stored.tags].every((one) => Number.isInteger(one.id))).toBe(true);
  await api('projects.settings.update', {
    id: project.id,
    settings: { groupImages: false, groupImagesByTagId: null },
  });
  const dataset = await api<Row>('datasets.add', {
    projectId: project.id,
    name: 'ds',
    description: '',
    parentId: null,
  });

  // 900 images of which two are equal, some empty, one over the size that is held in memory.
  const files = Array.from({ length: 900 }, (_, k) => smallPng(k));
  files[7] = randomBytes(20 << 20);
  files[8] = Buffer.alloc(0);
  files[9] = files[3] ?? Buffer.alloc(0);
  const hashes = files.map(hashOf);
  expect(await api('images.internal.hashes.list', hashes)).toEqual([]);
  const unique = files.filter((_, k) => hashes.indexOf(hashes[k] ?? '') === k);
  for (let k = 0; k < unique.length; k += 50) {
    const batch = unique.slice(k, k + 50);
    expect((await upload(batch, k === 50)).map((one) => one.hash)).toEqual(batch.map(hashOf));
  }
  expect(await api('images.internal.hashes.list', hashes)).toEqual(hashes);
  const images: Row[] = [];
  for (let k = 0; k < files.length; k += 50) {
    images.push(
      ...(await api<Row[]>('images.bulk.add', {
        datasetId: dataset.id,
        images: files
          .slice(k, k + 50)
          .map((_, i) => ({ title: `im ${899 - k - i}.png`, hash: hashes[k + i], meta: { k: k + i } })),
        forceMetadataForLinks: true,
        skipValidation: false,
      })),
    );
  }
  expect(images.map((one) => one.name)).toEqual(files.map((_, k) => `im ${899 - k}.png`));
  expect(images.map((one) => one.hash)).toEqual(hashes);
  const annotation = {
    description: 'two',
    size: { height: 48, width: 64 },
    tags: [{ name: 'ripe', value: 'yes' }],
    objects: [
      {
        classTitle: 'lemon',
        geometryType: 'rectangle',
        shape: 'rectangle',
        tags: [],
        description: '',
        instance: 'a1',
        points: {
          exterior: [
            [3, 4],
            [21, 31],
          ],
          interior: [],
        },
        myKey: [1, 2],
      },
      {
        classTitle: 'kiwi',
        geometryType: 'polygon',
        shape: 'polygon',
        tags: [{ name: 'ripe', value: 'no' }],
        description: '',
        points: {
          exterior: [
            [10.5, 10.5],
            [20.5, 10.5],
            [20.5, 20.5],
          ],
          interior: [],
        },
      },
    ],
  };
  const [first, second] = images;
  expect(await api('images.info', { id: first?.id })).toMatchObject({
    name: 'im 899.png',
    datasetId: dataset.id,
  });
  await api('annotations.bulk.add', {
    datasetId: dataset.id,
    annotations: [{ imageId: first?.id, annotation }],
    skipBoundsValidation: false,
  });

  // ---- down
  expect(await api('projects.meta', { id: project.id })).toMatchObject(meta);
  expect(await api('projects.info', { id: project.id })).toMatchObject({
    type: 'images',
    settings: { groupImages: false, groupImagesByTagId: null },
    customData: {},
  });
  const datasets = await api<Paged>('datasets.list', { projectId: project.id, recursive: true, filter: [] });
  expect(datasets.entities).toMatchObject([{ id: dataset.id, name: 'ds', parentId: null, customData: null }]);
  const page1 = await api<Paged>('images.list', {
    datasetId: dataset.id,
    filter: [],
    sort: 'id',
    sort_order: 'asc',
  });
  expect(page1).toMatchObject({ total: 900, perPage: 500, pagesCount: 2 });
  const page2 = await api<Paged>('images.list', {
    datasetId: dataset.id,
    sort: 'id',
    page: 2,
    per_page: page1.perPage,
  });
  expect([...page1.entities, ...page2.entities].map((one) => one.id)).toEqual(images.map((one) => one.id));

  for (let k = 0; k < 100; k += 50) {
    const batch = images.slice(k, k + 50);
    const found = await bulkDownload({ datasetId: dataset.id, imageIds: batch.map((one) => one.id) });
    for (const [i, image] of batch.entries())
      expect(found.get(image.id)?.equals(files[k + i] ?? Buffer.alloc(0))).toBe(true);
  }
  const back = await api<{ imageId: number; imageName: string; annotation: typeof annotation }[]>(
    'annotations.bulk.info',
    {
      datasetId: dataset.id,
      imageIds: [second?.id, first?.id],
      integerCoords: false,
    },
  );
  expect(back.map((one) => one.imageId)).toEqual([second?.id, first?.id]);
  expect(back[0]?.annotation).toMatchObject({ objects: [], tags: [], size: { height: 48, width: 64 } });
  expect(back[1]?.annotation).toMatchObject(annotation);
  expect(back[1]?.annotation.objects.map((one) => (one as unknown as { classId: number }).classId)).toEqual(
    stored.classes.map((one) => one.id),
  );
  const again = await api<typeof back>('annotations.bulk.info', {
    imageIds: [first?.id],
    integerCoords: false,
  });
  expect(again[0]).toEqual(back[1]);

  // Without the flag: pixel indices, right and bottom inclusive.
  const pixel = await api<{ annotation: typeof annotation }>('annotations.info', { imageId: first?.id });
  expect(pixel.annotation.objects.map((one) => one.points.exterior)).toEqual([
    [
      [3, 4],
      [20, 30],
    ],
    [
      [10, 10],
      [20, 10],
      [20, 20],
    ],
  ]);

  // Replaced, not added to.
  await api('annotations.bulk.add', {
    annotations: [{ imageId: first?.id, annotation: { ...annotation, objects: [] } }],
  });
  const emptied = await api<{ annotation: typeof annotation }>('annotations.info', { imageId: first?.id });
  expect(emptied.annotation.objects).toEqual([]);
});

test('names that are taken come back with their ids', async () => {
  const { api } = server;
  const project = await api<Row>('projects.add', { name: 'names', workspaceId: 1 });
  const dataset = await api<Row>('datasets.add', { projectId: project.id, name: 'ds' });
  const [{ hash } = {}] = await upload([Buffer.from('x')]);
  const add = (names: string[]) =>
    fetch(`${server.url}/public/api/v3/images.bulk.add`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': server.token },
      body: JSON.stringify({ datasetId: dataset.id, images: names.map((title) => ({ title, hash })) }),
    });
  const [made] = (await (await add(['a.png'])).json()) as Row[];
  const refused = await add(['b.png', 'a.png']);
  expect(refused.status).toBe(400);
  const body = (await refused.json()) as { error: string; details: object };
  expect(body).toMatchObject({
    error: expect.any(String),
    details: { type: 'NONUNIQUE', errors: [{ name: 'a.png', id: made?.id }] },
  });
  expect((await add(['c.png', 'c.png'])).status).toBe(400);
  expect((await api<Paged>('images.list', { datasetId: dataset.id })).total).toBe(1);
});

test('download by hash: nothing follows the name', async () => {
  const bytes = Buffer.from('by hash');
  const [{ hash } = {}] = await upload([bytes]);
  const response = await fetch(`${server.url}/public/api/v3/images.bulk.download-by-hash`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': server.token },
    body: JSON.stringify({ hashes: [hash] }),
  });
  expect(await response.text()).toContain(
    `Content-Disposition: form-data; name="${hash}"\r\n\r\nby hash\r\n`,
  );
});
