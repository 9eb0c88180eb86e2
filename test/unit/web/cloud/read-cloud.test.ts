import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cloud } from '../../../../web/src/projects/cloud/read/cloud.ts';
import { readCloud } from '../../../../web/src/projects/cloud/read/read-cloud.ts';
import { hasPython } from '../../../support/python.ts';
import { pythonSource } from '../../../support/python-source.ts';

/** A folder with samples by other programs; they are not part of this project. */
const SAMPLES = process.env.SLY_TEST_SAMPLES ?? '';
const MANY = 1_000_000;

const pcd = (
  fields: string,
  points: number,
  data: string,
  more: Partial<Record<string, string>> = {},
): string => {
  const count = fields.split(' ').length;
  const each = (key: string, word: string): string => more[key] ?? Array(count).fill(word).join(' ');
  return `VERSION .7\nFIELDS ${fields}\nSIZE ${each('SIZE', '4')}\nTYPE ${each('TYPE', 'F')}\nCOUNT ${each('COUNT', '1')}\nWIDTH ${points}\nHEIGHT 1\nPOINTS ${points}\nDATA ${data}\n`;
};

const read = (text: string | Buffer, most = MANY): Cloud =>
  readCloud(new Uint8Array(Buffer.from(text)), most);

/** Where the points are, as the file says. */
const placesOf = ({ positions, origin, index }: Cloud): number[][] =>
  Array.from(index, (_, at) => [0, 1, 2].map((axis) => positions[3 * at + axis]! + origin[axis]!));

describe.skipIf(!hasPython('numpy'))('files written with numpy', () => {
  interface Expected {
    xyz: number[][];
    grid: number[][];
    intensity: number[];
    rgb: number[][];
  }

  test('every encoding has the points that were written', () => {
    const { folder, expected } = pythonSource<Expected>(path.join(import.meta.dirname, 'clouds.py'));
    for (const [name, places, colored, bright] of [
      ['ascii.pcd', expected.xyz, true, true],
      ['binary.pcd', expected.xyz, true, true],
      ['compressed.pcd', expected.xyz, true, true],
      ['big.ply', expected.xyz, true, false],
      ['grid.las', expected.grid, true, true],
    ] as const) {
      const cloud = read(readFileSync(path.join(folder, name)));
      const found = placesOf(cloud);
      expect(found, name).toHaveLength(places.length);
      const far = Math.max(
        ...found.flatMap((one, at) => one.map((value, k) => Math.abs(value - places[at]![k]!))),
      );
      expect(far, name).toBeLessThan(1e-5);
      if (colored) expect([...cloud.rgb!], name).toEqual(expected.rgb.flat());
      if (bright) expect([...cloud.intensity!], name).toEqual(expected.intensity);
      else expect(cloud.intensity, name).toBeUndefined();
    }
  });
});

test('of many points every third is shown, and each knows its number in the file', () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `${at} 0 ${-at}`).join('\n');
  const cloud = read(pcd('x y z', 3000, 'ascii') + lines, 1000);
  expect(cloud).toMatchObject({ declared: 3000, present: 3000, placeless: 0 });
  expect([...cloud.index.subarray(0, 4), cloud.index.at(-1)]).toEqual([0, 3, 6, 9, 2997]);
  expect(placesOf(cloud)[5]).toEqual([15, 0, -15]);
});

test('points without a place are left out, numbers stay those of the file', () => {
  const cloud = read(`${pcd('x y z intensity', 4, 'ascii')}1 2 3 7\nnan nan nan 8\n\n-1 0 inf 9\r\n3 2 1 5`);
  expect(cloud.placeless).toBe(2);
  expect([...cloud.index]).toEqual([0, 3]);
  expect(placesOf(cloud)).toEqual([
    [1, 2, 3],
    [3, 2, 1],
  ]);
  expect([...cloud.intensity!]).toEqual([7, 5]);
});

test('a file that ends early has the points it has', () => {
  const body = Buffer.alloc(12 * 3 + 5);
  body.writeFloatLE(4, 24);
  const binary = read(Buffer.concat([Buffer.from(pcd('x y z', 10, 'binary')), body]));
  expect(binary).toMatchObject({ declared: 10, present: 3 });
  expect(placesOf(binary)[2]).toEqual([4, 0, 0]);
  expect(read(`${pcd('x y z', 10, 'ascii')}1 1 1\n2 2 2\n`)).toMatchObject({ declared: 10, present: 2 });
  expect(read(pcd('x y z', 0, 'binary'))).toMatchObject({ declared: 0, present: 0 });
});

test('places far from zero keep their millimetres', () => {
  const header = pcd('x y z', 2, 'ascii', { SIZE: '8 8 8' });
  const cloud = read(`${header}500000.001 5400000.002 300\n500010.003 5400010.004 310.5\n`);
  const [first, second] = placesOf(cloud);
  for (const [at, value] of [500000.001, 5400000.002, 300].entries())
    expect(first![at]).toBeCloseTo(value, 5);
  for (const [at, value] of [500010.003, 5400010.004, 310.5].entries())
    expect(second![at]).toBeCloseTo(value, 5);
});

