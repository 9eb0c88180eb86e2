import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitNumbers } from '../../../../src/plugin-kit/pixels/fit-numbers.ts';
import { connectedParts, splitValues } from '../../../../src/plugin-kit/pixels/split-values.ts';
import { valueParts } from '../../../../src/plugin-kit/pixels/value-parts.ts';

const grids = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 }))
  .chain(([width, height, values]) =>
    fc
      .array(fc.integer({ min: 0, max: values }), { minLength: width * height, maxLength: width * height })
      .map((numbers) => ({ width, height, numbers: Uint16Array.from(numbers) })),
  );

const brief = (
  value: number,
  { x, y, width, height, data }: { x: number; y: number; width: number; height: number; data: Uint8Array },
): string => `${value}: ${x},${y} ${width}x${height} ${data.join('')}`;

test('whole numbers: the masks of splitValues, in their order', () => {
  fc.assert(
    fc.property(grids, (grid) => {
      const ignore = new Set([0]);
      const wanted = splitValues(grid.numbers, grid.width, grid.height, ignore);
      expect([...valueParts(grid, { ignore })].map(({ value, mask }) => brief(value, mask))).toEqual(
        [...wanted].map(([value, mask]) => brief(value, mask)),
      );
    }),
    { numRuns: 1000 },
  );
});

test.each([4, 8] as const)('parts, %i-connected: those a flood fill finds', (connected) => {
  fc.assert(
    fc.property(grids, (grid) => {
      const wanted = [...splitValues(grid.numbers, grid.width, grid.height)].flatMap(([value, mask]) =>
        connectedParts(mask, { diagonal: connected === 8 }).map((part) => brief(value, part)),
      );
      const parts = [...valueParts(grid, { connected })].map(({ value, mask }) => brief(value, mask));
      expect(parts.sort()).toEqual(wanted.sort());
    }),
    { numRuns: 1000 },
  );
});

test('a number of too many parts stays whole, the others do not', () => {
  const grid = { width: 5, height: 1, numbers: Uint8Array.of(1, 0, 1, 0, 1) };
  const parts = [...valueParts(grid, { connected: 4, maxParts: 2 })];
  expect(parts.map(({ value, mask, noisy }) => [brief(value, mask), noisy])).toEqual([
    ['1: 0,0 5x1 10101', true],
    ['0: 1,0 1x1 1', false],
    ['0: 3,0 1x1 1', false],
  ]);
});

test('fitNumbers takes the nearest pixel and makes no new numbers', () => {
  const grid = { width: 2, height: 2, numbers: Uint8Array.of(1, 2, 3, 4) };
  expect(fitNumbers(grid, { width: 2, height: 2 })).toBe(grid);
  expect([...fitNumbers(grid, { width: 3, height: 4 }).numbers]).toEqual([
    1, 2, 2, 1, 2, 2, 3, 4, 4, 3, 4, 4,
  ]);
  expect([...fitNumbers(grid, { width: 1, height: 1 }).numbers]).toEqual([4]);
});
