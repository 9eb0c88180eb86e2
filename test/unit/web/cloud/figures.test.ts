import { expect, test } from 'vitest';
import { createDrawBudget, evenOrder } from '../../../../web/src/projects/cloud/draw-budget.ts';
import { ballOf } from '../../../../web/src/projects/cloud/fit.ts';
import { placeOf, pointColors, waysToColor } from '../../../../web/src/projects/cloud/point-colors.ts';
import type { Cloud } from '../../../../web/src/projects/cloud/read/cloud.ts';
import { spatialFigures } from '../../../../web/src/projects/cloud/spatial-figures.ts';

const CLASSES = [{ title: 'car', color: '#102030', shape: 'any' }];
const figuresOf = (
  ...figures: { geometryType: string; geometry: Record<string, unknown>; objectId?: number }[]
) =>
  spatialFigures(
    {
      tags: [],
      objects: [{ id: 7, classTitle: 'car', tags: [{ name: 'parked' }] }],
      figures: figures.map((one, id) => ({ id, objectId: 7, ...one })),
    },
    CLASSES,
  );
const cloudOf = (more: Partial<Cloud>): Cloud => ({
  declared: 4,
  present: 4,
  placeless: 0,
  index: new Uint32Array([0, 1, 2, 3]),
  positions: new Float32Array([0, 0, 0, 1, 0, 1, 2, 0, 2, 3, 0, 3]),
  origin: [0, 0, 0],
  rgb: undefined,
  intensity: undefined,
  ...more,
});

test('every geometry of a cloud, and those that say nonsense, are in the list', () => {
  const at = { x: 1, y: 2, z: 3 };
  const figures = figuresOf(
    {
      geometryType: 'cuboid_3d',
      geometry: { position: at, rotation: { x: 0, y: 0, z: 0 }, dimensions: { x: 2, y: 4, z: 6 } },
    },
    { geometryType: 'point_3d', geometry: at },
    {
      geometryType: 'polyline_3d',
      geometry: {
        points: [
          [0, 0, 0],
          [1, 0, 0],
          [1, 1, 0],
        ],
      },
    },
    { geometryType: 'point_cloud', geometry: { indices: [0, 2, 'x'] } },
    { geometryType: 'cuboid_3d', geometry: { position: at, rotation: null, dimensions: { x: 'a' } } },
    { geometryType: 'polyline_3d', geometry: {} },
    { geometryType: 'something', geometry: at, objectId: 99 },
  );
  expect(figures.map((one) => one.lines.length)).toEqual([26, 6, 4, 0, 0, 0, 0]);
  expect(figures[0]).toMatchObject({ color: '#102030', centre: [1, 2, 3], tags: [{ name: 'parked' }] });
  expect(figures[0]!.radius).toBeCloseTo(Math.hypot(1, 2, 3), 6);
  expect(figures[1]!.centre).toEqual([1, 2, 3]);
  expect(figures[3]!.indices).toEqual([0, 2]);
  expect(figures[6]!.classTitle).toBe('unknown');
});

test('points of segments have the colours of their classes, also when only some points are shown', () => {
  const segments = [
    { color: '#ff0000', indices: [0, 6, 7] },
    { color: '#00ff00', indices: [6, 1_000_000] },
  ];
  const some = cloudOf({ index: new Uint32Array([0, 3, 6, 9]) });
  expect([...pointColors(some, 'one', segments)]).toEqual([
    ...[255, 0, 0, 200, 200, 200],
    ...[0, 255, 0, 200, 200, 200],
  ]);
  expect([0, 3, 4, 9, 10].map((one) => placeOf(some.index, one))).toEqual([0, 1, -1, 3, -1]);
  expect(placeOf(new Uint32Array(), 0)).toBe(-1);
});

test('by height the lowest is dark and the highest bright; what a cloud lacks cannot be chosen', () => {
  const colors = pointColors(cloudOf({}), 'height', []);
  expect([...colors.slice(0, 3)]).toEqual([0x5b, 0x4b, 0xb5]);
  expect([...colors.slice(9)]).toEqual([0xfd, 0xe7, 0x25]);
  expect(waysToColor(cloudOf({}))).toEqual(['height', 'one']);
  expect(waysToColor(cloudOf({ rgb: new Uint8Array(12), intensity: new Float32Array(4) }))).toEqual([
    ...['rgb', 'height', 'intensity', 'one'],
  ]);
  // All of one intensity.
  expect(new Set(pointColors(cloudOf({ intensity: new Float32Array(4) }), 'intensity', [])).size).toBe(3);
});

test('the first view is of nearly all points, or of the figures, or of one metre', () => {
  const positions = Float32Array.from({ length: 3000 }, (_, at) => (at % 3 === 0 ? at / 3000 : 0));
  positions[0] = 1e6;
  const { radius } = ballOf(cloudOf({ positions, index: new Uint32Array(1000) }), []);
  expect(radius).toBeLessThan(1);
  const empty = cloudOf({ positions: new Float32Array(), index: new Uint32Array() });
  const [box] = figuresOf({ geometryType: 'point_3d', geometry: { x: 5, y: 6, z: 7 } });
  expect(ballOf(empty, [box!]).centre).toEqual([5, 6, 7]);
  expect(ballOf(undefined, [])).toEqual({ centre: [0, 0, 0], radius: 1 });
});

test('a slow card draws fewer points while the view moves, a fast one all; any beginning is spread evenly', () => {
  const budget = createDrawBudget();
  expect(budget.points(2_000_000)).toBe(2_000_000);
  budget.took(600, 2_000_000);
  expect(budget.points(2_000_000)).toBe(200_000);
  budget.took(9000, 200_000);
  expect(budget.points(2_000_000)).toBe(100_000);
  expect(budget.points(50_000)).toBe(50_000);
  budget.took(3000, 50_000);
  budget.took(16, 100_000);
  expect(budget.points(300_000)).toBe(300_000);

  for (const count of [0, 1, 2, 7, 1000]) {
    const order = evenOrder(count);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
  }
  const tenth = [...evenOrder(1000).subarray(0, 100)].sort((a, b) => a - b);
  const gaps = tenth.slice(1).map((one, at) => one - tenth[at]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(16);
});
