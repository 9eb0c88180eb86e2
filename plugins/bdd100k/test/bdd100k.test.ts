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
import { readPoly2d } from '../poly2d.ts';
import { png } from './png.ts';

const SCRIPT = path.join(import.meta.dirname, 'make_source.py');
const FIXTURE = path.join(import.meta.dirname, '../fixtures/small');

interface Told {
  tags: Record<string, unknown>;
  meta: Record<string, unknown> | null;
  labels: { class: string; shape: string; points: number[][]; tags: Record<string, unknown> }[];
}

const plain = (tags: readonly { name: string; value?: unknown }[]): Record<string, unknown> =>
  Object.fromEntries(tags.map(({ name, value }) => [name, value ?? null]));

test('a source written by a Python script: all forms of the JSON', async () => {
  const { folder, expected } = pythonSource<Record<string, Told>>(SCRIPT);
  const run = await runPlugin({
    action: 'import',
    plugin: 'bdd100k',
    folder,
    options: { datasets: 'split', curves: 8, bad_annotation: 'skip-annotation' },
  });
  expect(run.failure).toBeUndefined();
  const got = Object.fromEntries(
    run.items.map((item): [string, Told] => [
      `${item.dataset}/${item.name}`,
      {
        tags: plain(annotationOf(item).tags),
        meta: item.meta ?? null,
        labels: labelsOf(item).map((label) => {
          if (
            label.geometryType !== 'rectangle' &&
            label.geometryType !== 'polygon' &&
            label.geometryType !== 'line'
          )
            throw new Error(label.geometryType);
          return {
            class: label.classTitle,
            shape: label.geometryType,
            points: label.points.exterior,
            tags: plain(label.tags),
          };
        }),
      },
    ]),
  );
  expect(got).toEqual(expected);
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
  expect(told(run)).toEqual([
    'warning: the tag "weather" is there with other values; this one is called "weather_1"',
  ]);
  expect(run.used).toHaveLength(4);
});

test('a box and an outline of one label, and the parts of one, are one object', async () => {
  const run = await importHere({ plugin: 'bdd100k', folder: FIXTURE });
  const keys = (name: string) =>
    labelsOf(run.items.find((item) => item.name === name)).map(({ instance }) => instance);
  const [box, outline] = keys('scalabel.jpg');
  expect(box).toMatch(/^[0-9a-f]{32}$/);
  expect(outline).toBe(box);
  const [light, , curb, curve] = keys('0000f77c-6257be58.jpg');
  expect(light).toBeUndefined();
  expect(curb).toBe(curve);
});

test('datasets by folder, or one', async () => {
  const names = async (datasets: string) =>
    new Set(
      namesOf(await importHere({ plugin: 'bdd100k', folder: FIXTURE, options: { datasets } })).map((name) =>
        path.posix.dirname(name),
      ),
    );
  expect(await names('folder')).toEqual(new Set(['100k/train', '100k/val']));
  expect(await names('one')).toEqual(new Set(['ds0']));
});

const frame = (labels: unknown, more: object = {}) => JSON.stringify([{ name: 'a.png', labels, ...more }]);
const box2d = { x1: 1, y1: 1, x2: 5, y2: 5 };

test('what cannot be read costs one label and is named with its place', async () => {
  const files = {
    'l.json': JSON.stringify([
      {
        name: 'a.png',
        labels: [
          { category: 'car', box2d },
          { category: 'car' },
          { box2d },
          7,
          { category: 'car', box2d: { x1: 1 } },
          { category: 'car', box2d: { x1: 90, y1: 1, x2: 99, y2: 3 } },
          { category: 'lane', poly2d: [{ vertices: [[1, 1]], closed: false }] },
          {
            category: 'area',
            poly2d: [
              {
                vertices: [
                  [1, 1],
                  [1, 'b'],
                  [3, 3],
                ],
                closed: true,
              },
            ],
          },
          { category: 'car', box3d: {} },
        ],
      },
      { name: 'gone.png', labels: [] },
      { labels: [] },
      3,
    ]),
    'a.png': png(),
    'b.png': png(),
  };
  const run = await importHere({ plugin: 'bdd100k', files });
  expect(run.items.map((item) => labelsOf(item).length)).toEqual([1, 0]);
  expect(told(run)).toEqual([
    'warning data/l.json [3]: expected an object, got something else',
    'warning data/l.json [2]: expected a frame with the "name" of its picture, got something else',
    'warning data/l.json [1]: expected the picture "gone.png" in the source, got none of that name',
    'warning data/l.json [0].labels[1]: expected box2d or poly2d, got neither',
    'warning data/l.json [0].labels[2].category: expected the name of a category, got nothing',
    'warning data/l.json [0].labels[3]: expected an object, got 7',
    'warning data/l.json [0].labels[4].box2d: expected numbers x1, y1, x2, y2, got {"x1":1}',
    'warning data/l.json [0].labels[5].box2d: expected a place inside of 20 x 10 pixels, got {"x1":90,"y1":1,"x2":99,"y2":3}',
    'warning data/l.json [0].labels[6].poly2d: expected 2 points at least, got 1',
    'warning data/l.json [0].labels[7].poly2d: expected points [x, y], got [1,"b"]',
    'warning data/l.json [0].labels[8].box3d: expected box2d or poly2d, got box3d, which is not imported',
    'warning data/b.png: expected a frame in a JSON file for this picture, got none; it is imported without labels',
  ]);
  const strict = await importHere({ plugin: 'bdd100k', files, options: { bad_annotation: 'skip-item' } });
  expect(namesOf(strict)).toEqual(['ds0/b.png']);
});

