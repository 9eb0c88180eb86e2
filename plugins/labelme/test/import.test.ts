import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import type { Label, Points } from '../../../src/format/model.ts';
import { probeImage } from '../../../src/plugin-kit/image-probe.ts';
import { JSON_TOKENS } from '../../../test/support/damage.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
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

const DESK = path.resolve(import.meta.dirname, '../fixtures/desk');
const ring = (label: Label): unknown =>
  label.geometryType === 'bitmap' ? maskRows(label.bitmap) : (label.points as Points).exterior;

test('every shape, flag and way to a picture, through the host', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'labelme', folder: DESK });
  expect(run.failure).toBeUndefined();
  expect(namesOf(run)).toEqual(['ds0/a.png', 'ds0/deflated.jpg', 'ds0/packed.png', 'sub/b.jpg']);
  const [a, deflated, packed, b] = run.items;
  expect(annotationOf(a).tags).toEqual([{ name: 'indoor' }]);
  const labels = labelsOf(a);
  const [plate] = labels.splice(3, 1);
  expect(labels.map((one) => [one.classTitle, one.geometryType, ring(one)])).toEqual([
    [
      'cup',
      'rectangle',
      [
        [1, 1],
        [8, 7],
      ],
    ],
    ['cup_mask', 'bitmap', [4, 3, '101', '010']],
    [
      'cup_polygon',
      'polygon',
      expect.arrayContaining([
        [1, 1],
        [19, 1],
        [1, 9],
      ]),
    ],
    [
      'edge',
      'line',
      [
        [0, 0],
        [19, 11],
      ],
    ],
    [
      'edge',
      'line',
      [
        [0, 0],
        [5, 0],
        [5, 5],
      ],
    ],
    ['spot', 'point', [[19, 11]]],
    ['spot', 'point', [[1, 1]]],
    ['spot', 'point', [[2, 2]]],
  ]);
  expect(labels[0]).toMatchObject({
    tags: [{ name: 'full' }],
    description: 'mine',
    instance: labels[1]!.instance,
  });
  expect(labels[6]!.instance).toBe(labels[7]!.instance);
  const round = ring(plate!) as [number, number][];
  expect(Math.min(...round.map(([x]) => x))).toBe(6);
  expect(Math.max(...round.map(([, y]) => y))).toBeLessThanOrEqual(10);
  expect(labelsOf(b).map(ring)).toEqual([
    [
      [1, 1],
      [5, 1],
      [5, 5],
    ],
  ]);
  expect(labelsOf(packed).map(ring)).toEqual([
    [
      [0, 0],
      [19, 11],
    ],
  ]);
  for (const [item, kind] of [
    [packed, 'png'],
    [deflated, 'jpeg'],
  ] as const) {
    expect(item).toMatchObject({ width: 20, height: 12, mime: `image/${kind}` });
    const file = path.join(run.taskFolder, item!.file!);
    expect(item!.file).toMatch(/^results\//);
    expect(probeImage(file)).toMatchObject({ kind, width: 20, height: 12 });
  }
  expect(run.used.map(({ file }) => file)).toEqual(
    ['a.json', 'deflated.json', 'packed.json', 'sub/b.json'].map((name) => `data/${name}`),
  );
  expect(told(run)).toEqual([
    'warning data/a.json shapes[8]: shape_type: expected one of polygon, rectangle, oriented_rectangle, rotation, quadrilateral, circle, line, linestrip, point, points, mask, got "banana"; it is left out',
    'warning data/a.json shapes[9]: points[0]: expected [x, y], got [1,"x"]; it is left out',
    'warning data/a.json shapes[10]: expected a part inside of 20 x 12, got none; it is left out',
    'warning data/a.json shapes[11]: expected a label, got ""; the shape is left out',
    'warning data/a.json shapes[12]: expected an object, got 7; it is left out',
    'failed data/gone.json imagePath: expected the picture "gone.png" or imageData, got neither; its labels are left out',
  ]);
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
});

