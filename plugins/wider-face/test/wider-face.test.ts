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
import { png } from './png.ts';

const SCRIPT = path.join(import.meta.dirname, 'make_source.py');
const FIXTURE = path.join(import.meta.dirname, '../fixtures/small');

interface Told {
  event: string;
  faces: { points: number[][]; tags: Record<string, unknown> }[];
  landmarks: Record<string, unknown>[];
}

test('a source written by a Python script: every box, attribute and landmark', async () => {
  const { folder, expected } = pythonSource<Record<string, Told>>(SCRIPT);
  const run = await runPlugin({
    action: 'import',
    plugin: 'wider-face',
    folder,
    options: { datasets: 'split', bad_annotation: 'skip-annotation' },
  });
  expect(run.failure).toBeUndefined();
  expect(run.reports).toEqual([]);
  const got = Object.fromEntries(
    run.items.map((item) => {
      const { tags } = annotationOf(item);
      const labels = labelsOf(item);
      const told: Told = {
        event: String(tags.find(({ name }) => name === 'event')?.value),
        faces: labels.flatMap((label) =>
          label.geometryType === 'rectangle'
            ? [
                {
                  points: label.points.exterior,
                  tags: Object.fromEntries(label.tags.map(({ name, value }) => [name, value])),
                },
              ]
            : [],
        ),
        landmarks: labels.flatMap((label) => (label.geometryType === 'graph' ? [label.nodes] : [])),
      };
      return [`${item.dataset}/${item.name}`, told];
    }),
  );
  expect(got).toEqual(expected);
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
  expect(run.used.map(({ file }) => file).sort()).toEqual([
    'data/retinaface/train/label.txt',
    'data/wider_face_split/wider_face_test_filelist.txt',
    'data/wider_face_split/wider_face_train_bbx_gt.txt',
    'data/wider_face_split/wider_face_val_bbx_gt.txt',
  ]);
});

test('a face and its landmarks are one object', async () => {
  const { items } = await importHere({ plugin: 'wider-face', folder: FIXTURE });
  const labels = labelsOf(items.find(({ name }) => name.includes('marchingband')));
  const [box, graph] = [labels[0], labels.find(({ geometryType }) => geometryType === 'graph')];
  expect(box?.instance).toMatch(/^[0-9a-f]{32}$/);
  expect(graph?.instance).toBe(box?.instance);
  expect(labels).toHaveLength(3);
});

test('datasets by event, or one', async () => {
  const byEvent = await importHere({
    plugin: 'wider-face',
    folder: FIXTURE,
    options: { datasets: 'folder' },
  });
  expect([...new Set(byEvent.items.map(({ dataset }) => dataset))].sort()).toEqual([
    '0--Parade',
    '1--Handshaking',
    '2--Demonstration',
    '61--Street_Battle',
  ]);
  const one = await importHere({ plugin: 'wider-face', folder: FIXTURE, options: { datasets: 'one' } });
  expect(new Set(one.items.map(({ dataset }) => dataset))).toEqual(new Set(['ds0']));
});

test('what cannot be read costs one face and is named with its line', async () => {
  const files = {
    'gt.txt': [
      'e/a.png',
      '7',
      '1 2 3 4 0 0 0 0 0 0',
      '1 2 three 4 0 0 0 0 0 0',
      '1 2 0 4 0 0 0 0 0 0',
      '1 2 3 4 9 0 0 0 0 0',
      '1 2 3',
      '500 2 3 4 0 0 0 0 0 0',
      'e/gone.png',
      '1',
      '1 2 3 4 0 0 0 0 0 0',
    ].join('\r\n'),
    'e/a.png': png(),
    'e/b.png': png(),
  };
  const run = await importHere({ plugin: 'wider-face', files });
  expect(labelsOf(run.items[0])).toHaveLength(1);
  expect(namesOf(run)).toEqual(['ds0/a.png', 'ds0/b.png']);
  expect(told(run)).toEqual([
    'warning data/gt.txt line 11: expected the picture "e/gone.png" in the source, got none of that name',
    'warning data/gt.txt line 4: expected numbers, got "three"',
    'warning data/gt.txt line 5: expected a width and a height above 0, got 0 x 4',
    'warning data/gt.txt line 6: expected blur to be 0 to 2, got 9',
    'warning data/gt.txt line 7: expected at least 4 numbers (x y w h), got 3',
    'warning data/gt.txt line 2: e/a.png: expected 7 faces as announced, got 6 lines',
    'warning data/e/a.png: expected a face inside of 20 x 10 pixels, got 500 2 3 4',
    'warning data/e/b.png: expected an entry in a list of faces for this picture, got none; it is imported without labels',
  ]);
  const strict = await importHere({ plugin: 'wider-face', files, options: { bad_annotation: 'skip-item' } });
  expect(namesOf(strict)).toEqual(['ds0/b.png']);
  const stopped = await importHere({ plugin: 'wider-face', files, options: { bad_annotation: 'stop' } });
  expect(stopped.failure?.detail).toBe('line 4: expected numbers, got "three"');
});

test('a box over the border is cut, one of fractions takes the pixels it covers', async () => {
  const list = 'e/a.png\n2\n-5 -5 10 10 0 0 0 0 0 0\n15.2 4.8 100 3.3 0 0 0 0 0 0\n';
  const { items } = await importHere({ plugin: 'wider-face', files: { 'gt.txt': list, 'e/a.png': png() } });
  expect(
    labelsOf(items[0]).map((label) => label.geometryType === 'rectangle' && label.points.exterior),
  ).toEqual([
    [
      [0, 0],
      [4, 4],
    ],
    [
      [15, 5],
      [19, 7],
    ],
  ]);
});

test('detection', async () => {
  expect(await detectIn('wider-face', FIXTURE)).toMatchObject({
    confidence: 0.95,
    because: expect.stringContaining('train_bbx_gt.txt is a list of faces, and 0--Parade/'),
  });
  const list = 'e/a.png\n1\n1 2 3 4 0 0 0 0 0 0\n';
  expect(await detectHere('wider-face', { 'gt.txt': list, 'e/b.png': png() })).toEqual({
    confidence: 0,
    because: 'gt.txt is a list of faces, but none of its first pictures is there',
  });
  for (const text of [
    '0 0.5 0.5 0.1 0.1\n',
    'a.png\nb.png\n',
    'images/a.png\nimages/b.png\n',
    '{}',
    '# a.png is nice\nand so on\n',
  ])
    expect(await detectHere('wider-face', { 'a.txt': text, 'a.png': png() })).toMatchObject({
      confidence: 0,
    });
});

test.each([
  ['gt.txt', 'e/a.png\n2\n1 2 3 4 0 0 0 0 0 0\n5 2 3 4 2 1 1 0 2 1\ne/b.png\n0\n0 0 0 0 0 0 0 0 0 0\n'],
  ['label.txt', '# e/a.png\n1 2 6 6 2 2 0 4.5 2.2 1 3 4 0 -1 -1 -1 4 5 0.0 0.5\n# e/b.png\n5 2 3 4\n'],
])(
  'any damage to %s',
  async (name, text) => {
    const { reported } = await fuzzImport({
      plugin: 'wider-face',
      files: { [name]: text, 'e/a.png': png(), 'e/b.png': png() },
      damage: /\.txt$/,
      tokens: TEXT_TOKENS,
      cases: 5000,
    });
    expect(reported).toBeGreaterThan(1000);
  },
  240_000,
);
