import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createBreathe } from '../../../src/plugin-kit/breathe.ts';
import type { Verdict } from '../../../src/plugin-kit/plugin.ts';
import { scanSourceTree } from '../../../src/plugin-kit/source-tree.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { detectCoco } from '../detect.ts';
import { coco, image, png } from './cases.ts';

const detectIn = async (folder: string): Promise<Verdict> =>
  detectCoco({ tree: await scanSourceTree(folder, createBreathe(new AbortController().signal)) });

function detect(files: Record<string, string | Uint8Array>): Promise<Verdict> {
  const folder = tempFolder('detect');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return detectIn(folder);
}

test('a dataset is known by its lists and one of its pictures', async () => {
  const { confidence, because } = await detectIn(
    fileURLToPath(new URL('../fixtures/people', import.meta.url)),
  );
  expect(confidence).toBe(0.95);
  expect(because).toMatch(/annotations\/\w+\.json has images, annotations.*beach\.png is there/);
});

test('no space, no pictures, other pictures', async () => {
  const text = coco([{ bbox: [1, 1, 2, 2] }]);
  expect(await detect({ 'x.json': text })).toMatchObject({ confidence: 0.6 });
  expect(await detect({ 'x.json': text, 'other.png': png() })).toMatchObject({ confidence: 0.7 });
  expect(await detect({ 'x.json': `\uFEFF${text}`, 'a.png': png() })).toMatchObject({ confidence: 0.95 });
});

test('captions alone are COCO too', async () => {
  const text = coco([{ caption: 'x', category_id: undefined }], { categories: undefined });
  expect(await detect({ 'captions.json': text, 'a.png': png() })).toMatchObject({ confidence: 0.95 });
});

test.each([
  ['nothing', {}, /no JSON file/],
  ['another JSON', { 'package.json': '{"name": "x"}' }, /^package\.json has no lists/],
  ['a list', { 'a.json': '[1, 2]' }, /^a\.json has no lists/],
  [
    'an annotation of one image',
    { 'a.png.json': '{"size": {"width": 1, "height": 1}, "tags": [], "objects": []}' },
    /no lists/,
  ],
  ['a file that is cut off at once', { 'instances.json': '{"ima' }, /no lists/],
])('%s is not', async (_name, files, because) => {
  const verdict = await detect(files);
  expect(verdict.confidence).toBe(0);
  expect(verdict.because).toMatch(because);
});

test('a file of gigabytes is judged by its ends', async () => {
  const folder = tempFolder('detect');
  const file = path.join(folder, 'instances_train2017.json');
  writeFileSync(file, `{"info": {}, "images": [${JSON.stringify(image(1, 'a.png'))}`);
  truncateSync(file, 3e9);
  writeFileSync(file, ', "annotations": [{"image_id": 1}], "categories": []}', { flag: 'a' });
  writeFileSync(path.join(folder, 'a.png'), png());
  const started = performance.now();
  expect(await detectIn(folder)).toMatchObject({ confidence: 0.95 });
  expect(performance.now() - started).toBeLessThan(2000);
});

test('many JSON files are not all opened', async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}.json`, '{"a": 1}']));
  const verdict = await detect(files);
  expect(verdict.because).toMatch(/and 299 more JSON files/);
});
