import { expect, test } from 'vitest';
import { parseByteRange } from '../../../../src/platform/api/http/byte-range.ts';

test.each([
  ['bytes=10-99', 1000, { start: 10, end: 100 }],
  ['bytes=0-', 1000, { start: 0, end: 1000 }],
  ['bytes=-99', 1000, { start: 901, end: 1000 }],
  ['bytes=-5000', 1000, { start: 0, end: 1000 }],
  ['bytes=990-5000', 1000, { start: 990, end: 1000 }],
  ['bytes=999-999', 1000, { start: 999, end: 1000 }],
  ['bytes=1000-', 1000, 'unsatisfiable'],
  ['bytes=-0', 1000, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=9-3', 1000, undefined],
  ['bytes=-', 1000, undefined],
  ['bytes=0-1,5-6', 1000, undefined],
  ['items=0-1', 1000, undefined],
  [undefined, 1000, undefined],
])('%s of %i bytes', (header, size, expected) => {
  expect(parseByteRange(header, size)).toEqual(expected);
});
