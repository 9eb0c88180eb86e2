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
import { PICTURE } from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';

/** Written by oracle/csv_boxes_oracle.py: Python's csv module and Pillow. */
const fixture = (name: string): string =>
  path.join(fileURLToPath(new URL('../fixtures', import.meta.url)), name);
const importFixture = (name: string, options = {}) =>
  importHere({ plugin: 'csv-boxes', folder: fixture(name), options });

test('TensorFlow: sizes of pictures, extra columns, what is wrong with rows; through the real host', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'csv-boxes', folder: fixture('tensorflow') });
  expect(run.failure).toBeUndefined();
  expect(namesOf(run)).toEqual(['train/a.png', 'train/b.png', 'ds0/none.png']);
  const [a, b, none] = run.items;
  expect(labelsOf(a)).toMatchObject([
    {
      classTitle: 'car, red',
      points: {
        exterior: [
          [0, 0],
          [39, 19],
        ],
      },
      tags: [
        { name: 'score', value: 0.5 },
        { name: 'difficult' },
        { name: 'doors', value: 4 },
        { name: 'Colour', value: 'red' },
      ],
    },
    // Drawn on a picture of twice the size.
    {
      classTitle: 'dog',
      points: {
        exterior: [
          [10, 5],
          [19, 9],
        ],
      },
      tags: [
        { name: 'score', value: 1 },
        { name: 'doors', value: 2 },
      ],
    },
  ]);
  expect(labelsOf(b)).toMatchObject([
    // Pixel 2 is covered by 0.4, pixel 5 by 0.4.
    {
      points: {
        exterior: [
          [2, 3],
          [5, 8],
        ],
      },
      tags: [{ name: 'Colour', value: 'a "b"' }],
    },
    {
      points: {
        exterior: [
          [8, 8],
          [9, 9],
        ],
      },
      tags: [{ name: 'doors', value: 1 }],
    },
  ]);
  expect(labelsOf(none)).toEqual([]);
  expect(run.used.map(({ file, as }) => `${file} ${as}`)).toEqual([
    'data/train_labels.csv boxes (corners in xmin, ymin, xmax, ymax), coordinates pixels: 7 of 7 boxes reach beyond 1; 7 of 8 rows are of pictures that are here',
  ]);
  const text = told(run).join('\n');
  for (const part of [
    'line 5: expected a picture called "gone.png", got none; its rows are left out',
    'line 4: expected a picture of 80 x 40, got 40 x 20; its boxes are scaled',
    'line 6: expected the name of a class, got ""; the box is left out',
    'line 7: expected four numbers as box, got "0, x, 5, 5"; the box is left out',
    'line 8: expected a box inside of the picture (10 x 10), got [50,50,60,60]',
    'line 9: expected a number as score, got "high"; it is left out',
    'warning data/images/none.png: expected a row in a table for this picture, got none',
  ])
    expect(text).toContain(part);
});

test('RetinaNet: no header, rows without boxes, classes by number', async () => {
  const run = await importFixture('retinanet');
  expect(told(run)).toEqual([]);
  expect(labelsOf(run.items[0])).toMatchObject([
    {
      classTitle: 'cat',
      points: {
        exterior: [
          [1, 2],
          [10, 11],
        ],
      },
    },
    {
      classTitle: 'dog',
      points: {
        exterior: [
          [0, 0],
          [2, 2],
        ],
      },
    },
  ]);
  expect(labelsOf(run.items[1])).toEqual([]);
  expect(run.used.map(({ as }) => as)).toEqual([
    'list of 2 classes',
    'boxes (path,x1,y1,x2,y2,class without a header), coordinates pixels: 2 of 2 boxes reach beyond 1; 3 of 3 rows are of pictures that are here',
  ]);
});

