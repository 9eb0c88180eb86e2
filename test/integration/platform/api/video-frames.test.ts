/** What shows a video asks for: its annotation in pieces, its bytes by range, a picture of it. */
import { spawnSync } from 'node:child_process';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { hexKey, type Made, type SdkClient, sdkClient } from '../../../support/sdk-client.ts';
import { addObjects, addVideo, addVideoLink, mediaFile, videoFigure } from '../../../support/sdk-videos.ts';

let server: ApiServer;
let sdk: SdkClient;
let made: Made;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
  made = await sdk.project('videos', {
    classes: [
      { title: 'car', shape: 'rectangle', color: '#FF0000' },
      { title: 'dot', shape: 'point', color: '#00FF00' },
    ],
    tags: [{ name: 'night', value_type: 'none', color: '#0000FF' }],
  });
});
afterAll(() => server.stop());

const addFile = (file: string, stream?: number): Promise<number> =>
  addVideo(sdk, made, { title: `${hexKey()} ${file}`, file, ...(stream !== undefined && { stream }) });
const dot = (objectId: number, frame: number): object =>
  videoFigure(objectId, frame, 'point', { points: { exterior: [[frame, 6]], interior: [] } });
const addFigures = (videoId: number, figures: readonly object[]) =>
  sdk.api('figures.bulk.add', { entityId: videoId, figures });

interface Frames {
  to: number;
  frames: { index: number; figures: { objectId: number; classTitle: string; geometry: object }[] }[];
}
interface Objects {
  total: number;
  entities: { id: number; classTitle: string; figures: number; ranges: number[][]; tags: object[] }[];
}
const frames = (videoId: number, from: number, to: number): Promise<Frames> =>
  sdk.api('videos.annotations.frames', { videoId, from, to });

test('frames of a window, ranges of objects, a summary', async () => {
  const videoId = await addFile('ten-frames.mp4');
  const [a = 0, b = 0, never = 0] = await addObjects(sdk, made, videoId, ['dot', 'dot', 'car']);
  await sdk.api('annotation-objects.tags.bulk.add', {
    tags: [{ objectId: b, tagId: made.tagId('night') }],
  });
  await addFigures(videoId, [
    ...[0, 1, 2, 5, 9].map((frame) => dot(a, frame)),
    // Two figures of one object in one frame are one frame.
    ...[2, 2, 3].map((frame) => dot(b, frame)),
  ]);
  await sdk.api('videos.tags.bulk.add', {
    videoId,
    tags: [{ tagId: made.tagId('night'), frameRange: [2, 4] }],
  });

  const window = await frames(videoId, 2, 5);
  expect(window).toMatchObject({ from: 2, to: 5 });
  expect(window.frames.map(({ index, figures }) => [index, figures.map((one) => one.objectId)])).toEqual([
    [2, [a, b, b]],
    [3, [b]],
  ]);
  expect(window.frames[0]?.figures[0]).toMatchObject({
    classTitle: 'dot',
    geometryType: 'point',
    geometry: { points: { exterior: [[2, 6]] } },
  });
  expect((await frames(videoId, 6, 9)).frames).toEqual([]);
  expect((await frames(videoId, 4, 4)).frames).toEqual([]);
  expect((await sdk.post('videos.annotations.frames', { videoId, from: 3, to: 2 })).status).toBe(400);

  const objects = (body: object = {}): Promise<Objects> =>
    sdk.api('videos.annotations.objects', { videoId, ...body });
  const all = await objects();
  expect(all.total).toBe(3);
  expect(
    all.entities.map(({ id, classTitle, figures, ranges }) => [id, classTitle, figures, ranges]),
  ).toEqual([
    [
      a,
      'dot',
      5,
      [
        [0, 2],
        [5, 5],
        [9, 9],
      ],
    ],
    [b, 'dot', 3, [[2, 3]]],
    [never, 'car', 0, []],
  ]);
  expect(all.entities[1]?.tags).toMatchObject([{ name: 'night' }]);
  // Parts of 3 frames: 0-2, 3-5, 6-8 (empty), 9.
  expect((await objects({ step: 3 })).entities[0]?.ranges).toEqual([
    [0, 5],
    [9, 9],
  ]);
  expect((await objects({ page: 2, per_page: 1 })).entities.map((one) => one.id)).toEqual([b]);

  expect(await sdk.api('videos.annotations.summary', { videoId })).toMatchObject({
    size: { width: 64, height: 48 },
    framesCount: 10,
    objectsCount: 3,
    classes: [
      { classTitle: 'dot', objects: 2 },
      { classTitle: 'car', objects: 1 },
    ],
    tags: [{ name: 'night', frameRange: [2, 4] }],
  });
});

