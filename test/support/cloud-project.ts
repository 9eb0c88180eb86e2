/** Point clouds with known points and boxes, put in as the SDK does. */
import { encode } from 'fast-png';
import { type Added, hexKey, type Made, type SdkClient } from './sdk-client.ts';

export const CLOUD_COLORS = { car: '#FF2D55', ground: '#34C759' } as const;

const META = {
  classes: [
    { title: 'car', shape: 'cuboid_3d', color: CLOUD_COLORS.car },
    { title: 'ground', shape: 'point_cloud', color: CLOUD_COLORS.ground },
  ],
  tags: [{ name: 'parked', value_type: 'none', color: '#0000FF' }],
};

/** The grey cross of points, in metres: every 0.1 from -10 to 10 along x and along y, and one far up and down. */
export function crossPcd(): Buffer {
  const arm = Array.from({ length: 201 }, (_, at) => (at - 100) / 10);
  const places = [...arm.map((x) => [x, 0, 0]), ...arm.map((y) => [0, y, 0])];
  const lines = places.map(([x, y, z]) => `${x} ${y} ${z} 4290756543`).join('\n');
  return Buffer.from(
    `VERSION 0.7\nFIELDS x y z rgb\nSIZE 4 4 4 4\nTYPE F F F U\nCOUNT 1 1 1 1\nWIDTH ${places.length}\nHEIGHT 1\nPOINTS ${places.length}\nDATA ascii\n${lines}\n`,
  );
}

export interface Box {
  at: [x: number, y: number, z: number];
  /** About z, in radians. */
  turn: number;
  size: [x: number, y: number, z: number];
}

const xyz = ([x, y, z]: readonly [number, number, number]) => ({ x, y, z });

export interface CloudProject extends Made {
  clouds: number[];
}

/** One cloud for each list of boxes; `segments` are points of the first. */
export async function makeClouds(
  sdk: SdkClient,
  options: {
    files: readonly Buffer[];
    boxes: readonly (readonly Box[])[];
    segment?: readonly number[];
    episode?: boolean;
    photos?: boolean;
  },
): Promise<CloudProject> {
  const { files, boxes, segment, episode = false } = options;
  const made = await sdk.project(episode ? 'point_cloud_episodes' : 'point_clouds', META);
  const hashes = await sdk.upload('point-clouds.bulk.upload', files, 'image/pcd');
  const clouds = await sdk.api<Added[]>('point-clouds.bulk.add', {
    datasetId: made.datasetId,
    pointClouds: hashes.map((hash, k) => ({
      name: `frame_${k}.pcd`,
      hash,
      meta: episode ? { frame: k } : {},
    })),
  });
  const ids = clouds.map((one) => one.id);
  for (const [at, entityId] of ids.entries()) {
    const figures = [
      ...(boxes[at] ?? []).map((box) => ({
        title: 'car',
        geometryType: 'cuboid_3d',
        geometry: {
          position: xyz(box.at),
          rotation: { x: 0, y: 0, z: box.turn },
          dimensions: xyz(box.size),
        },
      })),
      ...(at === 0 && segment !== undefined
        ? [{ title: 'ground', geometryType: 'point_cloud', geometry: { indices: segment } }]
        : []),
    ];
    if (figures.length === 0) continue;
    const objects = await sdk.api<Added[]>('annotation-objects.bulk.add', {
      datasetId: made.datasetId,
      annotationObjects: figures.map((one) => ({ classId: made.classId(one.title) })),
    });
    await sdk.api('figures.bulk.add', {
      entityId,
      figures: figures.map(({ geometryType, geometry }, k) => ({
        key: hexKey(),
        objectId: objects[k]?.id,
        geometryType,
        geometry,
      })),
    });
  }
  if (options.photos === true) {
    const [width, height] = [64, 48];
    const data = new Uint8Array(3 * width * height).fill(90);
    const [hash] = await sdk.upload(
      'point-clouds.bulk.upload',
      [Buffer.from(encode({ width, height, channels: 3, data }))],
      'image/pcd',
    );
    await sdk.api('point-clouds.images.add', {
      images: [{ entityId: ids[0], name: 'front.png', hash, meta: { deviceId: 'CAM_FRONT' } }],
    });
  }
  return { ...made, clouds: ids };
}
