/** A project with thousands of images of a few different pictures, in nested datasets, each with a box or two. */
import { encode } from 'fast-png';
import type { ImageAnnotation, Label } from '../../src/format/model.ts';
import { sha256Of } from '../../src/lib/hash.ts';
import type { ApiServer } from './api-server.ts';

export const SIDE = 64;

export interface ManyImages {
  projectId: number;
  datasets: { train: number; berlin: number; val: number };
}

/** Half of them in train/berlin, a quarter each in train and val. Every tenth has a `bus`. */
export async function makeManyImages(server: ApiServer, images: number): Promise<ManyImages> {
  const { api } = server;
  const { id: projectId } = await api<{ id: number }>('projects.add', {
    name: 'Many images',
    workspaceId: 1,
  });
  const classes = [
    { title: 'car', shape: 'rectangle', color: '#E03131', geometry_config: {} },
    { title: 'bus', shape: 'rectangle', color: '#1971C2', geometry_config: {} },
  ];
  const tags = [{ name: 'night', value_type: 'none', color: '#888888' }];
  await api('projects.meta.update', { id: projectId, meta: { classes, tags } });
  const add = async (name: string, parentId?: number): Promise<number> =>
    (
      await api<{ id: number }>('datasets.add', {
        projectId,
        name,
        ...(parentId === undefined ? {} : { parentId }),
      })
    ).id;
  const train = await add('train');
  const datasets = { train, berlin: await add('berlin', train), val: await add('val') };
  const hashes: string[] = [];
  for (let k = 0; k < 8; k++) {
    const png = flatPng(SIDE, [k * 30, 120, 200 - k * 20]);
    const sha256 = sha256Of(png);
    await server.blobs.put(sha256, png);
    hashes.push(sha256);
  }
  let made = 0;
  for (const [datasetId, share] of [
    [datasets.train, 0.25],
    [datasets.berlin, 0.5],
    [datasets.val, 0.25],
  ] as const) {
    const rows = Array.from({ length: Math.round(images * share) }, (_, k) => ({
      name: `frame_${String(made + k).padStart(6, '0')}.png`,
      sha256: hashes[(made + k) % hashes.length] as string,
    }));
    // Straight into the stores: the test is about looking at them.
    const added = await server.stores.items.add(datasetId, rows);
    await server.stores.annotations.put(
      added.map(({ id }, k) => ({ itemId: id, annotation: annotation(made + k) })),
      { subpixel: true },
    );
    made += rows.length;
  }
  return { projectId, datasets };
}

function annotation(k: number): ImageAnnotation {
  const box = (classTitle: string, left: number): Label => ({
    classTitle,
    geometryType: 'rectangle',
    tags: [],
    points: {
      exterior: [
        [left, 16],
        [left + 16, 48],
      ],
      interior: [],
    },
  });
  return {
    description: '',
    size: { width: SIDE, height: SIDE },
    tags: k % 5 === 0 ? [{ name: 'night' }] : [],
    objects: [box('car', 8), ...(k % 10 === 0 ? [box('bus', 40)] : [])],
  };
}

function flatPng(side: number, colour: [number, number, number]): Buffer {
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < data.length; at += 3) data.set(colour, at);
  return Buffer.from(encode({ width: side, height: side, channels: 3, depth: 8, data }));
}
