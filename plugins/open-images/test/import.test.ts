import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { TEXT_TOKENS } from '../../../test/support/damage.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import {
  detectHere,
  detectIn,
  importHere,
  labelsOf,
  namesOf,
  told,
} from '../../../test/support/import-here.ts';
import { maskRows, PICTURE } from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';

/** Written by oracle/open_images_oracle.py: Python's csv module and Pillow. */
const SMALL = fileURLToPath(new URL('../fixtures/small', import.meta.url));
const HEADER = 'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded';
const rows = (label: unknown): unknown => maskRows((label as { bitmap: never }).bitmap);

test('a small source written by Python, through the real host', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'open-images', folder: SMALL });
  expect(run.failure).toBeUndefined();
  expect(namesOf(run)).toEqual([
    'train/aaaa000000000002.png',
    'train/aaaa000000000001.jpg',
    'validation/bbbb000000000001.jpg',
    'ds0/extra.jpg',
  ]);
  const [second, first, val, extra] = run.items;
  const instance = labelsOf(first)[0]?.instance;
  expect(instance).toMatch(/^[0-9a-f]{32}$/);
  expect(first?.ann).toMatchObject({
    tags: [{ name: 'Snow' }],
    objects: [
      {
        classTitle: 'Cat',
        points: {
          exterior: [
            [10, 2],
            [19, 11],
          ],
        },
        tags: [{ name: 'IsOccluded' }, { name: 'IsInside' }],
        instance,
      },
      // Thinner than a pixel: it keeps one.
      {
        classTitle: 'Cat',
        points: {
          exterior: [
            [0, 0],
            [0, 0],
          ],
        },
        tags: [],
      },
      {
        classTitle: 'Cat_mask',
        geometryType: 'bitmap',
        instance,
        tags: [{ name: 'IsOccluded' }, { name: 'IsInside' }],
      },
    ],
  });
  // The mask has half the size of the picture.
  expect(rows(labelsOf(first)[2])).toEqual([10, 2, ...Array.from({ length: 10 }, () => '1'.repeat(10))]);
  expect(second?.ann).toMatchObject({
    tags: [{ name: 'Snow' }],
    objects: [
      {
        classTitle: 'Dog, "hot"',
        points: {
          exterior: [
            [1, 0],
            [4, 9],
          ],
        },
        tags: [{ name: 'IsTruncated' }],
      },
      {
        classTitle: '/m/09',
        points: {
          exterior: [
            [9, 9],
            [9, 9],
          ],
        },
        tags: [{ name: 'IsGroupOf' }, { name: 'IsDepiction' }, { name: 'Confidence', value: 0.75 }],
      },
      // No box has this class: the plain name is free.
      { classTitle: 'Snow', geometryType: 'bitmap' },
    ],
  });
  expect(rows(labelsOf(second)[2])).toEqual([0, 0, '111', '111', '111']);
  expect(second?.meta).toEqual({
    OriginalURL: 'https://x.example/2.jpg',
    License: 'CC BY',
    Author: 'A. "B"',
    Title: 'two\nlines, here',
    Rotation: '0.0',
  });
  expect(labelsOf(val)).toHaveLength(1);
  expect(labelsOf(extra)).toEqual([]);
  expect(run.meta?.classes.map(({ title, shape, description }) => [title, shape, description])).toEqual([
    ['Dog, "hot"', 'rectangle', '/m/02'],
    ['/m/09', 'rectangle', undefined],
    ['Snow', 'bitmap', '/m/03'],
    ['Cat', 'rectangle', '/m/01'],
    ['Cat_mask', 'bitmap', '/m/01'],
  ]);
  const used = Object.fromEntries(run.used.map(({ file, as }) => [path.basename(file), as]));
  expect(used).toMatchObject({
    'class-descriptions-boxable.csv': 'names of classes',
    'train-annotations-bbox.csv': 'boxes: 4 of 5 rows are of pictures that are here',
    'image_ids_and_rotation.csv': 'list of pictures: 2 of 2 rows are of pictures that are here',
    'aaaa000000000001_m01_1f2e3d4c.png': 'mask',
  });
  const text = told(run).join('\n');
  for (const part of [
    'skipped data/annotations/relationships.csv: expected columns of boxes',
    'train-annotations-bbox.csv line 4: expected a picture called "cccc000000000009" with any ending, got none',
    'expected the mask "gone.png", got no such file',
    'validation-annotations-bbox.csv line 3: expected four numbers as XMin, XMax, YMin and YMax, got "x, 1, 0, 1"',
    'validation-annotations-bbox.csv line 4: expected shares of the picture between 0 and 1',
    'validation-annotations-bbox.csv line 5: expected a LabelName, got nothing',
    'skipped data/masks/train/cccc000000000009_m01_00000002.png: expected the picture of this mask, got none',
    'skipped data/masks/train/dddd000000000009_m01_00000003.png: expected a row that names this mask, got none',
    'warning data/images/extra.jpg: expected a row in a table for this picture, got none',
  ])
    expect(text).toContain(part);
});

