/** Trees another program made: each label to the pixel, for every version and kind of labels. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import { decodeBitmap } from '../../../src/format/bitmap.ts';
import type { Label } from '../../../src/format/model.ts';
import type { SegmentItem } from '../../../src/protocol/plugin.ts';
import {
  annotationOf,
  detectHere,
  detectIn,
  type Files,
  type HereResult,
  importHere,
  labelsOf,
  namesOf,
  told,
} from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
type Told = [title: string, key: number | null, ...rest: unknown[]];
const expected = JSON.parse(readFileSync(`${FIXTURES}expected.json`, 'utf8')) as Record<
  string,
  Record<string, Told[]>
>;

const maskOf = (label: Label): unknown[] => {
  if (label.geometryType !== 'bitmap') throw new Error(`a ${label.geometryType}`);
  const { x, y, width, height, data } = decodeBitmap(label.bitmap);
  return [x, y, width, height, createHash('sha256').update(data).digest('hex')];
};

const sorted = (list: unknown[][]): string[] => list.map((one) => JSON.stringify(one)).sort();

/** Same masks; and labels share an instance key exactly where they share a number. */
function expectLabels(item: SegmentItem | undefined, wanted: Told[]): void {
  const labels = labelsOf(item);
  expect(sorted(labels.map((label) => [label.classTitle, ...maskOf(label)]))).toEqual(
    sorted(wanted.map(([title, , ...mask]) => [title, ...mask])),
  );
  const groups = (list: [key: unknown, mask: string][]): string[] =>
    [
      ...Map.groupBy(
        list.filter(([key]) => key !== null),
        ([key]) => key,
      ).values(),
    ]
      .map((members) =>
        members
          .map(([, mask]) => mask)
          .sort()
          .join(),
      )
      .sort();
  expect(groups(labels.map((label) => [label.instance ?? null, String(maskOf(label))]))).toEqual(
    groups(wanted.map(([, key, ...mask]) => [key, String(mask)])),
  );
}

function expectSound({ items, meta }: HereResult): void {
  for (const item of items) expect(validateAnnotation(annotationOf(item), meta)).toEqual([]);
}