test('a reply ends at a frame when it has enough, and the next one goes on there', async () => {
  const videoId = await addVideoLink(sdk, made, 'large.mp4');
  const [object = 0] = await addObjects(sdk, made, videoId, ['car']);
  // Some 1 MB of outline a frame.
  const exterior = Array.from({ length: 90_000 }, (_, at) => [1000 + at, 2000 + at]);
  for (let frame = 0; frame < 12; frame++) {
    await addFigures(videoId, [
      videoFigure(object, frame, 'polygon', { points: { exterior, interior: [] } }),
    ]);
  }
  const seen: number[] = [];
  let replies = 0;
  for (let from = 0; from < 12; replies++) {
    const { frames: part, to } = await frames(videoId, from, 12);
    expect(to).toBeGreaterThan(from);
    seen.push(...part.map(({ index }) => index));
    from = to;
  }
  expect(seen).toEqual(Array.from({ length: 12 }, (_, at) => at));
  expect(replies).toBe(2);
  // Of a video whose bytes are elsewhere the frames are as many as were drawn on.
  expect(await sdk.api('videos.annotations.summary', { videoId })).toMatchObject({
    size: { width: 0, height: 0 },
    framesCount: 12,
  });
});

const get = (address: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${address}`, { headers: { 'x-api-key': server.token, ...headers } });

test('bytes by range, locked down; a link has none; an image is no video', async () => {
  const id = await addFile('ten-frames.webm');
  const whole = await get(`/files/videos/${id}`);
  expect(whole.status).toBe(200);
  expect(whole.headers.get('content-type')).toBe('video/webm');
  expect(whole.headers.get('accept-ranges')).toBe('bytes');
  expect(whole.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(mediaFile('ten-frames.webm'));
  const part = await get(`/files/videos/${id}`, { range: 'bytes=10-19' });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(mediaFile('ten-frames.webm').subarray(10, 20));
  expect((await get(`/files/images/${id}`)).status).toBe(404);
  const link = await addVideoLink(sdk, made, 'away.mp4');
  expect((await get(`/files/videos/${link}`)).status).toBe(404);
  expect((await get(`/files/videos/${link}/thumbnail`)).status).toBe(404);
  expect((await fetch(`${server.url}/files/videos/${id}`)).status).toBe(401);
});

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).error === undefined;

test.skipIf(!hasFfmpeg).each([
  ['ten-frames.mp4', 0, 64, 48],
  ['ten-frames.webm', 0, 64, 48],
  ['ten-frames.avi', 0, 64, 48],
  ['two-streams.mp4', 1, 32, 24],
])('a picture of %s, stream %i, where there is ffmpeg', async (name, stream, width, height) => {
  const id = await addFile(name, stream);
  const response = await get(`/files/videos/${id}/thumbnail?size=320`);
  expect(response.status).toBe(200);
  const picture = sharp(Buffer.from(await response.arrayBuffer()));
  expect(await picture.metadata()).toMatchObject({ format: 'webp', width, height });
  // The test card is colourful, whichever frame it is.
  const { channels } = await picture.stats();
  expect(Math.min(...channels.map((one) => one.stdev))).toBeGreaterThan(30);
  const etag = response.headers.get('etag') ?? '';
  expect((await get(`/files/videos/${id}/thumbnail?size=320`, { 'if-none-match': etag })).status).toBe(304);
});

test('a list that asks for no facts of the files has none, and the same videos', async () => {
  const list = (fields?: string[]) =>
    sdk.api<{ entities: Record<string, unknown>[] }>('videos.list', { datasetId: made.datasetId, fields });
  const [whole, names] = [await list(), await list(['name', 'link'])];
  expect(names.entities).toEqual(whole.entities.map(({ id, name, link }) => ({ id, name, link })));
  const facts = await list(['fileMeta']);
  expect(facts.entities).toEqual(whole.entities.map(({ id, fileMeta }) => ({ id, fileMeta })));
});

test('without ffmpeg there is no picture of a video, and it is said why', async () => {
  vi.stubEnv('PATH', '/there/is/nothing');
  onTestFinished(() => void vi.unstubAllEnvs());
  const id = await addFile('colours.mp4');
  const response = await get(`/files/videos/${id}/thumbnail?size=320`);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('there is no ffmpeg on the server');
});
