/** fixtures/panoptic was made with Pillow and numpy; the numbers of its segments here come from there. */
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import type { BitmapJson, Label } from '../../../src/format/model.ts';
import { annotationOf } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { brief, coco, importFiles, type Lists, labels, png, said, toldMask } from './cases.ts';

const STREET = fileURLToPath(new URL('../fixtures/panoptic', import.meta.url));

/** A PNG of 20 x 10 whose pixels are these numbers, R + 256 G + 65536 B. */
function segmentPng(numberAt: (x: number, y: number) => number, width = 20, height = 10): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const number = numberAt(i % width, Math.floor(i / width));
    data.set([number & 255, (number >> 8) & 255, number >> 16], 3 * i);
  }
  return encode({ width, height, data, channels: 3 });
}

const panoptic = (segments_info: unknown[], more: Lists = {}): string =>
  coco([{ segments_info, file_name: 'a.png', category_id: undefined }], more);

const left = (x: number): number => (x < 5 ? 1 : 0);

test('things and stuff become masks pixel by pixel, the mask is no picture of its own', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'coco', folder: STREET });
  expect(run.failure).toBeUndefined();
  expect(run.reports).toEqual([]);
  expect(run.used).toEqual([
    {
      kind: 'used',
      file: 'data/annotations/panoptic_val.json',
      as: 'COCO: 1 images, 1 annotations (panoptic segments)',
    },
    { kind: 'used', file: 'data/annotations/panoptic_val/street.png', as: 'panoptic mask' },
  ]);
  expect(run.items.map(({ dataset, file }) => [dataset, file])).toEqual([['val', 'data/val/street.png']]);
  expect(run.meta?.classes.map(({ title, shape, color }) => [title, shape, color])).toEqual([
    ['person', 'bitmap', '#DC143C'],
    ['sky', 'bitmap', '#4682B4'],
    ['grass', 'bitmap', '#98FB98'],
  ]);
  const found = annotationOf(run.items[0]).objects as (Label & { bitmap: BitmapJson })[];
  expect(found.map((label) => [label.classTitle, ...toldMask(label)])).toEqual([
    ['person', 2, 2, 4, 4, '9bf80f2eee4d59cea2219e01c8b667fb941cec91eb3210be9f794bdd12690200'],
    ['person', 8, 4, 3, 3, '040a5a009f9b9d5e4771742174142e74fa2d3e0aaa3df5717f01ade338d75d0e'],
    ['grass', 0, 3, 12, 5, '77e481aaaa5b13ed19a71a8519aece968af359737af2e2865f7db739ae11f722'],
    ['sky', 0, 0, 12, 3, '037150d345b92d8a4b777edabb53e4e4cc97f1122ed7bb76bfdc85ad93007458'],
  ]);
  expect(found.map(({ tags }) => tags)).toEqual([[], [{ name: 'iscrowd' }], [], []]);
});

test('with rle_as polygon a segment is its outlines, parts share a key, holes stay', async () => {
  const files = {
    'panoptic_val.json': panoptic([{ id: 300, category_id: 1 }]),
    'val/a.png': png(),
    'panoptic_val/a.png': segmentPng((x, y) =>
      (x < 6 && y < 6 && !(x > 1 && x < 4 && y > 1 && y < 4)) || x > 15 ? 300 : 0,
    ),
  };
  const run = await importFiles(files, { rle_as: 'polygon' });
  expect(said(run)).toEqual([]);
  const found = labels(run);
  expect(found.map((label) => label.geometryType)).toEqual(['polygon', 'polygon']);
  expect(brief(found[0] as Label)).toHaveLength(3);
  expect(found[0]?.instance).toMatch(/^[0-9a-f]{32}$/);
  expect(found[1]?.instance).toBe(found[0]?.instance);
});

