/** Options, and sources that are not as they should be. */
import { describe, expect, test } from 'vitest';
import {
  detectHere,
  type Files,
  type HereResult,
  importHere,
  labelsOf,
  namesOf,
  told,
} from '../../../test/support/import-here.ts';
import { coloured, numbered, photo, pixelCounts } from './told.ts';

const [ROAD, SKY, BLACK, ODD] = [0x804080, 0x4682b4, 0, 0x814180];
const LEGEND = 'road #804080\nsky #4682B4\nbackground #000000';

const run = (files: Files, options: Record<string, unknown> = {}): Promise<HereResult> =>
  importHere({ plugin: 'color-masks', files, options: { legend: LEGEND, ...options } });

const pair = (rows: number[][]): Files => ({
  'a.png': photo(rows[0]?.length ?? 0, rows.length),
  'masks/a.png': coloured(rows),
});

describe('options', () => {
  const files = pair([
    [ROAD, BLACK, ROAD, SKY],
    [BLACK, ROAD, BLACK, SKY],
    [BLACK, BLACK, BLACK, BLACK],
    [ROAD, BLACK, BLACK, SKY],
  ]);

  test('objects: a class or its parts, corners joined', async () => {
    expect(pixelCounts((await run(files)).items[0])).toEqual(['road 4', 'sky 3']);
    expect(pixelCounts((await run(files, { objects: 'parts' })).items[0])).toEqual([
      'road 3',
      'sky 2',
      'road 1',
      'sky 1',
    ]);
  });

  test('background', async () => {
    expect(pixelCounts((await run(files, { background: 'import' })).items[0])).toContain('background 9');
    const { meta } = await run(files, { background: 'import' });
    expect(meta.classes.map(({ title, color }) => `${title} ${color}`)).toEqual([
      'background #000000',
      'road #804080',
      'sky #4682B4',
    ]);
  });

  test('nearest_colour', async () => {
    const blurred = pair([[ROAD, ODD, 0x010101, 0xffffff]]);
    const exact = await run(blurred);
    expect(pixelCounts(exact.items[0])).toEqual(['road 1']);
    expect(told(exact)).toEqual([
      'warning data/masks/a.png: expected the colours of the legend, got 3 pixels of others: #814180 (1), #010101 (1), #FFFFFF (1); they are no label',
    ]);
    const near = await run(blurred, { nearest_colour: 4 });
    expect(pixelCounts(near.items[0])).toEqual(['road 2']);
    expect(told(near)[0]).toMatch(/got 1 pixels of others: #FFFFFF/);
  });

  test('datasets', async () => {
    const files = {
      'x/train/a.png': photo(1, 1),
      'x/train/b.png': photo(1, 1),
      'x/masks/a.png': coloured([[ROAD]]),
    };
    expect(namesOf(await run(files))).toEqual(['x/train/a.png', 'x/train/b.png']);
    expect(namesOf(await run(files, { datasets: 'one' }))).toEqual(['ds0/a.png', 'ds0/b.png']);
  });

  test('masks_folder', async () => {
    const files = { 'photos/a.png': photo(1, 1), 'painted/a.png': coloured([[SKY]]) };
    expect((await run(files)).failure?.hint).toMatch(/masks_folder/);
    const named = await run(files, { masks_folder: 'painted' });
    expect(namesOf(named)).toEqual(['photos/a.png']);
    expect(pixelCounts(named.items[0])).toEqual(['sky 1']);
  });

  test('a legend of numbers', async () => {
    const files = { 'a.png': photo(3, 1), 'a_mask.png': numbered([[0, 3, 7]]) };
    const result = await run(files, { legend: '3: car\n7: bus' });
    expect(pixelCounts(result.items[0])).toEqual(['car 1', 'bus 1']);
  });

  test('an unknown set, and none', async () => {
    expect((await run({ 'a.png': photo(1, 1) }, { legend: '' })).failure).toMatchObject({
      code: 'SLY_FORMAT_INVALID',
      hint: expect.stringContaining('legend'),
    });
    expect((await run({ 'a.png': photo(1, 1) }, { legend: '', set: 'custom' })).failure?.detail).toMatch(
      /no file like colors\.txt/,
    );
    expect((await run({}, { legend: 'nonsense' })).failure?.detail).toMatch(/got "nonsense"/);
  });
});

describe('masks and pictures that do not fit', () => {
  const good = pair([[ROAD, SKY]]);

  test('a mask that is no picture fails; its picture comes bare, or as the policy says', async () => {
    const files = { ...good, 'b.png': photo(2, 1), 'masks/b.png': 'text that is long enough' };
    const bare = await run(files);
    expect(bare.items.map((item) => labelsOf(item).length)).toEqual([2, 0]);
    expect(told(bare)).toEqual([
      expect.stringMatching(/^failed data\/masks\/b\.png: expected one of .*, got text/),
    ]);
    expect(namesOf(await run(files, { bad_annotation: 'skip-item' }))).toEqual(['ds0/a.png']);
    expect((await run(files, { bad_annotation: 'stop' })).failure?.code).toBe('SLY_IMAGE_UNREADABLE');
  });

  test('a picture that is none fails alone', async () => {
    const result = await run({
      ...good,
      'b.png': 'text that is long enough',
      'masks/b.png': coloured([[ROAD]]),
    });
    expect(namesOf(result)).toEqual(['ds0/a.png']);
    expect(told(result).join('\n')).toMatch(/failed data\/b\.png/);
  });

  test('scaled, turned, without a mask, without a picture', async () => {
    const result = await run({
      ...good,
      'half.png': photo(4, 2),
      'masks/half.png': coloured([[ROAD, SKY]]),
      'turned.png': photo(1, 3),
      'masks/turned.png': coloured([[ROAD, SKY, SKY]]),
      'bare.png': photo(1, 1),
      'masks/gone.png': coloured([[ROAD]]),
    });
    expect(Object.fromEntries(result.items.map((item) => [item.name, pixelCounts(item)]))).toEqual({
      'a.png': ['road 1', 'sky 1'],
      'bare.png': [],
      'half.png': ['road 4', 'sky 4'],
      'turned.png': [],
    });
    expect(told(result)).toEqual([
      'warning data/bare.png: expected a mask for this picture, got none; it is imported without labels',
      'warning data/masks/half.png: expected a mask of 4 x 2 as its picture, got 2 x 1; it was scaled',
      'warning data/masks/turned.png: expected a mask of 1 x 3 as its picture, got 3 x 1: it is turned',
      'skipped data/masks/gone.png: expected a picture for this mask as in the legend, got none',
    ]);
  });

  test('holes stay holes', async () => {
    const files = pair([
      [ROAD, ROAD, ROAD],
      [ROAD, SKY, ROAD],
      [ROAD, ROAD, ROAD],
    ]);
    expect(pixelCounts((await run(files, { objects: 'parts' })).items[0])).toEqual(['road 8', 'sky 1']);
  });

  test('of two folders with one name the nearest picture is taken', async () => {
    const result = await run({
      'one/a.png': photo(1, 1),
      'one/masks/a.png': coloured([[ROAD]]),
      'two/a.png': photo(1, 1),
      'two/masks/a.png': coloured([[SKY]]),
    });
    expect(result.items.map((item) => [item.dataset, ...pixelCounts(item)])).toEqual([
      ['one', 'road 1'],
      ['two', 'sky 1'],
    ]);
  });

  test('two data sets in one tree: the first, and a word about the other', async () => {
    const rgb = coloured([[0x010100, 0x010100]]);
    const files = {
      'ADEChallengeData2016/objectInfo150.txt': 'Idx\tRatio\tTrain\tVal\tName\n1\t0.1\t1\t1\twall\n',
      'ADEChallengeData2016/images/training/a.png': photo(2, 1),
      'ADEChallengeData2016/annotations/training/a.png': numbered([[1, 0]]),
      'ADEChallengeData2016/annotations_instance/training/a.png': rgb,
    };
    const result = await run(files, { legend: '' });
    expect(pixelCounts(result.items[0])).toEqual(['wall 1', 'background 1']);
    expect(told(result)[0]).toMatch(/instances; the first is imported/);
    const other = await run(files, { legend: '', set: 'ade20k-instances' });
    expect(pixelCounts(other.items[0])).toEqual(['object1 2']);
  });
});

test.each<[string, Files]>([
  ['YOLO', { 'images/a.png': photo(1, 1), 'labels/a.txt': '0 0.5 0.5 1 1' }],
  [
    'YOLO in a folder of facades',
    { 'ParisArt/images/a.png': photo(1, 1), 'ParisArt/labels/a.txt': '0 0.5 0.5 1 1' },
  ],
  ['VOC masks', { 'JPEGImages/a.png': photo(1, 1), 'SegmentationClass/a.png': numbered([[1]]) }],
  ['masks without a legend', { 'img/a.png': photo(1, 1), 'masks/a.png': numbered([[1]]) }],
  [
    'DAVIS with several objects',
    { 'JPEGImages/480p/bear/0.png': photo(2, 1), 'Annotations/480p/bear/0.png': numbered([[1, 2]]) },
  ],
  ['a legend whose masks have other colours', { ...pair([[1, 2]]), 'colors.txt': LEGEND }],
  ['names of classes without colours', { ...pair([[0, 0]]), 'labels.txt': '0: cat\n1: dog' }],
  ['pictures', { 'images/a.png': photo(1, 1) }],
])('does not claim %s', async (_, files) => {
  expect((await detectHere('color-masks', files)).confidence).toBeLessThan(0.7);
});
