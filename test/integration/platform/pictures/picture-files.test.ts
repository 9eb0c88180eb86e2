/** Pictures over HTTP: what is answered, with which headers, to whom. And the statistics beside them. */
import { encode } from 'fast-png';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { hexToBase64, sha256Of } from '../../../../src/lib/hash.ts';
import type { StatisticsState } from '../../../../src/platform/ports/statistics.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { crossPcd, makeClouds } from '../../../support/cloud-project.ts';
import { makeManyImages } from '../../../support/many-images.ts';
import { sdkClient } from '../../../support/sdk-client.ts';
import { startTwoTeams } from '../../../support/two-teams.ts';

async function start(): Promise<ApiServer> {
  const server = await startApiServer();
  onTestFinished(() => server.stop());
  return server;
}

async function addImages(server: ApiServer, images: Record<string, Buffer | string>): Promise<number[]> {
  const { id: projectId } = await server.api<{ id: number }>('projects.add', {
    name: 'Pictures',
    workspaceId: 1,
  });
  const { id: datasetId } = await server.api<{ id: number }>('datasets.add', { projectId, name: 'all' });
  const rows = [];
  for (const [name, bytes] of Object.entries(images)) {
    if (typeof bytes === 'string') rows.push({ name, link: bytes });
    else {
      await server.blobs.put(sha256Of(bytes), bytes);
      rows.push({ name, hash: hexToBase64(sha256Of(bytes)) });
    }
  }
  return (await server.api<{ id: number }[]>('images.bulk.add', { datasetId, images: rows })).map(
    (one) => one.id,
  );
}

const png = (side: number): Buffer =>
  Buffer.from(
    encode({ width: side, height: side, channels: 1, depth: 8, data: new Uint8Array(side * side).fill(90) }),
  );

test('a thumbnail: fixed sizes, WebP, locked down, asked for again by its ETag', async () => {
  const server = await start();
  const [id] = await addImages(server, { 'a.png': png(900) });
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/files/images/${id}${path}`, { headers: { 'x-api-key': server.token, ...headers } });
  for (const size of [160, 320, 640]) {
    const response = await get(`/thumbnail?size=${size}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: size, height: size });
  }
  const display = await get('/display');
  expect(await sharp(Buffer.from(await display.arrayBuffer())).metadata()).toMatchObject({ width: 900 });
  const etag = display.headers.get('etag') ?? '';
  expect((await get('/display', { 'if-none-match': `"other", ${etag}` })).status).toBe(304);
  expect((await get('/thumbnail', { 'if-none-match': etag })).status).toBe(200);

  expect((await get('/thumbnail?size=161')).status).toBe(400);
  expect((await get('/thumbnail?size=../../etc')).status).toBe(400);
});

test('links, broken files and missing ones: 404 with the reason, and nothing to keep', async () => {
  const server = await start();
  const ids = await addImages(server, {
    'broken.png': Buffer.from('no picture'),
    'drawn.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    'far.jpg': 'https://example.org/far.jpg',
  });
  const reasons = [];
  for (const id of [...ids, 987_654, 0]) {
    const response = await fetch(`${server.url}/files/images/${id}/thumbnail`, {
      headers: { 'x-api-key': server.token },
    });
    expect(response.status).toBe(404);
    expect(response.headers.get('etag')).toBeNull();
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    reasons.push(((await response.json()) as { details: { code: string } }).details.code);
  }
  expect(reasons).toEqual([
    'SLY_IMAGE_UNREADABLE',
    'SLY_IMAGE_UNREADABLE',
    'SLY_NOT_FOUND',
    'SLY_NOT_FOUND',
    'SLY_NOT_FOUND',
  ]);
  expect((await fetch(`${server.url}/files/images/${ids[0]}/thumbnail`)).status).toBe(401);
});