test('shares of the picture, centre and size, ids without an ending, tabs, a column of subsets', async () => {
  const run = await importFixture('shares');
  expect(namesOf(run)).toEqual(['Public/a.png']);
  expect(labelsOf(run.items[0])).toMatchObject([
    {
      classTitle: 'cat',
      points: {
        exterior: [
          [10, 5],
          [29, 14],
        ],
      },
    },
  ]);
  expect(run.used[0]?.as).toContain(
    'centre and size in x_center, y_center, width, height), coordinates normalised: 1 of 1 boxes lie between 0 and 1',
  );
  const forced = await importFixture('shares', { coordinates: 'pixels', datasets: 'folder' });
  expect(namesOf(forced)).toEqual(['val/a.png']);
  expect(labelsOf(forced.items[0])).toMatchObject([
    {
      points: {
        exterior: [
          [0, 0],
          [0, 0],
        ],
      },
    },
  ]);
  expect(forced.used[0]?.as).toContain('coordinates pixels: as the option coordinates says');
});

test('a list in one column, no class', async () => {
  const run = await importFixture('list');
  expect(labelsOf(run.items[0])).toMatchObject([
    {
      classTitle: 'object',
      points: {
        exterior: [
          [10, 5],
          [29, 14],
        ],
      },
      tags: [{ name: 'source', value: 'usask_1' }],
    },
  ]);
});

describe('names of columns', () => {
  const box = async (header: string, row: string, more = ''): Promise<unknown> => {
    const run = await importHere({
      plugin: 'csv-boxes',
      files: { 'b.csv': `${header}\n${row}\n${more}`, 'a.png': PICTURE },
    });
    const [label] = labelsOf(run.items[0]);
    return label === undefined
      ? undefined
      : [label.classTitle, (label as never as { points: { exterior: unknown } }).points.exterior, label.tags];
  };
  const whole = [
    [2, 3],
    [11, 12],
  ];

  test.each([
    ['file_name,Label,Left,Top,Right,Bottom', 'a.png,cat,2,3,12,13'],
    ['image;category;xtl;ytl;xbr;ybr', 'a.png;cat;2;3;12;13'],
    ['path,x1,y1,x2,y2,class name', 'deep/er/a.png,2,3,12,13,cat'],
    ['img_path,object,left,top,width,height', 'a.png,cat,2,3,10,10'],
    ['Image,x,y,w,h,class', 'a.png,2,3,10,10,cat'],
    [
      'filename,bbox_x,bbox_y,bbox_width,bbox_height,image_width,image_height,label',
      'a.png,2,3,10,10,37,23,cat',
    ],
    ['image_id,cx,cy,w,h,class', 'a,7,8,10,10,cat'],
    ['"filename","BBox","class"', 'a.png,"[2, 3, 10, 10]",cat'],
    // Swapped corners, a byte order mark, spaces.
    ['\uFEFF filename , xmax , ymax , xmin , ymin , class', ' a.png , 2 , 3 , 12 , 13 , cat '],
  ])('%s', async (header, row) => {
    expect(await box(header, row)).toEqual(['cat', whole, []]);
  });

  test('what columns hold is told from all rows', async () => {
    const header = 'filename,class,xmin,ymin,xmax,ymax,confidence,n,zip,broken,occluded,empty';
    const first = await box(
      header,
      'a.png,cat,2,3,12,13,0.25,1,007,broken,1,',
      'a.png,cat,2,3,12,13,1,2.5,8,,0,\n',
    );
    expect(first).toEqual([
      'cat',
      whole,
      [
        { name: 'confidence', value: 0.25 },
        { name: 'n', value: 1 },
        { name: 'zip', value: '007' },
        { name: 'broken' },
        { name: 'occluded' },
      ],
    ]);
  });
});

test('a few broken rows do not turn shares into pixels', async () => {
  const rows = Array.from({ length: 20 }, () => 'a.png,cat,0.1,0.1,0.5,0.5');
  const run = await importHere({
    plugin: 'csv-boxes',
    files: {
      'b.csv': `filename,class,xmin,ymin,xmax,ymax\n${rows.join('\n')}\na.png,cat,0,0,500,500\n`,
      'a.png': PICTURE,
    },
  });
  expect(labelsOf(run.items[0])).toHaveLength(20);
  expect(run.used[0]?.as).toContain('normalised: 20 of 21 boxes lie between 0 and 1');
  expect(told(run)).toEqual([
    'warning data/b.csv line 22: expected shares of the picture between 0 and 1, got [0,0,500,500]; the box is left out',
  ]);
});

