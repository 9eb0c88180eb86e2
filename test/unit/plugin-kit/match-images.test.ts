import { expect, test } from 'vitest';
import { createNames } from '../../../src/plugin-kit/datasets.ts';
import { createImageMatcher, nameParts } from '../../../src/plugin-kit/match-images.ts';
import { createSourceTree } from '../../../src/plugin-kit/source-tree.ts';

test.each([
  ['a.jpg', ['a.jpg']],
  ['000000000009-b_c.JPG', ['000000000009-b_c.JPG']],
  ['a', ['a']],
  ['a.b.jpg', ['a.b.jpg']],
  ['..', []],
  ['.', []],
  ['', []],
  ['train/a.jpg', ['train', 'a.jpg']],
  ['..\\train\\a.jpg', ['train', 'a.jpg']],
  ['http://host/x/a.jpg?size=1', ['x', 'a.jpg']],
  ['a.jpg\n', ['a.jpg\n']],
  ['ä b.jpg', ['ä b.jpg']],
])('%j are the parts %j', (name, parts) => {
  expect(nameParts(name)).toEqual(parts);
});

test('a picture is found by its name, by its name escaped, and whatever its case', () => {
  const files = ['x/a b.jpg', 'x/c%2.jpg', 'x/d.jpg'].map((path) => ({ path, size: 1 }));
  const match = createImageMatcher(createSourceTree('/', files));
  const found = (name: string): string | undefined => match(name, 'a.json')?.file;
  expect(found('a%20b.jpg')).toBe('x/a b.jpg');
  expect(found('c%2.jpg')).toBe('x/c%2.jpg');
  expect(found('D.JPG')).toBe('x/d.jpg');
  expect(found('e.jpg')).toBeUndefined();
});

test('a name is given once in a dataset, also one that looks like a number already given', () => {
  const names = createNames();
  expect(['a.jpg', 'a.JPG', 'a_01.jpg', 'a.jpg', 'a', 'a'].map((name) => names('ds0', name))).toEqual([
    'a.jpg',
    'a_01.jpg',
    'a_01_01.jpg',
    'a_02.jpg',
    'a',
    'a_01',
  ]);
  expect(names('ds1', 'a.jpg')).toBe('a.jpg');
});
