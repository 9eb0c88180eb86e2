/** Videos as the SDK sends and reads them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import {
  type Added,
  hashOf,
  hexKey,
  type Made,
  type SdkClient,
  sdkClient,
  withoutOwn,
} from '../../../support/sdk-client.ts';

const media = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, '../../../fixtures/media', name));

const META = {
  classes: [
    { title: 'car', shape: 'rectangle', color: '#FF0000' },
    { title: 'dot', shape: 'point', color: '#00FF00' },
  ],
  tags: [
    { name: 'weather', value_type: 'any_string', color: '#0000FF' },
    { name: 'night', value_type: 'none', color: '#0000FF' },
  ],
};

let server: ApiServer;
let sdk: SdkClient;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
});
afterAll(() => server.stop());

interface Stream {
  index: number;
  codecType: string;
}
type Video = Added & {
  fileMeta: Record<string, unknown>;
  rawVideoMeta: unknown;
  meta: { videoStreamIndex: number };
};

/** `upload_hashes`: one request for all metas, then one a stream. */
async function addVideos(made: Made, files: readonly { name: string; bytes: Buffer }[]): Promise<Video[]> {
  const hashes = await sdk.upload(
    'videos.bulk.upload',
    files.map((one) => one.bytes),
    'video/*',
  );
  const metas = await sdk.api<{ hash: string; meta: { streams: Stream[] } }[]>(
    'import-storage.internal.meta.list',
    { hashes },
  );
  expect(metas.map((one) => one.hash)).toEqual(hashes);
  const videos: Video[] = [];
  for (const [at, { name }] of files.entries()) {
    const streams = metas[at]?.meta.streams.filter((one) => one.codecType === 'video') ?? [];
    for (const { index } of streams) {
      const title = streams.length > 1 ? name.replace(/(\.\w+)$/, `_stream_${index}$1`) : name;
      const [added] = await sdk.api<Video[]>('videos.bulk.add', {
        datasetId: made.datasetId,
        videos: [{ title, hash: hashes[at], meta: { videoStreamIndex: index } }],
        forceMetadataForLinks: true,
      });
      if (added !== undefined) videos.push(added);
    }
  }
  return videos;
}

function annotation() {
  const [car, dot] = [hexKey(), hexKey()];
  const box = (index: number) => ({
    key: hexKey(),
    objectKey: car,
    geometryType: 'rectangle',
    geometry: {
      points: {
        exterior: [
          [1 + index / 4, 2],
          [30.5, 40],
        ],
        interior: [],
      },
    },
    meta: { frame: index },
    nnCreated: index === 2,
    nnUpdated: false,
    trackId: 'a track',
    priority: index,
  });
  return {
    description: '',
    size: { height: 48, width: 64 },
    framesCount: 10,
    tags: [
      {
        name: 'weather',
        value: 'sunny',
        frameRange: [0, 3],
        isFinished: true,
        nonFinalValue: false,
        key: hexKey(),
      },
    ],
    objects: [
      { key: car, classTitle: 'car', description: '', tags: [{ name: 'night', value: null, key: hexKey() }] },
      { key: dot, classTitle: 'dot', description: '', tags: [] },
    ],
    frames: [
      { index: 2, figures: [box(2)] },
      {
        index: 9,
        figures: [
          box(9),
          {
            key: hexKey(),
            objectKey: dot,
            geometryType: 'point',
            geometry: { points: { exterior: [[5, 6]], interior: [] } },
            meta: { frame: 9 },
            nnCreated: false,
            nnUpdated: false,
          },
        ],
      },
    ],
  };
}
type Annotation = ReturnType<typeof annotation>;

/** `VideoAnnotationAPI.append`; `times` each request is sent, as when answers are lost. */
async function append(
  made: Made,
  videoId: number,
  sent: Annotation,
): Promise<{ figures: object; ids: Added[] }> {
  const tags = (list: Annotation['tags'] | { name: string; key: string }[]) =>
    list.map((tag) => ({ ...tag, tagId: made.tagId(tag.name) }));
  await sdk.api('videos.tags.bulk.add', { videoId, tags: tags(sent.tags) });
  const objects = await sdk.api<Added[]>('annotation-objects.bulk.add', {
    datasetId: made.datasetId,
    annotationObjects: sent.objects.map((one) => ({
      classId: made.classId(one.classTitle),
      entityId: videoId,
    })),
  });
  const ids = new Map(sent.objects.map((one, at) => [one.key, objects[at]?.id]));
  const objectTags = sent.objects.flatMap((one) =>
    tags(one.tags).map((tag) => ({ ...tag, objectId: ids.get(one.key) })),
  );
  await sdk.api('annotation-objects.tags.bulk.add', { projectId: made.projectId, tags: objectTags });
  const figures = {
    entityId: videoId,
    figures: sent.frames.flatMap((frame) =>
      frame.figures.map((one) => ({ ...one, objectId: ids.get(one.objectKey) })),
    ),
  };
  return { figures, ids: await sdk.api<Added[]>('figures.bulk.add', figures) };
}

