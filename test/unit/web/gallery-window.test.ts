import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gridOf, scrollFor, shownOf } from '../../../web/src/projects/gallery-window.ts';

const SCREEN = 800;

test('only what is on the screen, and a little around it, is shown', () => {
  const grid = gridOf(1000, 100_000);
  expect(grid.columns).toBe(5);
  const middle = shownOf(grid, 100_000, grid.height / 2, SCREEN);
  expect(middle.to - middle.from).toBeLessThan(70);
  expect(middle.from % grid.columns).toBe(0);
  expect(shownOf(grid, 100_000, grid.height, SCREEN).to).toBe(100_000);
  expect(shownOf(grid, 100_000, -500, SCREEN).from).toBe(0);
});

test('nothing, one, and a phone', () => {
  expect(shownOf(gridOf(1000, 0), 0, 0, SCREEN)).toEqual({ from: 0, to: 0, top: 0 });
  expect(shownOf(gridOf(1000, 1), 1, 0, SCREEN)).toMatchObject({ from: 0, to: 1, top: 0 });
  expect(gridOf(366, 10).columns).toBe(2);
  expect(gridOf(0, 10).columns).toBe(1);
});

test('wherever it is scrolled to, the screen is covered, and any tile can be scrolled to', () => {
  const count = fc.integer({ min: 1, max: 3_000_000 });
  fc.assert(
    fc.property(
      count,
      fc.integer({ min: 200, max: 2500 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, width, share) => {
        const grid = gridOf(width, n);
        expect(grid.height).toBeLessThanOrEqual(15e6);
        const room = Math.max(0, grid.height - SCREEN);
        const scrolled = room * share;
        const shown = shownOf(grid, n, scrolled, SCREEN);
        const bottom = shown.top + Math.ceil((shown.to - shown.from) / grid.columns) * grid.rowHeight;
        expect(shown.top).toBeLessThanOrEqual(scrolled + 1e-3);
        expect(bottom).toBeGreaterThanOrEqual(Math.min(scrolled + SCREEN, grid.height) - 1e-3);

        const wanted = Math.floor((n - 1) * share);
        const to = scrollFor(grid, wanted, scrolled, SCREEN) ?? scrolled;
        const there = shownOf(grid, n, to, SCREEN);
        expect(there.from).toBeLessThanOrEqual(wanted);
        expect(there.to).toBeGreaterThan(wanted);
      },
    ),
  );
});
