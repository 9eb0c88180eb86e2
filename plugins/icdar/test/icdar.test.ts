import path from 'node:path';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
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
import { readCoordinates, readTranscription, readWordLine } from '../text-line.ts';
import { png } from './png.ts';

const SCRIPT = path.join(import.meta.dirname, 'make_source.py');
const FIXTURE = path.join(import.meta.dirname, '../fixtures/small');

interface Told {
  points: number[][];
  text: string;
  tags: string[];
}

test('a source written by a Python script: every word of both tasks', async () => {
  const { folder, expected } = pythonSource<Record<string, Told[]>>(SCRIPT);
  const run = await runPlugin({
    action: 'import',
    plugin: 'icdar',
    folder,
    options: { datasets: 'split', illegible: 'tag', bad_annotation: 'skip-annotation' },
  });
  expect(run.failure).toBeUndefined();
  expect(run.reports).toEqual([]);
  const got = Object.fromEntries(
    run.items.map((item) => [
      `${item.dataset}/${item.name}`,
      labelsOf(item).map((label): Told => {
        if (label.geometryType !== 'polygon') throw new Error(label.geometryType);
        return {
          points: label.points.exterior,
          text: label.description ?? '',
          tags: label.tags.map(({ name }) => name),
        };
      }),
    ]),
  );
  // Where a cut ring begins is the clipper's choice.
  const from = ({ points, ...rest }: Told) => ({
    ...rest,
    points: [...points].sort((a, b) => Number(a > b) - 0.5),
  });
  const sorted = (all: Record<string, Told[]>) =>
    Object.fromEntries(Object.entries(all).map(([name, words]) => [name, words.map(from)]));
  expect(sorted(got)).toEqual(sorted(expected));
  expect(run.meta?.classes.map(({ title, shape, color }) => [title, shape, color])).toEqual([
    ['text', 'polygon', '#FF00FF'],
  ]);
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
  expect(run.used).toHaveLength(7);
});

test('illegible words can be left out', async () => {
  const run = await importHere({ plugin: 'icdar', folder: FIXTURE, options: { illegible: 'skip' } });
  expect(run.items.flatMap(labelsOf)).toHaveLength(6);
  expect(run.meta.tags).toEqual([]);
  expect(namesOf(run)).toContain('train/word_3.png');
});

test('datasets by folder, or one', async () => {
  const datasets = async (by: string) =>
    [
      ...new Set(
        (await importHere({ plugin: 'icdar', folder: FIXTURE, options: { datasets: by } })).items.map(
          ({ dataset }) => dataset,
        ),
      ),
    ].sort();
  expect(await datasets('folder')).toEqual([
    'ch4_test_images',
    'ch4_test_word_images_gt',
    'ch4_training_images',
    'ch4_training_word_images_gt',
  ]);
  expect(await datasets('one')).toEqual(['ds0']);
});

test('what cannot be read costs one word and is named with its line', async () => {
  const files = {
    'gt/gt_a.txt':
      '\uFEFF1,1,5,1,5,5,1,5,ok\n1,1,5,1,5,5,1,5\n\nx,1,5,1,5,5,1,5,no\n90,1,95,1,95,5,90,5,far\n',
    'gt/gt_gone.txt': '1,1,5,1,5,5,1,5,ok\n',
    'images/a.png': png(),
    'words/gt.txt': 'w.png, "one"\nw.png one\nv.png, "two"\n',
    'words/w.png': png(),
    'words/bare.png': png(),
  };
  const run = await importHere({ plugin: 'icdar', files });
  expect(namesOf(run)).toEqual(['ds0/a.png', 'ds0/w.png', 'ds0/bare.png']);
  expect(run.items.map((item) => labelsOf(item).map(({ description }) => description))).toEqual([
    ['ok'],
    ['one'],
    [],
  ]);
  expect(told(run)).toEqual([
    'warning data/gt/gt_a.txt line 2: expected x1,y1,x2,y2,x3,y3,x4,y4,text, got "1,1,5,1,5,5,1,5"',
    'warning data/gt/gt_a.txt line 4: expected x1,y1,x2,y2,x3,y3,x4,y4,text, got "x,1,5,1,5,5,1,5,no"',
    'warning data/gt/gt_a.txt line 5: expected a place in 20 x 10 pixels, got 90,1 95,1 95,5 90,5',
    'skipped data/gt/gt_gone.txt: expected a picture named gone, got none',
    'warning data/words/gt.txt line 2: expected word.png, "text", got "w.png one"',
    'warning data/words/gt.txt line 3: expected the picture "v.png" in the source, got none of that name',
    'warning data/words/gt.txt line 1: expected the place of the word in coords.txt, got none; all of words/w.png is taken',
    'warning data/words/bare.png: expected a line or file of ground truth for this picture, got none; it is imported without labels',
  ]);
  const strict = await importHere({ plugin: 'icdar', files, options: { bad_annotation: 'skip-item' } });
  expect(namesOf(strict)).toEqual(['ds0/w.png', 'ds0/bare.png']);
});