test('a colour as the decimal of a float, and colours from 0 to 1', () => {
  const bits = new Float32Array(new Uint32Array([0x00ff8001]).buffer)[0];
  expect([...read(`${pcd('x y z rgb', 1, 'ascii')}0 0 0 ${bits}\n`).rgb!]).toEqual([255, 128, 1]);
  const ply = `ply\nformat ascii 1.0\nelement vertex 2\n${['x', 'y', 'z', 'red', 'green', 'blue'].map((name) => `property float ${name}\n`).join('')}end_header\n0 0 0 1 0.5 0\n1 1 1 0 0 1\n`;
  expect([...read(ply).rgb!]).toEqual([255, 128, 0, 0, 0, 255]);
});

test.each([
  ['nothing', '', 'none of them'],
  ['a picture', '\x89PNG\r\n', 'none of them'],
  ['no end of the header', 'VERSION .7\nFIELDS x y z\n', 'no line DATA'],
  ['no places', pcd('intensity', 1, 'ascii'), 'no x, y and z'],
  ['a field of three bytes', pcd('x y z', 1, 'binary', { SIZE: '3 4 4' }), 'what the field x is'],
  [
    'no number of points',
    'VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nDATA ascii\n',
    'how many points',
  ],
  ['an unknown encoding', pcd('x y z', 1, 'zipped'), 'zipped'],
  ['nothing after the header', pcd('x y z', 1, 'binary_compressed'), 'ends before its points'],
  [
    'a list as a property',
    'ply\nformat ascii 1.0\nelement vertex 1\nproperty list uchar int a\nend_header\n',
    'list',
  ],
  [
    'faces before points',
    'ply\nformat ascii 1.0\nelement face 1\nelement vertex 1\nend_header\n',
    'begin with its points',
  ],
  ['a short LAS file', 'LASF', 'ends before its points'],
])('%s is refused with a sentence', (_what, text, said) => {
  expect(() => read(Buffer.from(text, 'latin1'))).toThrow(said);
});

test('compressed points that do not unpack are refused, and so is a size beyond all bounds', () => {
  const header = Buffer.from(pcd('x y z', 1, 'binary_compressed'));
  const body = (packed: number, unpacked: number, ...bytes: number[]): Buffer => {
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32LE(packed);
    sizes.writeUInt32LE(unpacked, 4);
    return Buffer.concat([header, sizes, Buffer.from(bytes)]);
  };
  expect(() => read(body(1, 0xffff_fff0, 0))).toThrow('more points than the page can unpack');
  expect(() => read(body(100, 12, 0))).toThrow('ends before the end');
  expect(() => read(body(2, 8, 0, 1))).toThrow('fewer points');
  // A literal that goes past the end, a reference to before the beginning, too little.
  for (const bytes of [
    [31, 1],
    [0x20, 5, 0],
    [0, 1],
  ]) {
    expect(() => read(body(bytes.length, 12, ...bytes))).toThrow('do not unpack');
  }
  // One zero, and eleven times what is one byte before.
  expect(placesOf(read(body(5, 12, 0, 0, 0xe0, 2, 0)))).toEqual([[0, 0, 0]]);
});

describe.skipIf(!existsSync(SAMPLES))('samples by others', () => {
  const sample = (name: string): Cloud => read(readFileSync(path.join(SAMPLES, name)));
  const firstOf = (name: string): number[] => placesOf(sample(name))[0]!;

  test('Datumaro, pyntcloud, assimp', () => {
    const frame = sample('sly_pointcloud/ds0/pointcloud/frame1.pcd');
    expect(frame).toMatchObject({ declared: 100, present: 100 });
    expect(placesOf(frame)[0]![0]).toBeCloseTo(0.5791356657, 6);
    for (const name of ['diamond_ascii', 'diamond_with_bool', 'points', 'cube', 'cube_binary'])
      expect(sample(`pointcloud/ply/${name}.ply`).present, name).toBeGreaterThan(2);
    expect(() => sample('pointcloud/ply/issue623.ply')).toThrow('property of type list');
    expect(firstOf('pointcloud/ply/cube_binary.ply')).toEqual(firstOf('pointcloud/ply/cube.ply'));
    expect(sample('pointcloud/ply/float-color.ply').rgb!.slice(0, 3)).toEqual(new Uint8Array([0, 0, 255]));
    const las = sample('pointcloud/las/pyntcloud/simple.las');
    expect(las).toMatchObject({ declared: 1065, present: 1065 });
    expect(firstOf('pointcloud/las/pyntcloud/simple.las').map((one) => Number(one.toFixed(2)))).toEqual([
      637012.24, 849028.31, 431.66,
    ]);
    expect(() => sample('pointcloud/laz/pyntcloud/simple.laz')).toThrow('LAZ');
  });
});