test('attributes of any type become tags', async () => {
  const text = frame([
    {
      category: 'car',
      box2d,
      attributes: { occluded: true, truncated: false, lanes: 3, note: 'x', nested: { a: 1 }, none: null },
    },
  ]);
  const run = await importHere({ plugin: 'bdd100k', files: { 'l.json': text, 'a.png': png() } });
  expect(labelsOf(run.items[0])[0]?.tags).toEqual([
    { name: 'occluded' },
    { name: 'lanes', value: 3 },
    { name: 'note', value: 'x' },
    { name: 'nested', value: '{"a":1}' },
  ]);
});

test('a line over the border is cut with a word; one that ends on it is not', async () => {
  const line = (vertices: number[][]) => ({
    category: 'lane',
    poly2d: [{ vertices, types: 'LL', closed: false }],
  });
  const text = frame([
    line([
      [0, 10],
      [20, 0],
    ]),
    line([
      [5, 5],
      [30, 5],
    ]),
  ]);
  const run = await importHere({ plugin: 'bdd100k', files: { 'l.json': text, 'a.png': png() } });
  expect(
    labelsOf(run.items[0]).map((label) => label.geometryType === 'line' && label.points.exterior),
  ).toEqual([
    [
      [0, 9],
      [19, 0],
    ],
    [
      [5, 5],
      [19, 5],
    ],
  ]);
  expect(told(run)).toHaveLength(1);
});

test('curves: as many straight parts as asked for; a closed one ends at its start', () => {
  const open = readPoly2d(
    [
      {
        vertices: [
          [0, 0],
          [0, 4],
          [4, 4],
          [4, 0],
        ],
        types: 'LCCC',
        closed: false,
      },
    ],
    2,
    false,
  );
  expect(open).toEqual([
    {
      closed: false,
      points: [
        [0, 0],
        [2, 3],
        [4, 0],
      ],
    },
  ]);
  const closed = readPoly2d(
    [
      {
        vertices: [
          [0, 0],
          [8, 0],
          [8, 8],
          [0, 8],
        ],
        types: 'LLCC',
        closed: true,
      },
    ],
    2,
    false,
  );
  expect(closed).toEqual([
    {
      closed: true,
      points: [
        [0, 0],
        [8, 0],
        [4, 6],
      ],
    },
  ]);
  // Two control points in a row that nothing ends.
  expect(
    readPoly2d(
      [
        {
          vertices: [
            [0, 0],
            [1, 1],
            [2, 2],
          ],
          types: 'LCC',
          closed: false,
        },
      ],
      4,
      false,
    ),
  ).toEqual([
    {
      closed: false,
      points: [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
    },
  ]);
  expect(readPoly2d([], 8, false)).toBe('expected a list of outlines, got []');
});

test('a file that is no JSON is named with line and column', async () => {
  const files = { 'l.json': `${frame([{ category: 'car', box2d }])}]`, 'a.png': png() };
  const run = await importHere({ plugin: 'bdd100k', files });
  expect(labelsOf(run.items[0])).toEqual([]);
  expect(told(run)[0]).toMatch(/^failed data\/l\.json: line 1, column \d+/);
  const stopped = await importHere({ plugin: 'bdd100k', files, options: { bad_annotation: 'stop' } });
  expect(stopped.failure?.code).toBe('SLY_FORMAT_JSON');
});

test('detection', async () => {
  expect(await detectIn('bdd100k', FIXTURE)).toMatchObject({ confidence: 0.95 });
  const text = frame([{ category: 'car', box2d }]);
  expect(await detectHere('bdd100k', { 'l.json': text, 'a.png': png() })).toEqual({
    confidence: 0.95,
    because: 'l.json has frames with labels of BDD100K, and a.png is there',
  });
  expect(await detectHere('bdd100k', { 'l.json': text, 'b.png': png() })).toMatchObject({ confidence: 0.7 });
  expect(await detectHere('bdd100k', { 'l.json': text })).toMatchObject({ confidence: 0 });
  for (const other of [
    '{"images":[{"id":1,"file_name":"a.png"}],"annotations":[],"categories":[]}',
    '[{"image":"a.png","annotations":[{"result":[],"labels":["a"]}]}]',
    '{"size":{"height":1,"width":1},"tags":[],"objects":[]}',
    '{"shapes":[],"imagePath":"a.png","labels":["a"]}',
  ])
    expect(await detectHere('bdd100k', { 'a.json': other, 'a.png': png() })).toMatchObject({ confidence: 0 });
});

const LIST = frame(
  [
    {
      category: 'car',
      box2d,
      poly2d: [
        {
          vertices: [
            [1, 1],
            [9, 1],
            [9, 9],
            [2, 8],
          ],
          types: 'LCCC',
          closed: true,
        },
      ],
    },
    {
      category: 'lane',
      attributes: { laneStyle: 'solid', occluded: true },
      poly2d: [
        {
          vertices: [
            [1, 1],
            [30, 9],
          ],
          types: 'LL',
          closed: false,
        },
      ],
    },
  ],
  { attributes: { weather: 'clear' }, timestamp: 1 },
);
const ONE = JSON.stringify({
  name: 'a',
  frames: [
    {
      objects: [
        {
          category: 'area/drivable',
          poly2d: [
            [1, 6, 'L'],
            [6, 4, 'C'],
            [9, 6, 'L'],
          ],
        },
      ],
    },
  ],
  attributes: { timeofday: 'night' },
});

test.each([
  ['a list', LIST],
  ['the file of one picture', ONE],
])(
  'any damage to %s',
  async (_name, text) => {
    const { reported, failed } = await fuzzImport({
      plugin: 'bdd100k',
      files: { 'l.json': text, 'a.png': png() },
      damage: /\.json$/,
      tokens: JSON_TOKENS,
      cases: 5000,
    });
    expect(reported).toBeGreaterThan(1000);
    expect(failed).toBe(0);
  },
  240_000,
);
