import { expect, test } from 'vitest';
import { itemOf } from '../../../../src/agent/pipeline/export-entries.ts';

const project = { folder: 'street' };

test.each([
  ['data/street/ds/img/a.jpg', 'ds/a.jpg'],
  ['data/street/ds/ann/a.jpg.json', 'ds/a.jpg'],
  ['data/street/a/datasets/b/img/x.png', 'a/b/x.png'],
  ['data/street/a/datasets/b/meta/x.png.json', 'a/b/x.png'],
  ['data/street/a/datasets/b/video/x.mp4', 'a/b/x.mp4'],
  ['data/street/ds/metadata/x.mp4.meta.json', 'ds/x.mp4'],
  ['data/street/ds/ann/x.meta.json', 'ds/x.meta'],
  ['data/street/ds/volume_info/x.nrrd.json', 'ds/x.nrrd'],
  ['data/street/meta.json', 'meta.json'],
  ['elsewhere/file', 'elsewhere/file'],
])('%s belongs to item %s', (file, item) => {
  expect(itemOf(file, project)).toBe(item);
});
