import { expect, test, vi } from 'vitest';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import type { Geometry, Label, Point, Ring } from '../../../src/format/model.ts';
import { classOf, exportItems, labelOf, warnings } from './cases.ts';
import { toldExport } from './oracle/oracle.ts';

// Many runs, and other work beside them.
vi.setConfig({ testTimeout: 120_000 });

const rectangle = (a: Point, b: Point): Geometry => ({
  geometryType: 'rectangle',
  points: { exterior: [a, b], interior: [] },
});
const polygon = (exterior: Ring, ...interior: Ring[]): Geometry => ({
  geometryType: 'polygon',
  points: { exterior, interior },
});
const line = (exterior: Ring): Geometry => ({ geometryType: 'line', points: { exterior, interior: [] } });
const triangle: Ring = [
  [1, 1],
  [9, 1],
  [1, 8],
];
/** A ring of pixels around a hole, and a block apart from it. */
const mask: Geometry = {
  geometryType: 'bitmap',
  bitmap: encodeBitmap({
    x: 3,
    y: 2,
    width: 6,
    height: 3,
    data: Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0),
  }),
};
const template = {
  nodes: {
    n1: { label: 'left ear', loc: [0, 0] },
    n2: { label: 'nose', loc: [9, 9] },
    n3: { label: 'right ear', loc: [9, 9] },
  },
  edges: [{ src: 'n1', dst: 'n2' }],
};
const of = (objects: Label[], more: object = {}) => ({ width: 20, height: 10, objects, ...more });

test('detect: everything becomes its box, the box of an object is its own', async () => {
  const classes = [classOf('car', 'polygon'), classOf('car_bbox', 'rectangle'), classOf('lane: "a"', 'line')];
  const run = await exportItems(
    classes,
    {
      'train/a.png': of([
        labelOf('car', polygon(triangle), { instance: 'i' }),
        labelOf('car_bbox', rectangle([9, 9], [0, 0]), { instance: 'i' }),
        labelOf('car', polygon(triangle), { tags: [{ name: 'weather' }] }),
        labelOf('lane: "a"', line(triangle)),
      ]),
      'train/b.png': of([]),
    },
    { options: { task: 'detect' } },
  );
  expect(run.failure).toBeUndefined();
  expect(run.entries.map(({ path }) => path)).toEqual([
    'images/train/a.png',
    'labels/train/a.txt',
    'images/train/b.png',
    'labels/train/b.txt',
    'data.yaml',
  ]);
  expect(run.written).toHaveLength(2);
  expect(run.entry('labels/train/a.txt').toString()).toBe(
    '0 0.250000 0.500000 0.500000 1\n0 0.275000 0.500000 0.450000 0.800000\n1 0.275000 0.500000 0.450000 0.800000\n',
  );
  const told = toldExport(run, 'detect');
  expect(told.problems).toEqual([]);
  expect(told.names).toEqual(['car', 'lane: "a"']);
  expect(told.yaml).toMatchObject({ train: 'images/train', val: 'images/train', nc: 2 });
  expect(told.yaml.path).toBeUndefined();
  expect(told.images).toEqual({
    'train/a.png': [
      { class: 'car', box: [0, 0, 10, 10] },
      { class: 'car', box: [1, 1, 10, 9] },
      { class: 'lane: "a"', box: [1, 1, 10, 9] },
    ],
    'train/b.png': [],
    'val/a.png': told.images['train/a.png'],
    'val/b.png': [],
  });
  expect(warnings(run).sort()).toEqual([
    '1 label of shape line beyond its box cannot be expressed in YOLO',
    '1 tag weather of a label cannot be expressed in YOLO',
    '2 labels of shape polygon beyond its box cannot be expressed in YOLO',
  ]);
});

