import path from 'node:path';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import type { Label, Points } from '../../../src/format/model.ts';
import {
  annotationOf,
  detectHere,
  importHere,
  labelsOf,
  namesOf,
  told,
} from '../../../test/support/import-here.ts';
import { maskRows, PICTURE } from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');
const street = path.join(FIXTURES, 'street');
const video = path.join(FIXTURES, 'video');

const geometry = (label: Label): unknown => {
  if (label.geometryType === 'bitmap') return maskRows(label.bitmap);
  if (label.geometryType === 'graph') return label.nodes;
  if (label.geometryType === 'cuboid_2d') return Object.values(label.vertices).map(({ loc }) => loc);
  if (label.geometryType === 'oriented_bbox') return [label.points, label.angle];
  return (label.points as Points).exterior;
};

test('every shape, attribute and flag of images, through the host', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'cvat', folder: street });
  expect(run.failure).toBeUndefined();
  expect(namesOf(run)).toEqual(['Train/a.png', 'ds0/b.jpg', 'ds0/alone.png']);
  const [a] = run.items;
  expect(annotationOf(a).tags).toEqual([{ name: 'rain', value: 'much' }, { name: 'night' }]);
  const labels = labelsOf(a);
  const wheel = labels.splice(
    labels.findIndex(({ classTitle }) => classTitle === 'wheel'),
    1,
  )[0]!;
  expect(labels.map((one) => [one.classTitle, one.geometryType, geometry(one)])).toEqual([
    [
      'car_rbox',
      'oriented_bbox',
      [
        [
          [4, 4],
          [9, 7],
        ],
        Math.PI / 2,
      ],
    ],
    ['car_mask', 'bitmap', [4, 2, '11', '01']],
    [
      'car_polygon',
      'polygon',
      [
        [3, 11],
        [1, 1],
        [8, 1],
        [8, 11],
      ],
    ],
    [
      'lane',
      'line',
      [
        [0, 0],
        [19, 0],
        [19, 11],
      ],
    ],
    ['spot', 'point', [[3, 4]]],
    ['spot', 'point', [[19, 11]]],
    [
      'box',
      'cuboid_2d',
      [
        [1, 2],
        [5, 2],
        [5, 6],
        [1, 6],
        [3, 1],
        [7, 1],
        [7, 5],
        [3, 5],
      ],
    ],
    ['man', 'graph', { head: { loc: [5, 2], disabled: true }, foot: { loc: [6, 9] } }],
    [
      'car',
      'rectangle',
      [
        [2, 1],
        [19, 5],
      ],
    ],
  ]);
  const boxed = labels.at(-1)!;
  expect(boxed.tags).toEqual([
    { name: 'doors', value: 4 },
    { name: 'paint', value: 'dark blue' },
    { name: 'parked' },
    { name: 'plate', value: 'A & B' },
    { name: 'occluded' },
  ]);
  expect(boxed.instance).toBe(labels[1]!.instance);
  expect(labels[4]!.instance).toBe(labels[5]!.instance);
  expect(labels.filter(({ instance }) => instance !== undefined)).toHaveLength(4);
  // An ellipse of 8 x 4 about 10.5, 6.5: its outermost pixels.
  const ring = geometry(wheel) as [number, number][];
  expect(Math.min(...ring.map(([x]) => x))).toBe(6);
  expect(Math.max(...ring.map(([x]) => x))).toBe(14);
  expect(Math.min(...ring.map(([, y]) => y))).toBe(4);
  expect(Math.max(...ring.map(([, y]) => y))).toBe(8);
  expect(run.meta?.classes.find(({ title }) => title === 'man')).toMatchObject({
    shape: 'graph',
    color: '#FF6037',
    geometry_config: {
      nodes: { head: { loc: [50, 10] }, foot: { loc: [50, 90] }, hand: { label: 'hand' } },
      edges: [{ src: 'head', dst: 'foot' }],
    },
  });
  expect(run.meta?.tags.find(({ name }) => name === 'paint')).toMatchObject({
    value_type: 'oneof_string',
    values: ['red', 'dark blue'],
  });
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
  expect(labelsOf(run.items[1]).map(geometry)).toEqual([
    [
      [0, 0],
      [15, 9],
    ],
  ]);
  expect(told(run)).toEqual([
    'warning data/annotations.xml line 64: box: ytl: expected a number, got "x"; it is left out',
    'warning data/annotations.xml line 65: expected a part inside of 16 x 10, got a box that has none; it is left out',
    'warning data/annotations.xml line 66: expected runs of 6 pixels together, got 3; it is left out',
    'warning data/annotations.xml line 67: attribute doors: expected a number, got "many"; it is left out',
    'warning data/annotations.xml line 69: expected the picture "gone.png", got no file of that name; its labels are left out',
    'warning data/images/alone.png: expected an <image> in a CVAT file for this picture, got none; it is imported without labels',
  ]);
  expect(run.used).toMatchObject([{ file: 'data/annotations.xml', as: 'CVAT: 3 images' }]);
});

