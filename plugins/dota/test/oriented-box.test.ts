/** The smallest rectangle of the kit, beside the one OpenCV finds. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Point, Ring } from '../../../src/format/model.ts';
import { orientedCorners, ringArea } from '../../../src/format/raster.ts';
import {
  convexHull,
  isConvexQuad,
  minAreaRectangle,
  signedArea,
  turnedBoxOfCorners,
} from '../../../src/plugin-kit/oriented-box.ts';
import { hasPython, runPython } from '../../../test/support/python.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';

const SCRIPT = fileURLToPath(new URL('./oracle/dota_check.py', import.meta.url));
const withPython = test.skipIf(!hasPython('cv2', 'numpy'));

const coordinate = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.double({ min: -50, max: 50, noNaN: true }).map((x) => Math.fround(x)),
);
const points = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 40 });

const isAround = (rectangle: Ring, all: readonly Point[]): boolean =>
  all.every((point) =>
    rectangle.every((from, i) => {
      const to = rectangle[(i + 1) % 4] as Point;
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
      return (
        (to[0] - from[0]) * (point[1] - from[1]) - (to[1] - from[1]) * (point[0] - from[0]) >=
        -1e-6 * Math.max(1, length)
      );
    }),
  );

withPython('the area is that of cv2.minAreaRect, and the rectangle is around all points', () => {
  const groups: Point[][] = [
    ...fc.sample(points, { numRuns: 3000, seed: 7 }),
    [[1, 1]],
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    [
      [0, 0],
      [5, 5],
      [10, 10],
    ],
    [
      [0, 0],
      [0, 9],
    ],
  ];
  const file = path.join(tempFolder('rects'), 'points.json');
  writeFileSync(file, JSON.stringify(groups));
  const areas = JSON.parse(runPython(SCRIPT, 'rects', file)) as number[];
  for (const [i, group] of groups.entries()) {
    const rectangle = minAreaRectangle(group) ?? [];
    expect(rectangle).toHaveLength(4);
    expect(signedArea(rectangle)).toBeGreaterThanOrEqual(-1e-9);
    expect(isAround(rectangle, group), JSON.stringify(group)).toBe(true);
    const wanted = areas[i] ?? 0;
    // OpenCV reckons with 24 bits.
    expect(Math.abs(ringArea(rectangle) - wanted), JSON.stringify(group)).toBeLessThan(0.02 + wanted * 1e-4);
  }
});

test('no rectangle with a side on any side of the hull is smaller', () => {
  fc.assert(
    fc.property(points, (group) => {
      const hull = convexHull(group);
      let least = Infinity;
      for (const [i, from] of hull.entries()) {
        const to = hull[(i + 1) % hull.length] as Point;
        const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
        if (length === 0) continue;
        const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
        const along = group.map(([x, y]) => x * ux + y * uy);
        const across = group.map(([x, y]) => y * ux - x * uy);
        least = Math.min(
          least,
          (Math.max(...along) - Math.min(...along)) * (Math.max(...across) - Math.min(...across)),
        );
      }
      if (hull.length < 3) least = 0;
      expect(ringArea(minAreaRectangle(group) ?? [])).toBeCloseTo(least, 6);
    }),
    { numRuns: 1000 },
  );
});

test('nothing has no rectangle; a hull has no straight corners and no doubles', () => {
  expect(minAreaRectangle([])).toBeUndefined();
  expect(
    convexHull([
      [0, 0],
      [2, 0],
      [1, 0],
      [2, 2],
      [2, 2],
      [0, 2],
      [1, 1],
    ]),
  ).toEqual([
    [0, 0],
    [2, 0],
    [2, 2],
    [0, 2],
  ]);
});

test('corners of a turned box give the box, in either direction and from any first corner', () => {
  const size = fc.double({ min: 1, max: 60, noNaN: true });
  fc.assert(
    fc.property(
      size,
      size,
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.nat(3),
      fc.boolean(),
      (w, h, angle, first, back) => {
        const corners = orientedCorners(
          [
            [10, 20],
            [10 + w, 20 + h],
          ],
          angle,
        );
        const order = back ? [...corners].reverse() : corners;
        const box = turnedBoxOfCorners([...order.slice(first), ...order.slice(0, first)]);
        if (box === undefined) throw new Error('no box');
        const again = orientedCorners(
          [
            [box.x, box.y],
            [box.x + box.width, box.y + box.height],
          ],
          box.angle,
        );
        for (const corner of corners)
          expect(Math.min(...again.map(([x, y]) => Math.hypot(x - corner[0], y - corner[1])))).toBeLessThan(
            1e-6,
          );
        expect([box.width, box.height].sort((a, b) => a - b)[0]).toBeCloseTo(Math.min(w, h), 6);
        if (first === 0 && !back) expect(Math.abs(Math.sin((box.angle - angle) / 2))).toBeLessThan(1e-9);
      },
    ),
  );
  expect(
    turnedBoxOfCorners([
      [0, 0],
      [1, 0],
      [1, 1],
    ]),
  ).toBeUndefined();
});

test('four corners with a dent or on a line are no quadrangle', () => {
  expect(
    isConvexQuad([
      [0, 0],
      [4, 0],
      [5, 3],
      [0, 2],
    ]),
  ).toBe(true);
  expect(
    isConvexQuad([
      [0, 0],
      [0, 2],
      [5, 3],
      [4, 0],
    ]),
  ).toBe(true);
  expect(
    isConvexQuad([
      [0, 0],
      [4, 0],
      [1, 1],
      [0, 4],
    ]),
  ).toBe(false);
  expect(
    isConvexQuad([
      [0, 0],
      [2, 0],
      [4, 0],
      [0, 4],
    ]),
  ).toBe(false);
  expect(
    isConvexQuad([
      [0, 0],
      [4, 4],
      [4, 0],
      [0, 4],
    ]),
  ).toBe(false);
});