async function annotationsOf(videoIds: number[]): Promise<(Annotation & { videoName: string })[]> {
  return sdk.api('videos.annotations.bulk.info', {
    videoIds,
    forceMetadataForLinks: true,
    integerCoords: true,
  });
}

test('a project of videos goes up and comes down again', async () => {
  const made = await sdk.project('videos', META);
  const files = ['ten-frames.mp4', 'two-streams.mp4', 'ten-frames.webm'].map((name) => ({
    name,
    bytes: media(name),
  }));
  const videos = await addVideos(made, files);
  expect(videos.map((one) => one.name)).toEqual([
    'ten-frames.mp4',
    'two-streams_stream_0.mp4',
    'two-streams_stream_1.mp4',
    'ten-frames.webm',
  ]);
  expect(videos.map((one) => [one.fileMeta.width, one.fileMeta.framesCount])).toEqual([
    [64, 10],
    [64, 5],
    [32, 5],
    [64, 10],
  ]);
  const sent = annotation();
  await append(made, videos[0]?.id ?? 0, sent);

  const listed = await sdk.listAll<Video>('videos.list', { datasetId: made.datasetId }, 2);
  expect(listed.map((one) => one.id)).toEqual(videos.map((one) => one.id));
  expect(listed[0]?.fileMeta).toMatchObject({
    codecName: 'h264',
    codecType: 'video',
    duration: 1,
    framesToTimecodes: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    size: files[0]?.bytes.length,
    mime: 'video/mp4',
  });
  expect(await sdk.api('videos.info', { id: videos[0]?.id })).toEqual(listed[0]);

  // In the order asked, also backwards.
  const [empty, whole] = await annotationsOf([videos[3]?.id ?? 0, videos[0]?.id ?? 0]);
  expect(withoutOwn(whole)).toEqual({ videoName: 'ten-frames.mp4', ...sent });
  expect(empty).toMatchObject({ videoName: 'ten-frames.webm', objects: [], frames: [], framesCount: 10 });

  const [first] = files;
  const { bytes, headers } = await sdk.download('videos.download', videos[0]?.id ?? 0);
  expect(bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(true);
  expect(headers.get('x-content-checksum-sha256')).toBe(hashOf(bytes));
  expect(headers.get('content-encoding')).toBeNull();
  for (const [range, from, to] of [
    ['bytes=10-99', 10, 100],
    ['bytes=0-', 0, bytes.length],
    ['bytes=-99', bytes.length - 99, bytes.length],
  ] as const) {
    const part = await sdk.download('videos.download', videos[0]?.id ?? 0, range);
    expect(part.status).toBe(206);
    expect(part.bytes.equals(bytes.subarray(from, to))).toBe(true);
    expect(part.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${bytes.length}`);
  }
});

test('a figure, a tag and an object under their keys are sent twice and there once', async () => {
  const made = await sdk.project('videos', META);
  const [video] = await addVideos(made, [{ name: 'a.mp4', bytes: media('ten-frames.mp4') }]);
  const id = video?.id ?? 0;
  const sent = annotation();
  const { figures, ids } = await append(made, id, sent);
  const tags = sent.tags.map((tag) => ({ ...tag, tagId: made.tagId(tag.name) }));
  const again = await Promise.all([1, 2, 3].map(() => sdk.api<Added[]>('figures.bulk.add', figures)));
  expect(again).toEqual([ids, ids, ids]);
  const once = await sdk.api('videos.tags.bulk.add', { videoId: id, tags });
  expect(await sdk.api('videos.tags.bulk.add', { videoId: id, tags })).toEqual(once);
  const object = {
    datasetId: made.datasetId,
    annotationObjects: [{ classId: made.classId('car'), entityId: id, key: 'k' }],
  };
  expect(await sdk.api('annotation-objects.bulk.add', object)).toEqual(
    await sdk.api('annotation-objects.bulk.add', object),
  );
  const byId = {
    projectId: made.projectId,
    tags: [{ entityId: id, tagId: made.tagId('night'), value: null, frameRange: [1, 2] }],
  };
  expect(await sdk.api('tags.entities.bulk.add', byId)).toEqual(
    await sdk.api('tags.entities.bulk.add', byId),
  );
  await sdk.api('videos.custom-data.set', { id, customData: { a: [1] } });
  expect(await sdk.api('videos.info', { id })).toMatchObject({ customData: { a: [1] }, name: 'a.mp4' });
  const [whole] = await annotationsOf([id]);
  expect(whole?.frames.flatMap((frame) => frame.figures)).toHaveLength(3);
  expect(whole?.tags).toMatchObject([{ name: 'weather' }, { name: 'night', frameRange: [1, 2] }]);
  expect(whole?.objects).toHaveLength(3);
  // The same key with another geometry is an edit of a copy: nothing is thrown away.
  const [one] = (figures as { figures: { geometry: unknown }[] }).figures;
  const moved = {
    ...one,
    geometry: {
      points: {
        exterior: [
          [0, 0],
          [1, 1],
        ],
        interior: [],
      },
    },
  };
  const [added] = await sdk.api<Added[]>('figures.bulk.add', { entityId: id, figures: [moved] });
  expect(ids.map((known) => known.id)).not.toContain(added?.id);
});

test('a file that cannot be read is refused by its name, and nothing moves to the next one', async () => {
  const made = await sdk.project('videos', META);
  const files = [
    { name: 'v0.mp4', bytes: Buffer.from('no video at all') },
    { name: 'v1.mp4', bytes: media('ten-frames.mp4') },
  ];
  await expect(addVideos(made, files)).rejects.toThrow(/400 .*v0\.mp4/s);
  await expect(addVideos(made, [{ name: 'sound.mp4', bytes: media('sound-only.mp4') }])).rejects.toThrow(
    /sound\.mp4/,
  );
  expect(await sdk.listAll('videos.list', { datasetId: made.datasetId })).toEqual([]);
});

test('what is wrong is refused with its place, and nothing of the request stays', async () => {
  const made = await sdk.project('videos', META);
  const [video] = await addVideos(made, [{ name: 'a.mp4', bytes: media('ten-frames.mp4') }]);
  const entityId = video?.id ?? 0;
  const [object] = await sdk.api<Added[]>('annotation-objects.bulk.add', {
    datasetId: made.datasetId,
    annotationObjects: [{ classId: made.classId('car'), entityId }],
  });
  const good = {
    objectId: object?.id,
    geometryType: 'rectangle',
    geometry: {
      points: {
        exterior: [
          [0, 0],
          [1, 1],
        ],
        interior: [],
      },
    },
    meta: { frame: 0 },
  };
  const cases: [object, number, RegExp][] = [
    [{ ...good, meta: { frame: 10 } }, 400, /frames 0 to 9, got 10/],
    [{ ...good, meta: {} }, 400, /figures\[1\]\.meta\.frame/],
    [{ ...good, objectId: 999_999 }, 404, /Object|object 999999/],
    [{ ...good, objectId: null }, 400, /objectId/],
    [{ ...good, geometry: { points: { exterior: [[0, 0]], interior: [] } } }, 400, /figures\[1\]/],
    [{ ...good, geometry: null }, 400, /geometry/],
  ];
  for (const [bad, status, says] of cases) {
    const response = await sdk.post('figures.bulk.add', { entityId, figures: [good, bad] });
    expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(says)]);
  }
  const [whole] = await annotationsOf([entityId]);
  expect(whole?.frames).toEqual([]);
  expect((await sdk.post('videos.info', { id: 999_999 })).status).toBe(404);
  expect((await sdk.post('videos.list', { datasetId: 999_999 })).status).toBe(404);
  const images = await sdk.project('images', META);
  expect((await sdk.post('videos.list', { datasetId: images.datasetId })).status).toBe(400);
  const wrong = {
    datasetId: images.datasetId,
    videos: [{ title: 'a.mp4', hash: hashOf(media('ten-frames.mp4')) }],
  };
  expect((await sdk.post('videos.bulk.add', wrong)).status).toBe(400);
});

test('a hundred thousand figures come back in their order, in pieces', async () => {
  const made = await sdk.project('videos', META);
  const { entities } = {
    entities: [{ title: 'linked.mp4', link: 'https://example.com/linked.mp4', meta: {} }],
  };
  const [video] = await sdk.api<Video[]>('videos.bulk.add', { datasetId: made.datasetId, videos: entities });
  const entityId = video?.id ?? 0;
  const [object] = await sdk.api<Added[]>('annotation-objects.bulk.add', {
    datasetId: made.datasetId,
    annotationObjects: [{ classId: made.classId('car'), entityId }],
  });
  const each = 10_000;
  for (let batch = 9; batch >= 0; batch--) {
    const figures = Array.from({ length: each }, (_, at) => ({
      objectId: object?.id,
      geometryType: 'rectangle',
      geometry: {
        points: {
          exterior: [
            [at, batch],
            [at + 9, batch + 9],
          ],
          interior: [],
        },
      },
      meta: { frame: batch * 1000 + (at % 1000) },
    }));
    await sdk.api('figures.bulk.add', { entityId, figures });
  }
  const [whole] = await annotationsOf([entityId]);
  expect(whole?.framesCount).toBe(10_000);
  expect(whole?.frames.map((frame) => frame.index)).toEqual(Array.from({ length: 10_000 }, (_, at) => at));
  expect(whole?.frames.every((frame) => frame.figures.length === 10)).toBe(true);
}, 120_000);
