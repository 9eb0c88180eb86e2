/** A label of every geometry, and short ways to write annotations down. Images are 100 x 80. */
import { encodeBitmap } from '../../src/format/bitmap.ts';
import type { Point, Ring } from '../../src/format/model.ts';

export const size = { height: 80, width: 100 };
export const file = (objects: unknown[], more: object = {}) => ({
  description: '',
  size,
  tags: [],
  objects,
  ...more,
});
export const shape = (geometryType: string, geometry: object) => ({
  classTitle: 'c',
  tags: [],
  geometryType,
  shape: geometryType,
  ...geometry,
});
/** Rings as text, `'0,0 9,0 9,9'`; the first is the exterior. */
export const flat = (exterior: string, ...interior: string[]) => ({
  points: { exterior: ring(exterior), interior: interior.map(ring) },
});
export const ring = (text: string): Ring =>
  text === '' ? [] : text.split(' ').map((pair) => pair.split(',').map(Number) as Point);
export const bitmap = encodeBitmap({ x: 1, y: 1, width: 2, height: 2, data: Uint8Array.of(1, 0, 1, 1) });
export const vertices = Object.fromEntries(
  ['face1', 'face2'].flatMap((face, z) =>
    [
      ['topleft', 0, 0],
      ['topright', 9, 0],
      ['bottomright', 9, 9],
      ['bottomleft', 0, 9],
    ].map(([corner, x, y]) => [`${face}-${corner}`, { loc: [(x as number) + z, (y as number) + z] }]),
  ),
);
export const EVERY = [
  shape('point', flat('3,4')),
  shape('rectangle', flat('10,20 59,79')),
  shape('line', flat('1,1 5,5 9,1')),
  shape('polygon', flat('0,0 9,0 9,9', '3,1 6,1 6,3')),
  shape('multipolygon', {
    parts: [
      {
        exterior: [
          [0, 0],
          [9, 0],
          [9, 9],
        ],
        interior: [],
      },
    ],
  }),
  shape('oriented_bbox', {
    points: [
      [10, 10],
      [20, 15],
    ],
    angle: 0.52,
  }),
  shape('bitmap', { bitmap }),
  shape('alpha_mask', { bitmap }),
  shape('multichannelBitmap', { multichannelBitmap: { origin: [1, 2], data: 'AAAA' } }),
  shape('graph', { nodes: { a: { loc: [1, 2] }, b: { loc: [3, 4], disabled: true } } }),
  shape('cuboid_2d', { vertices, rotation: { x: 0, y: 0, z: 1 } }),
  shape('cuboid', {
    points: [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [2, 0],
      [2, 2],
      [0, 2],
    ],
    faces: [
      [0, 1, 2, 3],
      [0, 4, 5, 1],
      [1, 5, 6, 2],
    ],
  }),
  shape('hologram', { light: [1, 2] }),
];
