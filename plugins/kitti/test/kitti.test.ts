import { createHash } from 'node:crypto';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import type { Label } from '../../../src/format/model.ts';
import { TEXT_TOKENS } from '../../../test/support/damage.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import {
  annotationOf,
  detectHere,
  detectIn,
  importHere,
  labelsOf,
  namesOf,
  told,
} from '../../../test/support/import-here.ts';
import { pythonSource } from '../../../test/support/python-source.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { readClassTable } from '../class-table.ts';
import { png } from './png.ts';

const SCRIPT = path.join(import.meta.dirname, 'make_source.py');
const FIXTURE = path.join(import.meta.dirname, '../fixtures/small');
const LINE = 'Car 0.00 0 1.50 1.00 1.00 8.00 8.00 1.5 1.6 3.9 1 2 30 1.57';

/** As make_source.py tells a label; masks are unpacked here, not by the code that packed them. */
function brief(label: Label): Record<string, unknown> {
  if (label.geometryType === 'rectangle')
    return {
      class: label.classTitle,
      points: label.points.exterior,
      tags: Object.fromEntries(label.tags.map(({ name, value }) => [name, value])),
    };
  if (label.geometryType !== 'bitmap') throw new Error(label.geometryType);
  const { width, height, data } = decode(inflateSync(Buffer.from(label.bitmap.data, 'base64')));
  const stride = Math.ceil(width / 8);
  const bytes = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      bytes[y * width + x] = (Number(data[y * stride + (x >> 3)]) >> (7 - (x & 7))) & 1;
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { class: label.classTitle, mask: [...label.bitmap.origin, width, height, hash] };
}

test('a source written by numpy: every box, tag and mask', async () => {
  const { folder, expected } = pythonSource<Record<string, unknown[]>>(SCRIPT);
  const run = await runPlugin({
    action: 'import',
    plugin: 'kitti',
    folder,
    options: {
      datasets: 'split',
      dont_care: false,
      fields_3d: true,
      right_camera: false,
      bad_annotation: 'skip-annotation',
    },
  });
  expect(run.failure).toBeUndefined();
  expect(
    Object.fromEntries(run.items.map((item) => [`${item.dataset}/${item.name}`, labelsOf(item).map(brief)])),
  ).toEqual(expected);
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
  expect(told(run)).toEqual([
    'skipped data/data_object_image_3/training/image_3/000000.png: pictures of the right camera have no labels and are not imported',
    'warning data/semantics/instance/000009_10.png: expected the number of a known class, got 60; the class is called class_60',
    'warning data/semantics/semantic/000010_10.png: expected the number of a known class, got 60; the class is called class_60',
    'warning: 1 DontCare regions were left out',
  ]);
  const colours = Object.fromEntries(run.meta!.classes.map(({ title, color }) => [title, color]));
  expect(colours).toMatchObject({ road: '#804080', car: '#00008E', unlabeled: '#000000' });
});

test('options: DontCare regions, the right camera, no 3-D fields', async () => {
  const run = await importHere({
    plugin: 'kitti',
    folder: FIXTURE,
    options: { dont_care: true, right_camera: true, fields_3d: false },
  });
  expect(namesOf(run)).toContain('training/image_3/000000.png');
  const labels = labelsOf(
    run.items.find((item) => item.dataset === 'training' && item.name === '000000.png'),
  );
  expect(labels.map(({ classTitle }) => classTitle)).toEqual(['Pedestrian', 'Car', 'Truck', 'DontCare']);
  expect(labels[3]?.tags).toEqual([]);
  expect(labels[0]?.tags.map(({ name }) => name)).toEqual(['truncated', 'occluded', 'alpha']);
  expect(told(run).at(-1)).toBe('warning: the 3-D fields of 3 objects were left out');
});

test('classes of colors.json', async () => {
  const mask = encode({
    width: 20,
    height: 10,
    data: new Uint16Array(200).fill(2 * 256 + 5),
    channels: 1,
    depth: 16,
  });
  const files = {
    'image_2/a.png': png(),
    'instance/a.png': mask,
    'colors.json': '[{"name": "tree", "id": 2, "hasInstances": true, "color": [1, 2, 255]}]',
  };
  const run = await importHere({ plugin: 'kitti', files });
  expect(run.meta.classes).toEqual([
    expect.objectContaining({ title: 'tree', shape: 'bitmap', color: '#0102FF' }),
  ]);
  const broken = await importHere({ plugin: 'kitti', files: { ...files, 'colors.json': '{' } });
  expect(broken.meta.classes.map(({ title }) => title)).toEqual(['rectification border']);
  expect(told(broken)[0]).toMatch(/^failed data\/colors\.json: /);
  expect(readClassTable([{ name: 'a', id: 1, color: '#abcdef' }])?.get(1)).toEqual({
    name: 'a',
    color: '#ABCDEF',
  });
  for (const bad of [{}, [], [1], [{ name: 'a' }], [{ id: 1 }]]) expect(readClassTable(bad)).toBeUndefined();
});

