import { expect, test } from 'vitest';
import { itemOf } from '../../../../src/agent/pipeline/export-entries.ts';

const project = { folder: 'street' };

test.each([
  ['data/street/ds/img/a.jpg', 'ds/a.jpg'],
  ['data/street/ds/ann/a.jpg.json', 'ds/a.jpg'],
  ['data/street/a/datasets/b/img/x.png', 'a/b/x.png'],
  ['data/street/a/datasets/b/meta/x.png.json', 'a/b/x.png'],
  ['data/street/meta.json', 'meta.json'],
  ['elsewhere/file', 'elsewhere/file'],
])('%s belongs to item %s', (file, item) => {
  expect(itemOf(file, project)).toBe(item);
});
