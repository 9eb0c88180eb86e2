import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitted, held, panned, zoomed, zoomedTo } from '../../../web/src/draw/view.ts';

const stage = { width: 800, height: 600 };

test('fitted: all of it, in the middle; a tiny picture is not blown up without end', () => {
  expect(fitted(stage, { width: 1600, height: 600 })).toEqual({ scale: 0.5, x: 0, y: 150 });
  expect(fitted(stage, { width: 1, height: 1 })).toEqual({ scale: 8, x: 396, y: 296 });
});

test('zooming keeps the place under the pointer where it is', () => {
  const picture = { width: 4000, height: 3000 };
  fc.assert(
    fc.property(
      fc.double({ min: 1.1, max: 20, noNaN: true }),
      fc.integer({ min: 0, max: 800 }),
      fc.integer({ min: 0, max: 600 }),
      (factor, x, y) => {
        const before = fitted(stage, picture);
        const after = zoomed(before, factor, { x, y }, stage, picture);
        const at = (view: typeof before) => [(x - view.x) / view.scale, (y - view.y) / view.scale];
        for (const axis of [0, 1]) expect(at(after)[axis]).toBeCloseTo(at(before)[axis]!, 3);
      },
    ),
  );
});

test('the picture cannot be lost', () => {
  const picture = { width: 4000, height: 3000 };
  const near = zoomed(fitted(stage, picture), 8, { x: 400, y: 300 }, stage, picture);
  const far = panned(near, 1e6, -1e6, stage, picture);
  expect(far.x).toBe(0);
  expect(far.y).toBe(stage.height - picture.height * far.scale);
  expect(held({ scale: 0.01, x: 700, y: 700 }, stage, picture)).toEqual({ scale: 0.01, x: 380, y: 285 });
  expect(zoomed(near, 1e9, { x: 0, y: 0 }, stage, picture).scale).toBe(64);
});

test('an object is brought into the middle', () => {
  const picture = { width: 4000, height: 3000 };
  const view = zoomedTo({ left: 1900, top: 1400, right: 2100, bottom: 1600 }, stage, picture);
  expect(2000 * view.scale + view.x).toBeCloseTo(400);
  expect(1500 * view.scale + view.y).toBeCloseTo(300);
  expect(view.scale).toBeGreaterThan(1);
});