test('labels of the test set are not those of the training picture of the same name', async () => {
  const files = {
    'Challenge4_Test_Task1_GT/gt_img_1.txt': '1,1,5,1,5,5,1,5,ok\n',
    'ch4_training_images/img_1.png': png(),
  };
  const run = await importHere({ plugin: 'icdar', files });
  expect(run.items.flatMap(labelsOf)).toEqual([]);
  expect(told(run)[0]).toBe(
    'skipped data/Challenge4_Test_Task1_GT/gt_img_1.txt: expected a picture named img_1, got none',
  );
});

test('lines', () => {
  expect(readWordLine('1, 2,3,4,5,6,7,8,a,"b", c ')).toMatchObject({ text: 'a,"b", c ' });
  expect(readWordLine('-1,2.5,3,4,5,6,7,8,')).toMatchObject({
    text: '',
    ring: [
      [-1, 2.5],
      [3, 4],
      [5, 6],
      [7, 8],
    ],
  });
  expect(readWordLine('1e99,2,3,4,5,6,7,8,x')).toMatch(/^expected x1/);
  expect(readTranscription('word_1.png, "a, b"')).toEqual({ name: 'word_1.png', text: 'a, b' });
  expect(readTranscription(String.raw`word_1.png, "\\\""`)).toEqual({ name: 'word_1.png', text: '\\"' });
  expect(readCoordinates('word_1.png,1,2,3,4,5,6,7')).toMatch(/^expected word\.png/);
});

test('detection', async () => {
  expect(await detectIn('icdar', FIXTURE)).toEqual({
    confidence: 0.95,
    because:
      'Challenge4_Test_Task1_GT/gt_img_1.txt has words with the corners of each, and ch4_test_images/img_1.jpg is there',
  });
  expect(
    await detectHere('icdar', { 'coords.txt': 'w.png,0,0,9,0,9,9,0,9\n', 'w.png': png() }),
  ).toMatchObject({ confidence: 0.95 });
  for (const [name, text] of [
    ['gt_a.txt', '0 0.5 0.5 0.1 0.1\n'],
    ['gt_b.txt', '1,1,5,1,5,5,1,5,word\n'],
    ['gt.txt', '1,1,5,5\n'],
    ['coords.txt', 'b.png,0,0,9,0,9,9,0,9\n'],
    ['a.txt', '1,1,5,1,5,5,1,5,word\n'],
  ] as const)
    expect(await detectHere('icdar', { [name]: text, 'a.png': png() })).toMatchObject({ confidence: 0 });
});

test.each([
  ['gt_a.txt', '\uFEFF1,1,5,1,5,5,1,5,ok\r\n2,2,15,1,19,9,1,5,###\r\n'],
  ['coords.txt', 'a.png,0,0,9,0,9,9,0,9\nb.png,0,0,9,0,9,9,0,9'],
  ['gt.txt', 'a.png, "word, \\"word\\""\nb.png, "###"'],
])(
  'any damage to %s',
  async (name, text) => {
    const { reported } = await fuzzImport({
      plugin: 'icdar',
      files: { [name]: text, 'a.png': png(), 'b.png': png() },
      damage: /\.txt$/,
      tokens: TEXT_TOKENS,
      cases: 3400,
    });
    expect(reported).toBeGreaterThan(700);
  },
  240_000,
);
