import path from 'node:path';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import { JSON_TOKENS } from '../../../test/support/damage.ts';
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
import { png } from './png.ts';

const SCRIPT = path.join(import.meta.dirname, 'make_source.py');
const FIXTURE = path.join(import.meta.dirname, '../fixtures/small');

interface Told {
  shape: string;
  points: number[][];
  text: string;
  tags: Record<string, unknown>;
}

test('a source written by a Python script: both versions', async () => {
  const { folder, expected } = pythonSource<Record<string, Told[]>>(SCRIPT);
  const run = await runPlugin({
    action: 'import',
    plugin: 'coco-text',
    folder,
    options: { datasets: 'split', bad_annotation: 'skip-annotation' },
  });
  expect(run.failure).toBeUndefined();
  expect(run.reports).toEqual([]);
  const got = Object.fromEntries(
    run.items.map((item) => [
      `${item.dataset}/${item.name}`,
      labelsOf(item).map((label): Told => {
        if (label.geometryType !== 'polygon' && label.geometryType !== 'rectangle')
          throw new Error(label.geometryType);
        return {
          shape: label.geometryType,
          points: label.points.exterior,
          text: label.description ?? '',
          tags: Object.fromEntries(label.tags.map(({ name, value }) => [name, value])),
        };
      }),
    ]),
  );
  // Where a cut ring begins is the clipper's choice.
  const sorted = (all: Record<string, Told[]>) =>
    Object.entries(all)
      .map(([name, words]) => [
        name,
        words.map((word) => ({ ...word, points: word.points.map(String).sort() })),
      ])
      .sort();
  expect(sorted(got)).toEqual(sorted(expected));
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
  expect(run.meta!.classes.map(({ title, shape }) => `${title} ${shape}`)).toEqual([
    'text polygon',
    'text_bbox rectangle',
  ]);
  expect(run.used.map(({ file }) => file)).toEqual(['data/COCO_Text.json', 'data/cocotext.v2.json']);
});

test('datasets by folder, or one', async () => {
  const names = async (datasets: string) =>
    namesOf(await importHere({ plugin: 'coco-text', folder: FIXTURE, options: { datasets } })).sort();
  expect(await names('folder')).toEqual([
    'train2017/000000000042.jpg',
    'train2017/000000390310.jpg',
    'v2/COCO_train2014_000000000500.jpg',
    'val2017/000000000099.jpg',
  ]);
  expect(new Set((await names('one')).map((name) => name.split('/')[0]))).toEqual(new Set(['ds0']));
});

const word = (more: object) => ({ image_id: 1, polygon: [1, 1, 5, 1, 5, 5], utf8_string: 'a', ...more });
const source = (anns: object, imgs: object = { 1: { id: 1, file_name: 'a.png', width: 20, height: 10 } }) =>
  JSON.stringify({ anns, imgs, imgToAnns: {} });

test('what cannot be read costs one word and is named with its place', async () => {
  const files = {
    'text.json': source(
      {
        1: word({}),
        2: word({ polygon: [1, 2, 3] }),
        3: word({ polygon: [1, 1, 5, 1, 5, 'x'] }),
        4: word({ polygon: undefined, bbox: [1, 2, 3] }),
        5: word({ polygon: [90, 1, 95, 1, 95, 5] }),
        6: word({ image_id: 8 }),
        7: word({ image_id: null }),
        8: 'word',
        9: word({ legibility: 'half' }),
      },
      {
        1: { id: 1, file_name: 'a.png', width: 40, height: 20 },
        3: { id: 3, file_name: 'gone.png' },
        4: 7,
      },
    ),
    'a.png': png(),
    'b.png': png(),
  };
  const run = await importHere({ plugin: 'coco-text', files });
  expect(run.items.map((item) => labelsOf(item).length)).toEqual([2, 0]);
  expect(told(run)).toEqual([
    'warning data/text.json anns.7: expected an object with the "image_id" of a picture, got something else',
    'warning data/text.json anns.8: expected an object with the "image_id" of a picture, got something else',
    'warning data/text.json imgs.4: expected an object, got something else',
    'warning data/text.json imgs.3: expected the picture "gone.png" in the source, got none of that name; it has 0 words',
    'warning data/text.json anns.6.image_id: expected the id of a picture in "imgs", got 8',
    'warning data/text.json imgs.1: expected 40 x 20 pixels, got 20 x 10 in a.png',
    'warning data/text.json anns.2.polygon: expected a list x1, y1, x2, y2, ... of three points at least, got [1,2,3]',
    'warning data/text.json anns.3.polygon: expected numbers, got [5,"x"]',
    'warning data/text.json anns.4.bbox: expected a polygon, a mask or a bbox [x, y, width, height], got [1,2,3]',
    'warning data/text.json anns.5.polygon: expected a place inside of 20 x 10 pixels, got [90,1,95,1,95,5]',
    'warning data/b.png: expected an entry in "imgs" for this picture, got none; it is imported without labels',
  ]);
  // A value the format does not have stays, as a text.
  expect(labelsOf(run.items[0])[1]?.tags).toContainEqual({ name: 'legibility', value: 'half' });
});

test('a file that is no JSON is named with line and column; pictures come without labels', async () => {
  const files = { 'text.json': `${source({ 1: word({}) }).slice(0, -20)}\n?`, 'a.png': png() };
  const run = await importHere({ plugin: 'coco-text', files });
  expect(labelsOf(run.items[0])).toEqual([]);
  expect(told(run)[0]).toMatch(/^failed data\/text\.json: line 1, column \d+/);
  const stopped = await importHere({ plugin: 'coco-text', files, options: { bad_annotation: 'stop' } });
  expect(stopped.failure?.code).toBe('SLY_FORMAT_JSON');
});

test('detection', async () => {
  expect(await detectIn('coco-text', FIXTURE)).toEqual({
    confidence: 0.95,
    because: 'COCO_Text.json has "imgs" and "anns" with the texts of words',
  });
  const long = JSON.parse(source({})) as Record<string, Record<string, unknown>>;
  for (let i = 0; i < 3000; i++) long.imgs![`${i}`] = { id: i, file_name: `${i}.png` };
  expect(
    await detectHere('coco-text', { 'a.json': JSON.stringify({ imgs: long.imgs, ...long }), 'a.png': png() }),
  ).toMatchObject({
    confidence: 0.95,
  });
  expect(await detectHere('coco-text', { 'a.json': source({ 1: word({}) }) })).toMatchObject({
    confidence: 0,
  });
  for (const text of [
    '{"images":[],"annotations":[],"categories":[]}',
    '[]',
    '{"imgs":{},"anns":{}}',
    '{"utf8_string": 1}',
  ])
    expect(
      await detectHere('coco-text', { 'a.json': `${text}${' '.repeat(20)}`, 'a.png': png() }),
    ).toMatchObject({ confidence: 0 });
});

test('any damage to the file', async () => {
  const { reported, failed } = await fuzzImport({
    plugin: 'coco-text',
    files: {
      'text.json': source({
        1: word({ legibility: 'legible' }),
        2: word({ polygon: null, bbox: [1, 2, 3, 4] }),
        3: word({ mask: [1, 1, 30, 1, 8, 8] }),
      }),
      'a.png': png(),
    },
    damage: /\.json$/,
    tokens: JSON_TOKENS,
    cases: 10_000,
  });
  expect(reported).toBeGreaterThan(3000);
  // The picture itself stays good.
  expect(failed).toBe(0);
}, 240_000);