describe('version 2', () => {
  const folder = `${FIXTURES}v2`;

  test('is detected by its configuration', async () => {
    const { confidence, because } = await detectIn('mapillary', folder);
    expect({ confidence, because }).toEqual({
      confidence: 0.95,
      because: expect.stringContaining('config_v2.0.json'),
    });
  });

  test.each(['v2.0', 'v1.2'])('%s: masks of instances, in parts and whole', async (version) => {
    for (const objects of ['parts', 'instance']) {
      const run = await importHere({ plugin: 'mapillary', folder, options: { version, objects } });
      expect(run.failure).toBeUndefined();
      expect(namesOf(run)).toEqual(['training/p0.jpg', 'validation/p1.jpg']);
      for (const [i, split] of ['training', 'validation'].entries())
        expectLabels(run.items[i], expected[`${version} ${split}`]![objects]!);
      expectSound(run);
      expect(told(run)).toEqual(
        version === 'v1.2'
          ? []
          : [
              'warning data/validation/v2.0/instances/p1.png: expected classes 0 to 3, got 9 (6 pixels); they are no label',
            ],
      );
    }
  });

  test('classes, colours and names are those of the configuration', async () => {
    const { meta, used } = await importHere({ plugin: 'mapillary', folder });
    expect(meta.classes.map(({ title, color, description }) => [title, color, description])).toEqual([
      ['Bird', '#A52A2A', 'animal--bird'],
      ['Road', '#804080', 'construction--flat--road'],
      ['Car', '#00008E', 'object--vehicle--car'],
      ['Car (object--vehicle--car-group)', '#00008F', 'object--vehicle--car-group'],
    ]);
    expect(used.map(({ file, as }) => `${file} ${as}`)).toEqual([
      'data/config_v2.0.json classes',
      'data/training/v2.0/instances/p0.png instances',
      'data/validation/v2.0/instances/p1.png instances',
    ]);
  });

  test('masks of classes', async () => {
    const options = { version: 'v1.2', labels_from: 'labels' };
    const run = await importHere({ plugin: 'mapillary', folder, options });
    expectLabels(run.items[0], expected['v1.2 training']!.labels!);
    expectLabels(run.items[1], expected['v1.2 validation']!.labels!);
  });

  test('polygons are cut at the border, scaled where the file says another size', async () => {
    const run = await importHere({ plugin: 'mapillary', folder, options: { labels_from: 'polygons' } });
    expectSound(run);
    expect(
      labelsOf(run.items[0]).map((label) => [
        label.classTitle,
        label.geometryType === 'polygon' && label.points.exterior,
      ]),
    ).toEqual([
      [
        'Car',
        [
          [2, 2],
          [12, 2],
          [12, 10],
          [2, 10],
        ],
      ],
      [
        'animal--dog',
        expect.arrayContaining([
          [0, 17],
          [8, 17],
          [8, 4],
          [0, 4],
        ]),
      ],
    ]);
    const [half] = labelsOf(run.items[1]);
    expect(half?.geometryType === 'polygon' && half.points.exterior).toEqual([
      [1, 1],
      [6, 1],
      [6, 5],
      [1, 5],
    ]);
    expect(told(run)).toEqual(
      expect.arrayContaining([
        'warning data/training/v2.0/polygons/p0.json objects[2].polygon: expected three points [x, y] or more, got [[1,1]]',
        'warning data/training/v2.0/polygons/p0.json objects[1].label: expected a class of the configuration, got "animal--dog"; it is a class of its own',
        'warning data/validation/v2.0/polygons/p1.json: expected the size of the picture, 28 x 19, got 56 x 38; they were scaled',
      ]),
    );
  });

  test('through the real host, with threads and without: the same', async () => {
    const [threads, inline, found] = await Promise.all([
      runPlugin({ action: 'import', plugin: 'mapillary', folder }),
      runPlugin({ action: 'import', plugin: 'mapillary', folder, noThreads: true }),
      runPlugin({ action: 'detect', folder }),
    ]);
    expect(threads.failure).toBeUndefined();
    expectLabels(threads.items[0], expected['v2.0 training']!.parts!);
    expect(inline.items).toEqual(threads.items);
    expect(found.detection?.candidates[0]).toMatchObject({ plugin: 'mapillary', confidence: 0.95 });
    expect(found.detection?.candidates[1]?.confidence ?? 0).toBeLessThan(0.85);
  });
});

describe('version 1 without a configuration', () => {
  const folder = `${FIXTURES}v1`;

  test('the 66 classes of its table; a mask of half the size is scaled', async () => {
    const run = await importHere({ plugin: 'mapillary', folder });
    expect(run.failure).toBeUndefined();
    expect(namesOf(run)).toEqual(['train/a.jpg', 'train/b.jpg', 'train/bare.jpg']);
    expectLabels(run.items[0], expected['v1 a']!.parts!);
    expectLabels(run.items[1], expected['v1 b']!.parts!);
    expect(labelsOf(run.items[2])).toEqual([]);
    expect(run.meta.classes).toHaveLength(66);
    expect(run.meta.classes[55]).toMatchObject({ title: 'Car', color: '#00008E' });
    expect(told(run).sort()).toEqual([
      'skipped data/train/instances/gone.png: expected a picture of this name in images, got none that can be read',
      'warning data/train/images/bare.jpg: expected train/instances/bare.png for this picture, got none; it is imported without labels',
      'warning data/train/instances/b.png: expected the size of the picture, 40 x 33, got 20 x 16; they were scaled',
      'warning: expected config.json with the classes, got none; the 66 classes of version 1 are used',
    ]);
  });

  test('is a guess', async () => {
    expect(await detectIn('mapillary', folder)).toMatchObject({ confidence: 0.7 });
  });
});