test('pictures beside point clouds are made small too, for who may see the cloud', async () => {
  const server = await start();
  const sdk = sdkClient(server);
  const { clouds } = await makeClouds(sdk, { files: [crossPcd()], boxes: [[]], photos: true });
  const { entities } = await server.api<{ entities: { id: number }[] }>('point-clouds.images.list', {
    datasetId: (await server.api<{ datasetId: number }>('point-clouds.info', { id: clouds[0] })).datasetId,
  });
  const get = (path: string, token = server.token) =>
    fetch(`${server.url}/files/${path}`, { headers: { 'x-api-key': token } });
  for (const kind of ['thumbnail?size=160', 'display']) {
    const response = await get(`related-images/${entities[0]?.id}/${kind}`);
    expect(response.headers.get('content-type')).toBe('image/webp');
    expect(await sharp(Buffer.from(await response.arrayBuffer())).metadata()).toMatchObject({ width: 64 });
  }
  expect((await get(`related-images/${entities[0]?.id}/display`, 'nobody')).status).toBe(401);
  expect((await get('related-images/999/display')).status).toBe(404);
  // The cloud itself is a download, whatever it holds.
  const file = await get(`clouds/${clouds[0]}`);
  expect(file.headers.get('content-disposition')).toContain('attachment');
  expect(Buffer.from(await file.arrayBuffer()).equals(crossPcd())).toBe(true);
  expect((await get(`volumes/${clouds[0]}`)).status).toBe(404);
});

test('statistics: counted once, again after a change, and told how far it is meanwhile', async () => {
  const server = await start();
  const { projectId } = await makeManyImages(server, 1200);
  const ask = () => server.api<StatisticsState>('projects.statistics', { id: projectId });
  const first = await ask();
  expect(first).toMatchObject({ state: 'counting', statistics: null, total: 1200 });
  await expect.poll(async () => (await ask()).state, { timeout: 30_000 }).toBe('ready');
  const { statistics } = await ask();
  expect(statistics).toMatchObject({ items: 1200, annotated: 1200, objects: 1320 });
  expect(statistics?.classes.find((one) => one.title === 'bus')).toEqual({
    title: 'bus',
    objects: 120,
    figures: 120,
    items: 120,
    share: 0.125,
  });

  const { entities } = await server.api<{ entities: { id: number }[] }>('images.list', {
    projectId,
    recursive: true,
    per_page: 1,
  });
  const empty = { description: '', tags: [], objects: [], size: { width: 64, height: 64 } };
  await server.api('annotations.bulk.add', {
    annotations: [{ imageId: entities[0]?.id, annotation: empty }],
  });
  await expect.poll(async () => (await ask()).statistics?.objects, { timeout: 30_000 }).toBe(1318);
});

test("another team's picture is not there, for who has no business with it", async () => {
  const teams = await startTwoTeams();
  onTestFinished(() => teams.stop());
  const bytes = png(300);
  const form = new FormData();
  form.append(
    hexToBase64(sha256Of(bytes)),
    new Blob([new Uint8Array(bytes)], { type: 'image/png' }),
    'b.png',
  );
  const sent = await fetch(`${teams.url}/public/api/v3/images.bulk.upload`, {
    method: 'POST',
    headers: { 'x-api-key': teams.adminToken },
    body: form,
  });
  expect(sent.status).toBe(200);
  const [image] = await teams.admin<{ id: number }[]>('images.bulk.add', {
    datasetId: teams.own.datasets,
    images: [{ name: 'b.png', hash: hexToBase64(sha256Of(bytes)) }],
  });
  const get = async (token: string, path: string) =>
    (await fetch(`${teams.url}/files/images/${image?.id}/${path}`, { headers: { 'x-api-key': token } }))
      .status;
  for (const path of ['thumbnail', 'display']) {
    expect(await get(teams.members.viewer, path)).toBe(200);
    expect(await get(teams.outsider, path)).toBe(404);
    expect(await get(teams.revoked, path)).toBe(401);
  }
});
