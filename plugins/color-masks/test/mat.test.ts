/** MATLAB files as SciPy writes them, and in the byte order it does not write. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { SlyError } from '../../../src/lib/errors.ts';
import { damaged, randoms } from '../../../test/support/damage.ts';
import { matGrid } from '../mat/mat-grid.ts';
import type { MatValue } from '../mat/mat-values.ts';
import { readMat } from '../mat/read-mat.ts';

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../fixtures/mat/${name}`, import.meta.url)));
const expected = JSON.parse(fixture('expected.json').toString()) as Record<
  string,
  Record<string, number[][]>
>;

/** Row by row, signs given back. */
function rowsOf(value: MatValue | undefined): number[][] {
  const { width, height, numbers } = matGrid(value, 'm');
  return Array.from({ length: height }, (_, y) =>
    Array.from(numbers.subarray(y * width, (y + 1) * width), (one) => one | 0),
  );
}

test.each(['numbers.mat', 'numbers-compressed.mat'])('%s: numbers of every type', (name) => {
  const variables = readMat(fixture(name));
  expect([...variables.keys()].sort()).toEqual(Object.keys(expected.numbers!).sort());
  for (const [key, rows] of Object.entries(expected.numbers!))
    expect(rowsOf(variables.get(key)), key).toEqual(rows);
});

test('the other byte order, short and long names, packed and not', () => {
  const variables = readMat(fixture('big-endian.mat'));
  for (const [key, rows] of Object.entries(expected['big-endian']!))
    expect(rowsOf(variables.get(key)), key).toEqual(rows);
});

test.each(['mixed.mat', 'mixed-compressed.mat'])('%s: text, cells, structs, and what is not read', (name) => {
  const variables = readMat(fixture(name));
  expect(variables.get('words')).toMatchObject({ kind: 'text', text: 'hello wörld' });
  expect(variables.get('empty')).toMatchObject({ kind: 'numbers', dims: [0, 3] });
  expect(variables.get('sparse')).toEqual({ kind: 'other', what: 'a sparse matrix' });
  expect(variables.get('cube')).toMatchObject({ dims: [2, 3, 4] });
  expect(rowsOf(variables.get('complex'))).toEqual([[1, 3]]);
  const cell = variables.get('cell');
  if (cell?.kind !== 'cell') throw new Error('no cell');
  expect(rowsOf(cell.cells[0])).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(cell.cells[1]).toMatchObject({ text: 'häuser' });
  expect(cell.cells[2]).toMatchObject({ dims: [0, 0] });
  let at = variables.get('deep');
  for (const field of ['a', 'b', 'c']) at = at?.kind === 'struct' ? at.elements[0]?.get(field) : undefined;
  expect(rowsOf(at)).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
});

test('only what is wanted is read', () => {
  expect([...readMat(fixture('mixed.mat'), { wanted: new Set(['words', 'none']) }).keys()]).toEqual([
    'words',
  ]);
});

describe('what it refuses', () => {
  const head = fixture('numbers.mat').subarray(0, 128);
  const withElements = (...parts: Buffer[]): Buffer => Buffer.concat([head, ...parts]);
  const tag = (kind: number, length: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(kind, 0);
    bytes.writeUInt32LE(length, 4);
    return bytes;
  };

  test.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /no such header in its 0 bytes/],
    ['version 7.3', Buffer.concat([Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), Buffer.alloc(600)]), /7\.3/],
    [
      'version 7.3 behind a header',
      Buffer.concat([head, Buffer.alloc(384), Buffer.from('\x89HDF', 'latin1')]),
      /7\.3/,
    ],
    [
      'an element longer than the file',
      withElements(tag(14, 1000), Buffer.alloc(16)),
      /1000 bytes, 16 are left/,
    ],
    ['half a tag', withElements(Buffer.alloc(4)), /begins 4 bytes before/],
    ['what cannot be inflated', withElements(tag(15, 8), Buffer.alloc(8, 7)), /cannot be inflated/],
  ])('%s', (_, file, message) => {
    expect(() => readMat(file)).toThrow(message);
  });

  test('a small file that inflates to a large one', () => {
    const bomb = deflateSync(Buffer.alloc(8 << 20));
    const file = withElements(tag(15, bomb.length), bomb);
    expect(() => readMat(file, { maxInflatedBytes: 1 << 20 })).toThrow(/cannot be inflated/);
  });

  test('a matrix of other than whole numbers, and one with more than two sizes', () => {
    const half: MatValue = { kind: 'numbers', dims: [1, 2], data: Float64Array.of(1, 0.5) };
    expect(() => matGrid(half, 'M')).toThrow(/M\(1,2\): expected a whole number, got 0\.5/);
    expect(() => matGrid(readMat(fixture('mixed.mat')).get('cube'), 'cube')).toThrow(/numbers of 2 x 3 x 4/);
    expect(() => matGrid(undefined, 'M')).toThrow(/M: expected a matrix with two sizes, got nothing/);
  });
});

test('damaged files are read in part or refused, never worse', () => {
  const random = randoms(77);
  const sources = ['numbers.mat', 'mixed.mat', 'mixed-compressed.mat', 'big-endian.mat'].map(fixture);
  const tokens = ['\0', '\xff\xff\xff\xff', '\x0e\0\0\0', '\0\0\0\x80', '\x01\0\x04\0'];
  let refused = 0;
  const cases = 10_000;
  for (let i = 0; i < cases; i++) {
    const file = damaged(sources[i % sources.length]!, random, tokens);
    try {
      for (const value of readMat(file).values()) if (value.kind === 'numbers') matGrid(value, 'm');
    } catch (error) {
      if (!(error instanceof SlyError) || error.code !== 'SLY_FORMAT_INVALID')
        throw new Error(`case ${i}: ${file.toString('base64')}`, { cause: error });
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(cases / 10);
  expect(refused).toBeLessThan(cases);
});
