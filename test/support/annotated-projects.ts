/** A project of each kind that is no image, put in with the calls of the SDK, with everything that can be on it. */
import { makeClouds } from './cloud-project.ts';
import { type Added, hexKey, type Made, type SdkClient } from './sdk-client.ts';
import { addObjects, addVideo, addVideoLink, rectangle, videoFigure } from './sdk-videos.ts';
import { makeVolumes } from './volume-project.ts';

const TAGS = [
  { name: 'weather', value_type: 'any_string', color: '#0000FF' },
  { name: 'seen', value_type: 'none', color: '#00FFFF' },
];

async function videos(sdk: SdkClient): Promise<Made> {
  const made = await sdk.project('videos', {
    classes: [
      { title: 'car', shape: 'any', color: '#FF0000' },
      { title: 'man', shape: 'rectangle', color: '#00FF00' },
    ],
    tags: TAGS,
  });
  const first = await addVideo(sdk, made, { title: 'ten.mp4', file: 'ten-frames.mp4' });
  const second = await addVideo(sdk, made, { title: 'two.mp4', file: 'two-streams.mp4', stream: 1 });
  await addVideoLink(sdk, made, 'far.mp4');
  const [car = 0, man = 0] = await addObjects(sdk, made, first, ['car', 'man']);
  const [other = 0] = await addObjects(sdk, made, second, ['car']);
  const line = {
    points: {
      exterior: [
        [1, 1],
        [5.5, 9],
        [3, 2],
      ],
      interior: [],
    },
  };
  await sdk.api('figures.bulk.add', {
    entityId: first,
    figures: [
      videoFigure(car, 3, 'rectangle', rectangle(1, 2, 10, 12)),
      videoFigure(man, 0, 'line', line),
      { ...videoFigure(car, 0, 'rectangle', rectangle(0, 0, 4, 4)), nnCreated: true, priority: 2 },
    ],
  });
  await sdk.api('figures.bulk.add', {
    entityId: second,
    figures: [videoFigure(other, 1, 'point', { points: { exterior: [[4, 4]], interior: [] } })],
  });
  await sdk.api('videos.tags.bulk.add', {
    videoId: first,
    tags: [
      { tagId: made.tagId('weather'), value: 'rain', key: hexKey(), isFinished: true },
      { tagId: made.tagId('seen'), frameRange: [2, 5], key: hexKey() },
    ],
  });
  await sdk.api('annotation-objects.tags.bulk.add', {
    projectId: made.projectId,
    tags: [{ tagId: made.tagId('weather'), value: 'wet', frameRange: [0, 3], objectId: car, key: hexKey() }],
  });
  return made;
}

const box = (x: number) => ({
  at: [x, 2, 0.5] as [number, number, number],
  turn: 1.57,
  size: [2, 4, 1] as [number, number, number],
});

async function clouds(sdk: SdkClient, episode: boolean): Promise<Made> {
  const files = [0, 1, 2].map((at) => Buffer.from(`cloud ${at} ${episode}`));
  const boxes = [[box(0), box(5)], [], [box(9)]];
  const made = await makeClouds(sdk, { files, boxes, segment: [0, 5, 7], episode, photos: true });
  const [first = 0, , third = 0] = made.clouds;
  const { entities: objects } = await sdk.api<{ entities: Added[] }>('annotation-objects.list', {
    datasetId: made.datasetId,
  });
  // One track through two clouds, seen in a picture too.
  const track = objects[0]?.id;
  const { entities: pictures } = await sdk.api<{ entities: Added[] }>('point-clouds.images.list', {
    datasetId: made.datasetId,
  });
  const cuboid = {
    position: { x: 1, y: 1, z: 1 },
    rotation: { x: 0, y: 0, z: 0 },
    dimensions: { x: 1, y: 1, z: 1 },
  };
  await sdk.api('figures.bulk.add', {
    entityId: third,
    figures: [{ objectId: track, key: hexKey(), geometryType: 'cuboid_3d', geometry: cuboid }],
  });
  await sdk.api('figures.bulk.add', {
    entityId: pictures[0]?.id,
    figures: [{ objectId: track, key: hexKey(), geometryType: 'rectangle', geometry: rectangle(1, 1, 5, 5) }],
  });
  await sdk.api('annotation-objects.tags.bulk.add', {
    projectId: made.projectId,
    tags: [{ tagId: made.tagId('parked'), objectId: track, key: hexKey() }],
  });
  const tag = { tagId: made.tagId('parked'), key: hexKey() };
  if (episode) {
    await sdk.api('point-clouds.episodes.tags.bulk.add', {
      datasetId: made.datasetId,
      tags: [{ ...tag, frameRange: [0, 1] }],
    });
  } else await sdk.api('point-clouds.tags.bulk.add', { entityId: first, tags: [tag] });
  return made;
}

export const annotatedProjects = {
  videos,
  point_clouds: (sdk: SdkClient) => clouds(sdk, false),
  point_cloud_episodes: (sdk: SdkClient) => clouds(sdk, true),
  volumes: (sdk: SdkClient): Promise<Made> => makeVolumes(sdk),
} as const;

export type AnnotatedType = keyof typeof annotatedProjects;

const LISTS = {
  videos: 'videos',
  point_clouds: 'point-clouds',
  point_cloud_episodes: 'point-clouds',
  volumes: 'volumes',
};
const IDS = { videos: 'videoIds', point_clouds: 'pointCloudIds', volumes: 'volumeIds' };

/** All that the public API tells of a dataset. */
export async function toldByApi(
  sdk: SdkClient,
  type: AnnotatedType,
  { projectId, datasetId }: { projectId: number; datasetId: number },
): Promise<Record<string, unknown>> {
  const all = (method: string): Promise<(Added & { tags?: unknown })[]> => sdk.listAll(method, { datasetId });
  const items = await all(`${LISTS[type]}.list`);
  const ids = items.map(({ id }) => id);
  // Which of the figures of a dataset came first is no part of it.
  const figures = (await all('figures.list')).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const told: Record<string, unknown> = {
    items,
    figures,
    objects: await all('annotation-objects.list'),
    annotations:
      type === 'point_cloud_episodes'
        ? await sdk.api('point-clouds.episodes.annotations.info', { datasetId })
        : await sdk.api(`${LISTS[type]}.annotations.bulk.info`, { datasetId, [IDS[type]]: ids }),
    statistics: await sdk.api('projects.stats', { id: projectId }),
  };
  if (LISTS[type] === 'point-clouds') told.pictures = await all('point-clouds.images.list');
  const voxels = figures.filter((one) => 'geometryType' in one && one.geometryType === 'mask_3d');
  if (voxels.length > 0) {
    const bytes = await sdk.downloadGeometries(voxels.map(({ id }) => id));
    told.voxels = [...bytes.values()].map((one) => one.toString('base64'));
  }
  return told;
}

const keyOf = (row: object): string => ('key' in row ? String(row.key) : '');