const photo = (width: number, height: number): Uint8Array =>
  encode({ width, height, data: new Uint8Array(width * height), channels: 1 });
const mask16 = (width: number, values: number[]): Uint8Array =>
  encode({ width, height: values.length / width, data: Uint16Array.from(values), channels: 1, depth: 16 });

describe('what is broken', () => {
  const good: Files = {
    'train/images/a.png': photo(2, 1),
    'train/instances/a.png': mask16(2, [0, 256]),
  };
  const run = (more: Files, options = {}): Promise<HereResult> =>
    importHere({ plugin: 'mapillary', files: { ...good, ...more }, options });

  test.each<[string, Uint8Array | string, RegExp]>([
    ['no picture', 'text', /failed data\/train\/instances\/b.png: expected one of/],
    ['eight bits', photo(2, 1), /failed .*expected a mask of one channel and 16 bits, got 1 of 8 bits/],
    [
      'a turned mask',
      mask16(1, [0, 0]),
      /warning data\/train\/instances\/b.png: .*2 x 1, got 1 x 2: it is turned/,
    ],
  ])('%s: its picture comes without labels', async (_, bytes, message) => {
    const result = await run({ 'train/images/b.png': photo(2, 1), 'train/instances/b.png': bytes });
    expect(result.items.map((item) => labelsOf(item).length)).toEqual([2, 0]);
    expect(told(result).join('\n')).toMatch(message);
  });

  test('skip-item and stop', async () => {
    const more = { 'train/images/b.png': photo(2, 1), 'train/instances/b.png': 'text' };
    expect(namesOf(await run(more, { bad_annotation: 'skip-item' }))).toEqual(['train/a.png']);
    expect((await run(more, { bad_annotation: 'stop' })).failure?.code).toBe('SLY_IMAGE_UNREADABLE');
  });

  test('a broken configuration ends the import and is named', async () => {
    expect((await run({ 'config.json': '{"labels": [' })).failure).toMatchObject({
      code: 'SLY_FORMAT_JSON',
      file: 'config.json',
    });
    expect((await run({ 'config.json': '{"labels": 3}' })).failure?.detail).toMatch(
      /labels: expected a list/,
    );
  });

  test('version 2.0 without its configuration, and labels that are not there', async () => {
    const files = { 't/images/a.png': photo(2, 1), 't/v2.0/instances/a.png': mask16(2, [0, 0]) };
    const without = await importHere({ plugin: 'mapillary', files });
    expect(without.failure?.detail).toMatch(/config_v2\.0\.json/);
    const none = await run({}, { labels_from: 'polygons' });
    expect(none.failure?.detail).toMatch(/expected polygons in <split>/);
  });

  test('a polygon file that is no JSON, and flat rings', async () => {
    const files = {
      't/images/a.png': photo(9, 9),
      't/v2.0/polygons/a.json': '{"objects": [{"label": "x--y", "polygon": [[0,0,5,0,5,5],[6,6,8,6,8,8]]}]}',
      't/images/b.png': photo(9, 9),
      't/v2.0/polygons/b.json': '{"objects": [',
    };
    const result = await importHere({ plugin: 'mapillary', files });
    const [first, second] = labelsOf(result.items[0]);
    expect(first?.instance).toBe(second?.instance);
    expect(first?.instance).toBeTruthy();
    expect(told(result).join('\n')).toMatch(/failed data\/t\/v2\.0\/polygons\/b\.json/);
  });
});

test.each<[string, Files]>([
  ['YOLO', { 'train/images/a.png': photo(2, 1), 'train/labels/a.txt': '0 0.5 0.5 1 1' }],
  ['masks of 8 bits', { 'images/a.png': photo(2, 1), 'labels/a.png': photo(2, 1) }],
  ['instances of 8 bits', { 'images/a.png': photo(2, 1), 'instances/a.png': photo(2, 1) }],
  ['pictures', { 'images/a.png': photo(2, 1) }],
])('does not claim %s', async (_, files) => {
  expect((await detectHere('mapillary', files)).confidence).toBe(0);
});