describe('options', () => {
  test('negative labels', async () => {
    const run = await importHere({
      plugin: 'open-images',
      folder: SMALL,
      options: { negative_labels: true },
    });
    expect(run.items[1]?.ann).toMatchObject({ tags: [{ name: 'Snow' }, { name: 'no Night' }] });
  });
  test('datasets', async () => {
    const names = async (datasets: string) =>
      namesOf(await importHere({ plugin: 'open-images', folder: SMALL, options: { datasets } })).map(
        (name) => name.split('/')[0],
      );
    expect(await names('folder')).toEqual(['train', 'train', 'validation', 'ds0']);
    expect(await names('one')).toEqual(['ds0', 'ds0', 'ds0', 'ds0']);
  });
  test('a bad row costs its picture, or the import', async () => {
    const skipped = await importHere({
      plugin: 'open-images',
      folder: SMALL,
      options: { bad_annotation: 'skip-item' },
    });
    expect(namesOf(skipped)).not.toContain('validation/bbbb000000000001.jpg');
    const stopped = await importHere({
      plugin: 'open-images',
      folder: SMALL,
      options: { bad_annotation: 'stop' },
    });
    expect(stopped.failure).toMatchObject({
      code: 'SLY_FORMAT_INVALID',
      file: 'annotations/validation-annotations-bbox.csv',
      detail: expect.stringContaining('line 3') as string,
    });
  });
  test('without a list of pictures and folders of subsets the table says the subset', async () => {
    const run = await importHere({
      plugin: 'open-images',
      files: {
        'oidv6-test-annotations-bbox.csv': `${HEADER}\na,x,Cat,1,0,1,0,1,0\n`,
        'pictures/a.png': PICTURE,
      },
    });
    expect(namesOf(run)).toEqual(['test/a.png']);
    expect(labelsOf(run.items[0])).toMatchObject([{ classTitle: 'Cat' }]);
  });
});

test('boxes of one picture may be anywhere in the table', async () => {
  const ids = Array.from({ length: 30 }, (_, i) => `p${i}`);
  const lines = ids.flatMap((id, i) =>
    Array.from({ length: 20 }, (_, k) => ({
      at: (i * 7919 + k * 104729) % 10007,
      line: `${id},x,c${k},1,0,${(k + 1) / 20},0,1,0`,
    })),
  );
  const table = lines.sort((a, b) => a.at - b.at).map(({ line }) => line);
  const run = await importHere({
    plugin: 'open-images',
    files: {
      'boxes.csv': `${HEADER}\n${table.join('\n')}`,
      ...Object.fromEntries(ids.map((id) => [`${id}.png`, PICTURE])),
    },
  });
  expect(run.items).toHaveLength(30);
  for (const item of run.items)
    expect(
      labelsOf(item)
        .map(({ classTitle }) => classTitle)
        .sort(),
    ).toEqual(Array.from({ length: 20 }, (_, k) => `c${k}`).sort());
});

describe('detection', () => {
  test('by the columns, and the pictures', async () => {
    expect(await detectIn('open-images', SMALL)).toMatchObject({ confidence: 0.96 });
    const table = `${HEADER}\na,x,/m/01,1,0,1,0,1,0\n`;
    expect((await detectHere('open-images', { 'b.csv': table, 'other.png': PICTURE })).confidence).toBe(0.75);
    expect((await detectHere('open-images', { 'b.csv': table })).confidence).toBe(0.5);
  });
  test('other tables are not its own', async () => {
    for (const table of [
      'filename,width,height,class,xmin,ymin,xmax,ymax\na.png,1,1,c,0,0,1,1\n',
      'https://x.example/a.png\n',
      'a.png,1,2,3,4,cat\n',
      'LabelName,DisplayName\n/m/01,Cat\n',
      'ImageID,Subset\na,train\n',
    ])
      expect((await detectHere('open-images', { 'b.csv': table, 'a.png': PICTURE })).confidence, table).toBe(
        0,
      );
    expect((await detectHere('open-images', { 'a.png': PICTURE })).confidence).toBe(0);
  });
});

test('damaged tables', { timeout: 300_000 }, async () => {
  const files = {
    'train-boxes.csv': `${HEADER}\na,x,/m/1,1,0,1,0,1,0\nb,x,/m/2,1,0.1,0.5,0.2,0.5,1\na,x,"/m/2",0.5,0,1,0,1,0\n`,
    'masks.csv': 'MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax\nm.png,a,/m/1,1,0,1,0,1\n',
    'labels.csv': 'ImageID,Source,LabelName,Confidence\na,verification,/m/1,1\nb,machine,/m/2,0\n',
    'images.csv': 'ImageID,Subset,Title\na,train,"one, two"\nb,test,x\n',
    'classes.csv': '/m/1,Cat\n/m/2,"Dog ""x"""\n',
    'a.png': PICTURE,
    'b.png': PICTURE,
    'm.png': PICTURE,
  };
  const { reported } = await fuzzImport({
    plugin: 'open-images',
    files,
    damage: /\.csv$/,
    tokens: [...TEXT_TOKENS, '/m/2', '""', 'ImageID'],
    cases: 10_000,
    options: { negative_labels: true },
  });
  expect(reported).toBeGreaterThan(500);
});
