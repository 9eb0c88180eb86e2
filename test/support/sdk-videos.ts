/** Videos and what is drawn on them, added with the calls of the SDK. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Added, hexKey, type Made, type SdkClient } from './sdk-client.ts';

export const mediaFile = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, '../fixtures/media', name));

/** Of a file of `fixtures/media`. */
export async function addVideo(
  sdk: SdkClient,
  made: Made,
  video: { title: string; file: string; stream?: number },
): Promise<number> {
  const [hash] = await sdk.upload('videos.bulk.upload', [mediaFile(video.file)], 'video/*');
  const [added] = await sdk.api<Added[]>('videos.bulk.add', {
    datasetId: made.datasetId,
    videos: [{ title: video.title, hash, meta: { videoStreamIndex: video.stream ?? 0 } }],
  });
  return added?.id ?? 0;
}

export async function addVideoLink(sdk: SdkClient, made: Made, name: string): Promise<number> {
  const [added] = await sdk.api<Added[]>('videos.bulk.add', {
    datasetId: made.datasetId,
    videos: [{ title: name, link: `https://example.org/${name}` }],
  });
  return added?.id ?? 0;
}

export async function addObjects(
  sdk: SdkClient,
  made: Made,
  videoId: number,
  titles: readonly string[],
): Promise<number[]> {
  const added = await sdk.api<Added[]>('annotation-objects.bulk.add', {
    datasetId: made.datasetId,
    annotationObjects: titles.map((title) => ({ classId: made.classId(title), entityId: videoId })),
  });
  return added.map((one) => one.id);
}

export function videoFigure(objectId: number, frame: number, geometryType: string, geometry: object): object {
  return { objectId, key: hexKey(), geometryType, geometry, meta: { frame } };
}

export const rectangle = (left: number, top: number, right: number, bottom: number) => ({
  points: {
    exterior: [
      [left, top],
      [right, bottom],
    ],
    interior: [],
  },
});