test('the tracks of a video on the frames that are there', async () => {
  const run = await importHere({ plugin: 'cvat', folder: video });
  expect(run.failure).toBeUndefined();
  expect(
    run.items.map((item) => labelsOf(item).map((one) => [one.classTitle, geometry(one), one.tags])),
  ).toEqual([
    [
      [
        'car',
        [
          [0, 0],
          [9, 9],
        ],
        [
          { name: 'speed', value: 1 },
          { name: 'track_id', value: 3 },
        ],
      ],
    ],
    [
      [
        'car',
        [
          [4, 2],
          [13, 11],
        ],
        [
          { name: 'speed', value: 1 },
          { name: 'track_id', value: 3 },
        ],
      ],
      [
        'lane',
        [
          [0, 0],
          [10, 10],
        ],
        [{ name: 'track_id', value: 4 }],
      ],
    ],
    [
      [
        'car',
        [
          [8, 4],
          [17, 13],
        ],
        [{ name: 'speed', value: 2 }, { name: 'occluded' }, { name: 'track_id', value: 3 }],
      ],
      [
        'lane',
        [
          [0, 0],
          [10, 10],
        ],
        [{ name: 'track_id', value: 4 }],
      ],
    ],
    [
      [
        'lane',
        [
          [0, 0],
          [10, 10],
        ],
        [{ name: 'track_id', value: 4 }],
      ],
    ],
  ]);
  expect(told(run)).toEqual([
    'warning data/annotations.xml line 25: frame: expected a whole number, got "broken"; it is left out',
  ]);
});

test('frames that count from 0', async () => {
  const { readFileSync } = await import('node:fs');
  const xml = readFileSync(path.join(video, 'annotations.xml'));
  const picture = readFileSync(path.join(video, 'images/frame_000010.png'));
  const files = { 'annotations.xml': xml, 'frame_000000.png': picture, 'frame_000003.png': picture };
  const run = await importHere({ plugin: 'cvat', files });
  expect(run.items.map((item) => labelsOf(item).map(geometry))).toEqual([
    [
      [
        [0, 0],
        [9, 9],
      ],
    ],
    // Frame 16: the car is gone, the lane holds on.
    [
      [
        [0, 0],
        [10, 10],
      ],
    ],
  ]);
});

const one = (shapes: string, more = ''): Record<string, string | Uint8Array> => ({
  'a.xml': `<annotations><version>1.1</version><image id="0" name="a.png"${more}>${shapes}</image></annotations>`,
  'a.png': PICTURE,
});
const BOX = '<box label="car" xtl="1" ytl="1" xbr="3" ybr="3"></box>';