test('segment: outlines of polygons and masks, a line a part', async () => {
  const classes = [classOf('car', 'polygon'), classOf('mud', 'bitmap'), classOf('box', 'rectangle')];
  const objects = [
    labelOf(
      'car',
      polygon(triangle, [
        [2, 2],
        [3, 2],
        [2, 3],
      ]),
    ),
    labelOf('mud', mask),
    labelOf('box', rectangle([0, 0], [19, 9])),
  ];
  const run = await exportItems(classes, { 'train/a.png': of(objects) });
  const told = toldExport(run, 'segment');
  expect(told.problems).toEqual([]);
  expect(told.images['train/a.png']).toEqual([
    { class: 'car', points: [1.5, 1.5, 9.5, 1.5, 1.5, 8.5], area: 28 },
    { class: 'mud', points: [3.5, 2.5, 3.5, 4.5, 5.5, 4.5, 5.5, 2.5], area: 4 },
    { class: 'mud', points: [7.5, 2.5, 7.5, 3.5, 8.5, 3.5, 8.5, 2.5], area: 1 },
    { class: 'box', points: [0, 0, 20, 0, 20, 10, 0, 10], area: 200 },
  ]);
  expect(warnings(run).sort()).toEqual([
    '1 label of shape rectangle (it is written as an outline) cannot be expressed in YOLO',
    '1 part of an object (it is written as one of its own) cannot be expressed in YOLO',
    '2 holes of an outline cannot be expressed in YOLO',
  ]);
  const joined = toldExport(
    await exportItems(classes, { 'train/a.png': of(objects) }, { options: { parts: 'joined' } }),
    'segment',
  );
  expect(joined.images['train/a.png']?.map(({ class: name, area }) => [name, area])).toEqual([
    ['car', 28],
    ['mud', 5],
    ['box', 200],
  ]);
});

test('pose: keypoints of each class filled up to the most, mirrored partners by their names', async () => {
  const classes = [
    classOf('cat', 'graph', { geometry_config: template }),
    classOf('cat_bbox', 'rectangle'),
    classOf('dot', 'graph', { geometry_config: { nodes: { a: { label: '0', loc: [0, 0] } }, edges: [] } }),
    classOf('car', 'polygon'),
  ];
  const graph: Geometry = {
    geometryType: 'graph',
    nodes: { n3: { loc: [19, 9] }, n1: { loc: [2, 3], disabled: true } },
  };
  const run = await exportItems(classes, {
    'train/a.png': of([
      labelOf('cat', graph, { instance: 'i' }),
      labelOf('cat_bbox', rectangle([1, 1], [19, 9]), { instance: 'i' }),
      labelOf('cat', graph),
      labelOf('cat_bbox', rectangle([0, 0], [4, 4])),
      labelOf('dot', { geometryType: 'graph', nodes: { a: { loc: [4, 4] } } }),
      labelOf('car', polygon(triangle)),
    ]),
  });
  const told = toldExport(run, 'pose');
  expect(told.problems).toEqual([]);
  expect(told.names).toEqual(['cat', 'dot', 'car']);
  expect(told.yaml).toMatchObject({ kpt_shape: [3, 3], kpt_names: { 0: ['left ear', 'nose', 'right ear'] } });
  // The two classes do not agree.
  expect(told.yaml.flip_idx).toBeUndefined();
  const keypoints = [
    [2.5, 3.5, 1],
    [0, 0, 0],
    [19.5, 9.5, 2],
  ];
  const none = [0, 0, 0];
  expect(told.images['train/a.png']).toEqual([
    { class: 'cat', box: [1, 1, 20, 10], keypoints },
    { class: 'cat', box: [2, 3, 20, 10], keypoints },
    { class: 'cat', box: [0, 0, 5, 5], keypoints: [none, none, none] },
    { class: 'dot', box: [4, 4, 5, 5], keypoints: [[4.5, 4.5, 2], none, none] },
  ]);
  expect(warnings(run)).toEqual(['1 label of shape polygon cannot be expressed in YOLO']);
  const alone = toldExport(
    await exportItems(classes.slice(0, 2), { 'train/a.png': of([labelOf('cat', graph)]) }),
    'pose',
  );
  expect(alone.yaml.flip_idx).toEqual([2, 1, 0]);
  expect(alone.problems).toEqual([]);
});

