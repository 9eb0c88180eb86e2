import { describe, expect, test } from 'vitest';
import type { Ring } from '../../../src/format/model.ts';
import { folderDataset } from '../../../src/plugin-kit/datasets.ts';
import { nameParts } from '../../../src/plugin-kit/match-images.ts';
import { nestRings } from '../../../src/plugin-kit/rings.ts';
import { boxPixels, polygonPixels, toNumber } from '../../../src/plugin-kit/to-pixels.ts';
import { datasetFor, splitOf } from '../dataset-names.ts';
import { createIdCodes } from '../id-code.ts';

const size = { width: 20, height: 10 };
const square = (left: number, top: number, side: number): Ring => [
  [left, top],
  [left + side, top],
  [left + side, top + side],
  [left, top + side],
];

describe('boxes', () => {
  test.each([
    ['whole pixels', [1, 2, 3, 4], [1, 2, 3, 5]],
    ['the whole image', [0, 0, 20, 10], [0, 0, 19, 9]],
    ['a border pixel counts from 0.3', [0.7, 0.71, 2.6, 2.58], [0, 1, 3, 2]],
    ['negative size', [8, 8, -3, -2], [5, 6, 7, 7]],
    ['over every border', [-5, -5, 50, 50], [0, 0, 19, 9]],
    ['thinner than a pixel', [4.4, 4.4, 0.2, 0.2], [4, 4, 4, 4]],
    ['on the far border', [20, 10, 0, 5], [19, 9, 19, 9]],
  ])('%s', (_name, [x, y, w, h], [left, top, right, bottom]) => {
    expect(boxPixels(x!, y!, w!, h!, size)).toEqual([
      [left, top],
      [right, bottom],
    ]);
  });

  test('outside is nothing', () => {
    expect(boxPixels(21, 1, 5, 5, size)).toBeUndefined();
    expect(boxPixels(1, -9, 5, 5, size)).toBeUndefined();
  });
});

describe('outlines', () => {
  test('points are the pixels they lie in, repeats go', () => {
    const ring: Ring = [
      [1.9, 1.1],
      [1.2, 1.8],
      [20, 1.5],
      [20, 10],
      [1.5, 1.5],
    ];
    expect(polygonPixels({ exterior: ring, interior: [] }, size)).toEqual([
      {
        exterior: [
          [1, 1],
          [19, 1],
          [19, 9],
        ],
        interior: [],
      },
    ]);
  });

  test('one that leaves the image is cut, one outside is gone', () => {
    const [piece] = polygonPixels({ exterior: square(-5, 2, 10), interior: [] }, size);
    expect(piece?.exterior.every(([x, y]) => x >= 0 && y >= 0 && x < 20 && y < 10)).toBe(true);
    expect(piece?.exterior).toContainEqual([0, 2]);
    expect(polygonPixels({ exterior: square(30, 2, 5), interior: [] }, size)).toEqual([]);
  });

  test('a ring in a ring is a hole of the smallest, a ring in a hole is an island', () => {
    const [outer, hole, island, pit, other] = [
      square(0, 0, 100),
      square(10, 10, 80),
      square(20, 20, 60),
      square(30, 30, 10),
      square(200, 0, 9),
    ];
    expect(nestRings([hole, outer, pit, other, island])).toEqual([
      { exterior: outer, interior: [hole] },
      { exterior: other, interior: [] },
      { exterior: island, interior: [pit] },
    ]);
    expect(nestRings([outer, outer])).toHaveLength(2);
    expect(nestRings([])).toEqual([]);
  });
});

test('numbers may be text, and nothing else', () => {
  expect(['1.5', ' 2 ', 3, '', 'x', null, Number.NaN, '1e99', {}].map(toNumber)).toEqual([
    1.5,
    2,
    3,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('ids are equal as number and text, texts keep apart', () => {
  const code = createIdCodes();
  expect(code('42')).toBe(code(42));
  expect(code('a')).toBe(code('a'));
  expect(code('a')).not.toBe(code('b'));
  expect([code(null), code(1.5), code('')]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test.each([
  ['annotations/instances_train2017.json', 'train2017'],
  ['person_keypoints_val2017.json', 'val2017'],
  ['a/captions-test-dev.json', 'test-dev'],
  ['instances_default.json', undefined],
  ['_annotations.coco.json', undefined],
  ['annotations/instances.json', undefined],
  ['My cars.json', 'My cars'],
  ['result.json', undefined],
])('the split of %s is %s', (file, split) => {
  expect(splitOf(file)).toBe(split);
});

test('datasets by folder leave out those that only hold pictures', () => {
  expect(folderDataset('images/day/rain/a.jpg')).toBe('day/rain');
  expect(folderDataset('images/a.jpg')).toBe('ds0');
  expect(datasetFor('one', 'x/a.jpg', 'instances_train.json')).toBe('ds0');
  expect(datasetFor('split', 'train/a.jpg', '_annotations.coco.json')).toBe('train');
});

test('file names of every system are read', () => {
  expect(nameParts('C:\\data\\cam 1\\a.jpg')).toEqual(['C:', 'data', 'cam 1', 'a.jpg']);
  expect(nameParts('./../train/a.jpg')).toEqual(['train', 'a.jpg']);
  expect(nameParts('https://host.example/x/a.jpg?size=1')).toEqual(['x', 'a.jpg']);
});
