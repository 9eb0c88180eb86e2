import { expect, test } from 'vitest';
import { htmlPattern } from '../../../web/src/parts/html-pattern.ts';

/** As a browser tests a value. */
const accepts = (pattern: string, value: string): boolean =>
  new RegExp(`^(?:${htmlPattern(pattern)})$`, 'v').test(value);

test('a dash at the end of a class, as schemas write it', () => {
  const pattern = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$';
  expect(accepts(pattern, 'a-b.c')).toBe(true);
  expect(accepts(pattern, '-a')).toBe(false);
});

test('a schema may match anywhere, an input matches all of it', () => {
  expect(accepts('[0-9]', 'a1b')).toBe(true);
  expect(accepts('[0-9]', 'ab')).toBe(false);
  expect(accepts('^a', 'ab')).toBe(true);
});

test('what is no expression is left to the server', () => {
  expect(htmlPattern('[')).toBeUndefined();
});