describe('options and sources that cannot be used', () => {
  const bad = {
    'b.csv': 'filename,class,xmin,ymin,xmax,ymax\na.png,cat,x,0,5,5\nb.png,cat,0,0,5,5\n',
    'a.png': PICTURE,
    'b.png': PICTURE,
  };
  test('bad_annotation', async () => {
    const skipped = await importHere({
      plugin: 'csv-boxes',
      files: bad,
      options: { bad_annotation: 'skip-item' },
    });
    expect(namesOf(skipped)).toEqual(['ds0/b.png']);
    const stopped = await importHere({
      plugin: 'csv-boxes',
      files: bad,
      options: { bad_annotation: 'stop' },
    });
    expect(stopped.failure).toMatchObject({ code: 'SLY_FORMAT_INVALID', file: 'b.csv' });
  });
  test('tables of something else are named; no picture is an error', async () => {
    const run = await importHere({
      plugin: 'csv-boxes',
      files: { 'x.csv': 'a,b\n1,2\n', 'y.csv': 'filename,xmin,ymin,xmax,ymax\ngone.png,1,1,2,2\n' },
    });
    expect(run.failure).toMatchObject({ code: 'SLY_PUBLISH_NOTHING' });
    expect(told(run)).toEqual([
      expect.stringContaining('skipped data/x.csv: expected columns for a picture and a box'),
      expect.stringContaining('y.csv line 2: expected a picture called "gone.png", got none'),
    ]);
  });
});

describe('detection', () => {
  test('its own', async () => {
    for (const name of ['tensorflow', 'shares', 'list'])
      expect((await detectIn('csv-boxes', fixture(name))).confidence, name).toBe(0.93);
    expect(await detectIn('csv-boxes', fixture('retinanet'))).toMatchObject({
      confidence: 0.9,
      because: 'annotations.csv has rows of path,x1,y1,x2,y2,class, and pics/a.png is there',
    });
  });
  test('not others', async () => {
    for (const table of [
      'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\na,x,/m/1,1,0,1,0,1\n',
      'https://x.example/a.png\nhttps://x.example/b.png\n',
      'url,tag\nhttps://x.example/a.png,day\n',
      'filename,label\na.png,cat\n',
      'filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\na.png,1,{},0,0,{},{}\n',
    ])
      expect((await detectHere('csv-boxes', { 'b.csv': table, 'a.png': PICTURE })).confidence, table).toBe(0);
    expect((await detectHere('csv-boxes', { 'a.png': PICTURE })).confidence).toBe(0);
    const bare = { 'b.csv': 'filename,xmin,ymin,xmax,ymax\ngone.png,1,1,2,2\n' };
    expect((await detectHere('csv-boxes', bare)).confidence).toBe(0.3);
    expect((await detectHere('csv-boxes', { ...bare, 'a.png': PICTURE })).confidence).toBe(0.55);
  });
});

test('damaged tables', { timeout: 300_000 }, async () => {
  const { reported } = await fuzzImport({
    plugin: 'csv-boxes',
    files: {
      'a.csv':
        'filename,width,height,class,xmin,ymin,xmax,ymax,score,n\na.png,37,23,cat,1,2,10,12,0.5,1\nb.png,37,23,"dog ""x""",0,0,5,5,,2\n',
      'r.csv': 'a.png,1,2,3,4,cat\nb.png,,,,,\n',
      'n.tsv': 'image\tbbox\tlabel\na.png\t[0.1, 0.2, 0.5, 0.5]\tcat\n',
      'classes.csv': 'cat,0\ndog,1\n',
      'a.png': PICTURE,
      'b.png': PICTURE,
    },
    damage: /\.[ct]sv$/,
    tokens: [...TEXT_TOKENS, '"', '""', '\t', 'xmin', 'b.png'],
    cases: 10_000,
  });
  expect(reported).toBeGreaterThan(500);
});
