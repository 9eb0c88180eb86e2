import { expect, test } from 'vitest';
import { endOfFolder, endOfPrefix, foldersOf, isAfter } from '../../../../src/platform/store/path-order.ts';

const TEXTS = [
  '',
  '/',
  '/a',
  '/a/',
  '/a/b',
  '/a0',
  '/aé',
  '/a\ud7ff',
  '/a\ue000',
  '/a\uffff',
  '/a😀',
  '/a\u{10ffff}',
  '/b',
];

test('what begins with a prefix lies between it and its end, in the order of bytes', () => {
  for (const prefix of TEXTS) {
    const end = endOfPrefix(prefix);
    for (const text of TEXTS) {
      const inside = !isAfter(prefix, text) && (end === undefined || isAfter(end, text));
      expect([prefix, text, inside]).toEqual([prefix, text, text.startsWith(prefix)]);
    }
  }
  expect(endOfPrefix('/a\u{10ffff}')).toBe('/b');
  expect(endOfPrefix('\u{10ffff}')).toBeUndefined();
});

test('everything below a folder lies between it and its end', () => {
  for (const text of TEXTS)
    expect([text, isAfter(text, '/a/') && isAfter(endOfFolder('/a/'), text)]).toEqual([
      text,
      text === '/a/b',
    ]);
});

test('the folders a path lies in, below another', () => {
  expect(foldersOf('/a/b/c.txt', '/')).toEqual(['/a/', '/a/b/']);
  expect(foldersOf('/a/b/c.txt', '/a/')).toEqual(['/a/b/']);
  expect(foldersOf('/c.txt', '/')).toEqual([]);
});