test('options: corners of turned boxes, datasets, what becomes of broken shapes', async () => {
  const turned = '<box label="car" xtl="4" ytl="4" xbr="10" ybr="8" rotation="90"></box>';
  const corners = await importHere({
    plugin: 'cvat',
    files: one(turned),
    options: { rotated_boxes_as: 'polygon' },
  });
  expect(labelsOf(corners.items[0]).map(geometry)).toEqual([
    [
      [9, 3],
      [9, 9],
      [5, 9],
      [5, 3],
    ],
  ]);
  for (const [datasets, name] of [
    ['split', 'Train/a.png'],
    ['folder', 'ds0/a.png'],
    ['one', 'ds0/a.png'],
  ])
    expect(
      namesOf(
        await importHere({ plugin: 'cvat', files: one(BOX, ' subset="Train"'), options: { datasets } }),
      ),
    ).toEqual([name]);
  const bad = one(`${BOX}<box label="car" xtl="1"></box>`);
  const skipped = await importHere({
    plugin: 'cvat',
    files: { ...bad, 'b.png': PICTURE },
    options: { bad_annotation: 'skip-item' },
  });
  expect(namesOf(skipped)).toEqual(['ds0/b.png']);
  expect(skipped.reports[0]).toMatchObject({ status: 'skipped', file: 'data/a.png' });
  const stopped = await importHere({ plugin: 'cvat', files: bad, options: { bad_annotation: 'stop' } });
  expect(stopped.failure?.detail).toContain('line 1: box: ytl: expected a number');
});

test('labels of another size are left out; a file that breaks off gives what is before', async () => {
  const other = await importHere({ plugin: 'cvat', files: one(BOX, ' width="9" height="9"') });
  expect(labelsOf(other.items[0])).toEqual([]);
  expect(told(other)[0]).toContain('expected 37 x 23 as a.png is, got 9 x 9');
  const files = {
    'a.xml': `<annotations><image id="0" name="a.png">${BOX}</image><image id="1" name="b.png">${BOX}<`,
    'a.png': PICTURE,
    'b.png': PICTURE,
  };
  const broken = await importHere({ plugin: 'cvat', files });
  expect(broken.items.map((item) => labelsOf(item).length)).toEqual([1, 0]);
  expect(told(broken)[0]).toMatch(/^failed data\/a\.xml: line 1, column \d+: /);
  const strict = await importHere({ plugin: 'cvat', files, options: { bad_annotation: 'skip-item' } });
  expect(namesOf(strict)).toEqual(['ds0/a.png']);
  expect(told(strict).at(-1)).toContain('skipped data/b.png: a.xml could not be read to its end');
});

test('nothing to import says so', async () => {
  const none = await importHere({
    plugin: 'cvat',
    files: { 'a.png': PICTURE, 'a.xml': '<annotation></annotation>' },
  });
  expect(none.failure).toMatchObject({ code: 'SLY_FORMAT_INVALID' });
  const tracks =
    '<annotations><track id="0" label="a"><box frame="0" xtl="0" ytl="0" xbr="1" ybr="1"/></track></annotations>';
  const bare = await importHere({ plugin: 'cvat', files: { 'a.xml': tracks } });
  expect(bare.failure).toMatchObject({ code: 'SLY_PUBLISH_NOTHING' });
  expect(told(bare)[0]).toContain('expected the frames as pictures');
});

test('detection goes by the root and by the pictures', async () => {
  const said = async (files: Record<string, string | Uint8Array>): Promise<number> =>
    (await detectHere('cvat', files)).confidence;
  expect(await said(one(BOX))).toBe(0.95);
  expect(await said({ ...one(BOX), 'a.png': '' })).toBe(0.95);
  expect(await said({ 'a.xml': one(BOX)['a.xml']! })).toBe(0.6);
  expect(await said({ 'a.xml': one(BOX)['a.xml']!, 'b.png': PICTURE })).toBe(0.7);
  const voc = '<annotation><filename>a.png</filename><object><name>car</name></object></annotation>';
  expect(await said({ 'a.xml': voc, 'a.png': PICTURE })).toBe(0);
  expect(await said({ 'a.png': PICTURE })).toBe(0);
});
