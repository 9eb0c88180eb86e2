import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Mask } from '../../../src/format/bitmap.ts';
import { decodeBrush, encodeBrush } from '../brush-rle.ts';

const masks = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 }))
  .chain(([width, height]) =>
    fc
      .array(fc.oneof({ weight: 1, arbitrary: fc.boolean() }, { weight: 4, arbitrary: fc.constant(false) }), {
        minLength: width * height,
        maxLength: width * height,
      })
      .map((bits) => ({ width, height, bits })),
  );

const rowsOf = ({ width, height, bits }: { width: number; height: number; bits: boolean[] }): string[] =>
  Array.from({ length: height }, (_, y) =>
    bits
      .slice(y * width, (y + 1) * width)
      .map(Number)
      .join(''),
  );

const told = (mask: Mask | undefined | string): unknown =>
  typeof mask === 'object'
    ? Array.from({ length: mask.height }, (_, y) =>
        [...mask.data.subarray(y * mask.width, (y + 1) * mask.width)].join(''),
      )
    : mask;

test('what is packed is unpacked, wherever the crop lies', () => {
  fc.assert(
    fc.property(
      masks,
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 9 }),
      ({ width, height, bits }, x, y) => {
        const size = { width: width + x + 3, height: height + y + 1 };
        const mask = { x, y, width, height, data: Uint8Array.from(bits, Number) };
        const back = decodeBrush(encodeBrush(mask, size), size);
        if (!bits.includes(true)) {
          expect(back).toBeUndefined();
          return;
        }
        const whole = back as Mask;
        expect([whole.width, whole.height]).toEqual([size.width, size.height]);
        for (let row = 0; row < size.height; row++)
          for (let column = 0; column < size.width; column++) {
            const inside = column >= x && column < x + width && row >= y && row < y + height;
            const set = inside && bits[(row - y) * width + column - x] === true;
            expect(whole.data[row * size.width + column]).toBe(set ? 1 : 0);
          }
      },
    ),
    { numRuns: 100 },
  );
});

test('another program, made from the description of the bits, reads what is packed and packs what is read', () => {
  const cases = fc.sample(masks, { numRuns: 20, seed: 3 }).filter(({ bits }) => bits.includes(true));
  const input = {
    decode: cases.map(({ width, height, bits }) => ({
      width,
      height,
      rle: encodeBrush({ x: 0, y: 0, width, height, data: Uint8Array.from(bits, Number) }, { width, height }),
    })),
    encode: cases.map((one) => ({ rows: rowsOf(one) })),
  };
  const text = execFileSync('/usr/bin/python3', [path.join(import.meta.dirname, 'brush_rle.py')], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  const { decode, encode } = JSON.parse(text) as { decode: string[][]; encode: number[][] };
  expect(decode).toEqual(cases.map(rowsOf));
  for (const [i, bytes] of encode.entries())
    expect(told(decodeBrush(bytes, cases[i]!))).toEqual(rowsOf(cases[i]!));
});

test('the bits of a small mask, by hand', () => {
  // 2 x 1 pixels, the second set: 8 bytes; words of 8 bits; sizes 3, 4, 8, 16; two runs of four.
  const bits = [
    '00000000000000000000000000001000',
    '00111',
    '0010',
    '0011',
    '0111',
    '1111',
    '1',
    '00',
    '011',
    '00000000',
    '1',
    '00',
    '011',
    '11111111',
  ].join('');
  const bytes = bits
    .padEnd(Math.ceil(bits.length / 8) * 8, '0')
    .match(/.{8}/g)!
    .map((one) => Number.parseInt(one, 2));
  const size = { width: 2, height: 1 };
  expect(encodeBrush({ x: 1, y: 0, width: 1, height: 1, data: Uint8Array.of(1) }, size)).toEqual(bytes);
  expect(told(decodeBrush(bytes, size))).toEqual(['01']);
});

test('runs longer than a size can say', () => {
  const size = { width: 400, height: 300 };
  const mask = { x: 0, y: 0, ...size, data: new Uint8Array(120_000).fill(1) };
  const bytes = encodeBrush(mask, size);
  expect(bytes.length).toBeLessThan(60);
  expect((decodeBrush(bytes, size) as Mask).data.every((one) => one === 1)).toBe(true);
});

test('what is no mask says why', () => {
  const size = { width: 2, height: 1 };
  const good = encodeBrush({ x: 0, y: 0, width: 1, height: 1, data: Uint8Array.of(1) }, size);
  expect(decodeBrush(good.slice(0, 5), size)).toBe('expected a header of 53 bits, got 40 bits');
  expect(decodeBrush(good.slice(0, 8), size)).toMatch(/^expected 8 bytes, got the end/);
  expect(decodeBrush(good, { width: 3, height: 1 })).toBe('expected the 12 bytes of 3 x 1 RGBA, got 8');
  expect(decodeBrush(good, { width: 1e6, height: 1e6 })).toMatch(/^expected at most/);
});