test('what cannot be read costs one object, a mask that does not fit its picture costs the mask', async () => {
  const files = {
    'training/image_2/a.png': png(),
    'training/label_2/a.txt': [
      LINE,
      'Car 1 2 3',
      LINE.replace('8.00 8.00', '8.00 NaN'),
      LINE.replace(' 0 ', ' 7 '),
      LINE.replace('1.00 1.00 8.00 8.00', '8 1 1 8'),
      LINE.replace('1.00 1.00 8.00 8.00', '60 1 70 8'),
    ].join('\r\n'),
    'training/image_2/b.png': png(),
    'training/instance/b.png': encode({
      width: 9,
      height: 9,
      data: new Uint16Array(81).fill(256),
      channels: 1,
      depth: 16,
    }),
    'training/image_2/c.png': png(),
    'training/semantic/c.png': 'no picture',
    'training/label_2/gone.txt': LINE,
  };
  const run = await importHere({ plugin: 'kitti', files });
  expect(run.items.map((item) => labelsOf(item).length)).toEqual([1, 0, 0]);
  const file = 'data/training/label_2/a.txt';
  expect(told(run)).toEqual([
    `warning ${file} line 2: expected 15 or 16 columns, got 4`,
    `warning ${file} line 3: expected a number in column 8, got "NaN"`,
    `warning ${file} line 4: expected occluded to be -1 to 3, got 7`,
    `warning ${file} line 5: expected left, top, right, bottom in order, got 8 1 1 8`,
    `warning ${file} line 6: expected a box inside of 20 x 10 pixels, got 60 1 70 8`,
    'failed data/training/instance/b.png: expected a mask of the size of its picture, 20 x 10, got 9 x 9',
    expect.stringMatching(/^failed data\/training\/semantic\/c\.png: expected one of JPEG/),
    'skipped data/training/label_2/gone.txt: expected a picture of this name in image_2 of training, got none',
  ]);
  const strict = await importHere({ plugin: 'kitti', files, options: { bad_annotation: 'skip-item' } });
  expect(strict.items).toEqual([]);
});

test('detection', async () => {
  expect(await detectIn('kitti', FIXTURE)).toMatchObject({ confidence: 0.95 });
  expect(await detectHere('kitti', { 'image_2/a.png': png(), 'label_2/a.txt': LINE })).toEqual({
    confidence: 0.95,
    because: 'label_2/a.txt has boxes of the KITTI object benchmark',
  });
  expect(await detectHere('kitti', { 'image_2/a.png': png(), 'label_2/a.txt': '0 .5 .5 .1 .1' })).toEqual({
    confidence: 0,
    because: 'label_2/a.txt: expected 15 or 16 columns, got 5',
  });
  expect(await detectHere('kitti', { 'image_2/a.png': png(), 'instance/a.png': png() })).toMatchObject({
    confidence: 0,
  });
  expect(await detectHere('kitti', { 'image_2/a.png': png(), 'semantic/a.png': png() })).toMatchObject({
    confidence: 0.95,
  });
  expect(await detectHere('kitti', { 'img/a.png': png(), 'label_2/a.txt': LINE })).toMatchObject({
    confidence: 0,
  });
});

test('any damage to a label', async () => {
  const { reported } = await fuzzImport({
    plugin: 'kitti',
    files: { 'image_2/a.png': png(), 'label_2/a.txt': `${LINE}\n${LINE} 0.5\n` },
    damage: /\.txt$/,
    tokens: TEXT_TOKENS,
    cases: 8000,
  });
  expect(reported).toBeGreaterThan(2000);
}, 240_000);

test('any damage to a mask', async () => {
  const data = new Uint16Array(200);
  data.fill(256, 5, 40).fill(26 * 256 + 1, 60, 90);
  const { reported } = await fuzzImport({
    plugin: 'kitti',
    files: {
      'image_2/a.png': png(),
      'instance/a.png': encode({ width: 20, height: 10, data, channels: 1, depth: 16 }),
    },
    damage: /instance/,
    tokens: TEXT_TOKENS,
    cases: 2000,
  });
  expect(reported).toBeGreaterThan(1000);
}, 240_000);
