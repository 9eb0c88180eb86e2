import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mask } from '../../../src/format/bitmap.ts';
import { areaOfRuns, boxOfRuns, decodeCounts, encodeCounts, maskOfRle, runsOf, runsOfMask } from '../rle.ts';

/** Columns from left to right, as the format says, the slow way. */
function runsByHand(rows: readonly string[]): number[] {
  const [height, width] = [rows.length, rows[0]!.length];
  const runs = [0];
  let value = '.';
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (rows[y]![x] !== value) {
        value = rows[y]![x]!;
        runs.push(0);
      }
      runs[runs.length - 1]!++;
    }
  }
  return runs;
}

const maskOf = (rows: readonly string[]): Mask => ({
  x: 0,
  y: 0,
  width: rows[0]!.length,
  height: rows.length,
  data: Uint8Array.from(rows.join(''), (char) => (char === '.' ? 0 : 1)),
});

const pictures = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }))
  .chain(([width, height]) =>
    fc.array(fc.string({ unit: fc.constantFrom('.', '#'), minLength: width, maxLength: width }), {
      minLength: height,
      maxLength: height,
    }),
  );

describe('counts as text', () => {
  // Texts as COCO's own tools write them.
  test.each([
    ['61X13mN000`0', [6, 1, 40, 4, 5, 4, 5, 4, 21]],
    ['', []],
    ['0', [0]],
    ['P8', [256]],
    ['00', [0, 0]],
    ['1', [1]],
    ['o0', [31]],
    ['PP1', [1024]],
    ['0100', [0, 1, 0, 1]],
    ['PPPP:', [10 << 20]],
  ])('%j is %j', (text, counts) => {
    expect(decodeCounts(text)).toEqual(counts);
    expect(encodeCounts(counts)).toBe(text);
  });

  test('comes back for any lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), { maxLength: 50 }), (counts) => {
        expect(decodeCounts(encodeCounts(counts))).toEqual(counts);
      }),
    );
  });

  test('many lengths do not overflow the stack', () => {
    const counts = Array.from({ length: 300_000 }, (_, i) => i % 97);
    expect(decodeCounts(encodeCounts(counts))).toEqual(counts);
  });

  test.each([
    ['6 1', /got " " at 1/],
    ['6p', /got "p" at 1/],
    ['P', /the end of the text/],
    ['oooooooo0', /at most 7 groups/],
    ['O', /0 or more pixels, got -1/],
  ])('%j is refused', (text, message) => {
    expect(() => decodeCounts(text)).toThrow(message);
  });
});

describe('masks', () => {
  test('are read down the columns', () => {
    const rows = ['..#..', '.##..', '....#'];
    expect(runsByHand(rows)).toEqual([4, 1, 1, 2, 6, 1]);
    expect(runsOfMask(maskOf(rows), [3, 5])).toEqual([4, 1, 1, 2, 6, 1]);
    expect(maskOfRle({ size: [3, 5], counts: [4, 1, 1, 2, 6, 1] })).toEqual({
      x: 1,
      y: 0,
      width: 4,
      height: 3,
      data: Uint8Array.of(0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1),
    });
  });

  test('come back, whatever is set', () => {
    fc.assert(
      fc.property(pictures, (rows) => {
        const [height, width] = [rows.length, rows[0]!.length];
        const runs = runsOfMask(maskOf(rows), [height, width]);
        expect(runs).toEqual(runsByHand(rows));
        const text = encodeCounts(runs);
        const mask = maskOfRle({ size: [height, width], counts: text });
        const set = rows.join('').replaceAll('.', '').length;
        expect(areaOfRuns(runs)).toBe(set);
        expect(mask === undefined).toBe(set === 0);
        if (mask === undefined) return;
        expect(boxOfRuns(runs, height)).toEqual({
          x: mask.x,
          y: mask.y,
          width: mask.width,
          height: mask.height,
        });
        expect(runsOfMask(mask, [height, width])).toEqual(runs);
      }),
    );
  });

  test('what lies outside of the image is left out', () => {
    const mask: Mask = { x: -1, y: 1, width: 3, height: 4, data: new Uint8Array(12).fill(1) };
    expect(runsOfMask(mask, [3, 4])).toEqual(runsByHand(['....', '##..', '##..']));
    expect(runsOfMask({ ...mask, x: 9 }, [3, 4])).toEqual([12]);
  });

  test('runs that stop early leave the rest clear, runs that go too far are refused', () => {
    expect(maskOfRle({ size: [2, 2], counts: [1, 1] })).toMatchObject({ x: 0, y: 1, width: 1, height: 1 });
    expect(maskOfRle({ size: [2, 2], counts: [4] })).toBeUndefined();
    expect(() => runsOf({ size: [2, 2], counts: [1, 4] })).toThrow(/2 x 2 = 4 pixels, got 5/);
    expect(() => runsOf({ size: [2, 2], counts: [1.5] })).toThrow(/counts\[0\]/);
    expect(() => runsOf({ size: [0, 2], counts: [] })).toThrow(/size/);
    expect(() => runsOf({ size: [1e6, 1e6], counts: [] })).toThrow(/at most/);
  });
});