const file = (more: object): string =>
  JSON.stringify({
    shapes: [
      {
        label: 'c',
        shape_type: 'rectangle',
        points: [
          [0, 0],
          [4, 4],
        ],
      },
    ],
    imagePath: 'a.png',
    ...more,
  });

test('a file that is no JSON costs its labels, its picture or the import, as the option says', async () => {
  const files = {
    'a.png': PICTURE,
    'a.json': file({}).slice(0, -1),
    'b.png': PICTURE,
    'b.json': file({ imagePath: 'b.png' }),
  };
  const bare = await importHere({ plugin: 'labelme', files });
  expect(bare.items.map((item) => [item.name, labelsOf(item).length])).toEqual([
    ['b.png', 1],
    ['a.png', 0],
  ]);
  expect(bare.reports[0]).toMatchObject({ status: 'failed', file: 'data/a.json', code: 'SLY_FORMAT_JSON' });
  const strict = await importHere({ plugin: 'labelme', files, options: { bad_annotation: 'skip-item' } });
  expect(namesOf(strict)).toEqual(['ds0/b.png']);
  expect(strict.reports.map(({ status, file: name }) => `${status} ${name}`)).toEqual([
    'failed data/a.json',
    'skipped data/a.png',
  ]);
  const stopped = await importHere({ plugin: 'labelme', files, options: { bad_annotation: 'stop' } });
  expect(stopped.failure).toMatchObject({ code: 'SLY_FORMAT_JSON', file: 'a.json' });
});

test('another size, an embedded picture that is none, and no file at all', async () => {
  const other = await importHere({
    plugin: 'labelme',
    files: { 'a.png': PICTURE, 'a.json': file({ imageWidth: 9 }) },
  });
  expect(labelsOf(other.items[0])).toEqual([]);
  expect(told(other)[0]).toContain('expected 37 x 23 as the picture is, got 9 x undefined');
  const fake = await importHere({ plugin: 'labelme', files: { 'a.json': file({ imageData: 'AAAA' }) } });
  expect(fake.failure?.code).toBe('SLY_PUBLISH_NOTHING');
  expect(told(fake)[0]).toContain('failed data/a.json: imageData: expected one of JPEG');
  const none = await importHere({
    plugin: 'labelme',
    files: { 'a.png': PICTURE, 'a.json': '{"images": []}' },
  });
  expect(none.failure?.code).toBe('SLY_FORMAT_INVALID');
});

test('detection goes by keys and by pictures', async () => {
  const said = async (files: Record<string, string | Uint8Array>): Promise<number> =>
    (await detectHere('labelme', files)).confidence;
  expect(await said({ 'a.json': file({}), 'a.png': PICTURE })).toBe(0.95);
  expect(await said({ 'a.json': file({ imageData: 'AAAA' }) })).toBe(0.93);
  expect(await said({ 'a.json': file({}) })).toBe(0.6);
  expect(await said({ 'a.json': '{"images": [], "annotations": []}', 'a.png': PICTURE })).toBe(0);
  expect(await said({ 'a.json': '{"size": {}, "objects": [], "tags": []}', 'a.png': PICTURE })).toBe(0);
  expect(await said({ 'a.png': PICTURE })).toBe(0);
});

test('any damage gives sound items or an error that says where', async () => {
  const all = folderFiles(DESK);
  const files = {
    'a.json': all['a.json']!,
    'a.png': all['a.png']!,
    'b.jpg': readFileSync(path.join(DESK, 'sub/b.jpg')),
    'b.json': all['sub/b.json']!,
  };
  const { failed, reported } = await fuzzImport({
    plugin: 'labelme',
    files,
    damage: /\.json$/,
    tokens: JSON_TOKENS,
    cases: 10_000,
  });
  expect(failed).toBe(0);
  expect(reported).toBeGreaterThan(5000);
}, 300_000);