test('obb: own corners, those of boxes, the smallest rectangle of the rest; inside the picture', async () => {
  const classes = [classOf('ship', 'oriented_bbox'), classOf('car', 'any')];
  const run = await exportItems(classes, {
    'train/a.png': of([
      labelOf('ship', {
        geometryType: 'oriented_bbox',
        points: [
          [4, 2],
          [9, 5],
        ],
        angle: Math.PI / 2,
      }),
      labelOf('ship', {
        geometryType: 'oriented_bbox',
        points: [
          [15, 0],
          [19, 5],
        ],
        angle: 0.5,
      }),
      labelOf('car', rectangle([1, 1], [4, 2])),
      labelOf(
        'car',
        polygon([
          [1, 1],
          [5, 1],
          [5, 3],
          [2, 3],
        ]),
      ),
      labelOf('car', polygon(triangle)),
      labelOf('car', { geometryType: 'point', points: { exterior: [[1, 1]], interior: [] } }),
    ]),
  });
  const told = toldExport(run, 'obb');
  expect(told.problems).toEqual([]);
  const [turned, edge, box, quad, around] = told.images['train/a.png'] ?? [];
  expect(turned).toMatchObject({ points: [9, 1, 9, 7, 5, 7, 5, 1], area: 24, sides: [4, 6] });
  expect(edge?.points?.every((value, i) => value >= 0 && value <= (i % 2 === 0 ? 20 : 10))).toBe(true);
  expect(box).toMatchObject({ points: [1, 1, 5, 1, 5, 3, 1, 3] });
  expect(quad).toMatchObject({ points: [1.5, 1.5, 5.5, 1.5, 5.5, 3.5, 2.5, 3.5] });
  expect(around?.area).toBe(56);
  expect(warnings(run).sort()).toEqual([
    '1 corner outside of its picture (it is moved to the border) cannot be expressed in YOLO',
    '1 label of shape point cannot be expressed in YOLO',
    '1 outline beyond its smallest rectangle cannot be expressed in YOLO',
  ]);
});

test('splits: a tag, the name of the dataset, else every fifth; names stay apart', async () => {
  const item = of([labelOf('car', rectangle([1, 1], [2, 2]))]);
  const tagged = { ...item, tags: [{ name: 'val' }] };
  const items = Object.fromEntries([
    ['day/a.png', item],
    ['day/b.png', tagged],
    ...['c', 'd', 'e', 'f', 'g', 'h'].map((name) => [`day/${name}.png`, item]),
    ['ds0/x.png', item],
    ['ds0/x.jpg', item],
    ['test/t.png', item],
  ]);
  const run = await exportItems([classOf('car', 'rectangle')], items);
  const told = toldExport(run, 'detect');
  expect(told.problems).toEqual([]);
  expect(told.yaml).toMatchObject({ train: 'images/train', val: 'images/val', test: 'images/test' });
  expect(Object.keys(told.images).sort()).toEqual(
    [
      'test/t.png',
      ...['a', 'c', 'd', 'e', 'g', 'h'].map((name) => `train/day_${name}.png`),
      'train/x.jpg',
      'train/x_01.png',
      'val/day_b.png',
      'val/day_f.png',
    ].sort(),
  );
  expect(run.reports).toEqual([]);
});

test('annotations only, annotated only, nothing at all', async () => {
  const items = { 'train/a.png': of([labelOf('car', rectangle([1, 1], [2, 2]))]), 'train/b.png': of([]) };
  const options = { only_annotations: true, only_annotated: true };
  const run = await exportItems([classOf('car', 'rectangle')], items, { options });
  expect(run.entries.map(({ path }) => path)).toEqual(['labels/train/a.txt', 'data.yaml']);
  const empty = await exportItems([], {});
  expect(empty.failure).toBeUndefined();
  expect(empty.entry('data.yaml').toString()).toContain('names: {}');
  const pose = await exportItems([classOf('car', 'rectangle')], items, { options: { task: 'pose' } });
  expect(pose.failure).toMatchObject({ code: 'SLY_FORMAT_INVALID', hint: expect.stringContaining('detect') });
});

test('names of classes survive whatever they are', async () => {
  const titles = [
    'yes',
    '1.0',
    ' a: b # c',
    'ü\u0085\u2028"\\',
    '{x}',
    '- y',
    '\u{1F600}',
    "it's",
    'null',
    'a\nb',
  ];
  const run = await exportItems(
    titles.map((title) => classOf(title, 'rectangle')),
    { 'train/a.png': of([]) },
  );
  expect(toldExport(run, 'detect').names).toEqual(titles);
});