describe('what goes wrong costs that part', () => {
  test('numbers without a segment, segments without pixels or category', async () => {
    const run = await importFiles({
      'panoptic_val.json': panoptic([
        { id: 1, category_id: 1 },
        { id: 9, category_id: 1 },
        { id: 2, category_id: 77 },
        'x',
      ]),
      'val/a.png': png(),
      'panoptic_val/a.png': segmentPng((x) => (x < 5 ? 1 : x < 10 ? 2 : x < 15 ? 3 : 0)),
    });
    expect(labels(run).map(brief)).toEqual([['car', 0, 0, 5, 10]]);
    const text = said(run).join('\n');
    expect(text).toMatch(/annotations\[0\]\.segments_info\[1\]\.id: expected pixels of number 9/);
    expect(text).toMatch(/segments_info\[2\]\.category_id: expected the id of a category, got 77/);
    expect(text).toMatch(/segments_info\[3\]: expected \{id, category_id\}, got "x"/);
    expect(text).toMatch(/got none for 3; those pixels are left out/);
  });

  test('a mask that is missing, broken, or of another size', async () => {
    const files = { 'panoptic_val.json': panoptic([{ id: 1, category_id: 1 }]), 'val/a.png': png() };
    const missing = await importFiles(files);
    expect(missing.items.map(({ file }) => file)).toEqual(['data/val/a.png']);
    expect(said(missing)).toEqual([
      expect.stringMatching(/annotations\[0\]\.file_name: expected the PNG of its segments, "a\.png", among/),
    ]);

    const broken = await importFiles({ ...files, 'panoptic_val/a.png': segmentPng(left).slice(0, 45) });
    expect(labels(broken)).toEqual([]);
    expect(said(broken)).toEqual([expect.stringMatching(/^failed panoptic_val\/a\.png : expected a PNG/)]);

    const small = await importFiles({
      ...files,
      'panoptic_val/a.png': segmentPng((x) => (x < 5 ? 1 : 0), 10, 5),
    });
    expect(labels(small).map(brief)).toEqual([['car', 0, 0, 10, 10]]);
    expect(said(small)).toEqual([
      expect.stringMatching(/expected 20 x 10 pixels, got 10 x 5; the mask is scaled/),
    ]);
  });

  test('number 0 is nobody, unless it is a segment', async () => {
    const files = { 'val/a.png': png(), 'panoptic_val/a.png': segmentPng(left) };
    const run = await importFiles({
      ...files,
      'panoptic_val.json': panoptic([
        { id: 1, category_id: 1 },
        { id: 0, category_id: 1 },
      ]),
    });
    expect(labels(run).map(brief)).toEqual([
      ['car', 0, 0, 5, 10],
      ['car', 5, 0, 15, 10],
    ]);
  });

  test('masks of images that are not there are accounted for, so are those nobody names', async () => {
    const run = await importFiles({
      'panoptic_val.json': coco(
        [
          { segments_info: [{ id: 1, category_id: 1 }], file_name: 'a.png', category_id: undefined },
          { segments_info: [], file_name: 'gone.png', image_id: 2, category_id: undefined },
        ],
        {
          images: [
            { id: 1, file_name: 'a.jpg', width: 20, height: 10 },
            { id: 2, file_name: 'gone.jpg', width: 20, height: 10 },
          ],
        },
      ),
      'val/a.jpg': png(),
      'panoptic_val/a.png': segmentPng(left),
      'panoptic_val/gone.png': segmentPng(left),
      'stuff_val_pixelmaps/a.png': png(),
    });
    expect(run.items.map(({ file }) => file)).toEqual(['data/val/a.jpg']);
    expect(run.reports.filter(({ status }) => status === 'skipped').map(({ file }) => file)).toEqual([
      'data/panoptic_val/gone.png',
      'data/stuff_val_pixelmaps/a.png',
    ]);
  });
});

test('beside instances, each category has both shapes and an image both kinds of labels', async () => {
  const run = await importFiles({
    'instances_val.json': coco([{ segmentation: [[1, 1, 5, 1, 5, 5]], bbox: [1, 1, 4, 4] }]),
    'panoptic_val.json': panoptic([{ id: 1, category_id: 1 }]),
    'val/a.png': png(),
    'panoptic_val/a.png': segmentPng(left),
  });
  expect(said(run)).toEqual([]);
  expect(run.items).toHaveLength(1);
  expect(labels(run).map(({ classTitle }) => classTitle)).toEqual(['car', 'car_bbox', 'car_mask']);
});

test('stuff as run lengths is a mask of its category', async () => {
  const run = await importFiles({
    'stuff_val.json': coco(
      [{ segmentation: { size: [10, 20], counts: [0, 50, 150] }, bbox: [0, 0, 5, 10], iscrowd: 0 }],
      {
        categories: [{ id: 1, name: 'sky-other', supercategory: 'sky' }],
      },
    ),
    'val/a.png': png(),
  });
  expect(said(run)).toEqual([]);
  expect(run.items.map(({ dataset }) => dataset)).toEqual(['val']);
  expect(labels(run).map(brief)).toEqual([
    ['sky-other', 0, 0, 5, 10],
    [
      'sky-other_bbox',
      [
        [0, 0],
        [4, 9],
      ],
    ],
  ]);
});
