import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createBreathe } from '../../../src/plugin-kit/breathe.ts';
import { scanSourceTree } from '../../../src/plugin-kit/source-tree.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { detectImages } from '../detect.ts';

const FOLDER = path.resolve(import.meta.dirname, '../fixtures/tree');
const timeout = 60_000;

async function detect(files: Record<string, string>) {
  const root = tempFolder();
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    if (content === 'picture') cpSync(path.join(FOLDER, 'root.jpg'), path.join(root, file));
    else writeFileSync(path.join(root, file), content);
  }
  return detectImages(await scanSourceTree(root, createBreathe(new AbortController().signal)));
}

test('every picture is an item of its top-level folder; every other file is accounted for', {
  timeout,
}, async () => {
  const run = await runPlugin({ action: 'import', plugin: 'images', folder: FOLDER });
  expect(run.failure).toBeUndefined();
  expect(
    run.items.map((item) => [item.dataset, item.name, item.mime, item.width, item.height, item.file]),
  ).toEqual([
    ['park', 'cut.jpg', 'image/jpeg', 7, 5, 'data/park/cut.jpg'],
    ['park', 'lossless.webp', 'image/webp', 3, 11, 'data/park/lossless.webp'],
    ['park', 'really-a-jpeg.png', 'image/jpeg', 7, 5, 'data/park/really-a-jpeg.png'],
    ['park', 'tree.webp', 'image/webp', 9, 4, 'data/park/tree.webp'],
    ['ds0', 'root.jpg', 'image/jpeg', 7, 5, 'data/root.jpg'],
    ['street', 'car.png', 'image/png', 12, 6, 'data/street/car.png'],
    ['street', 'car.jpeg', 'image/jpeg', 6, 8, 'data/street/night/car.jpeg'],
  ]);
  expect(run.items.find(({ name }) => name === 'car.jpeg')?.meta).toEqual({
    camera: 'left',
    exposure_ms: 12,
  });
  expect(run.used.map(({ file }) => file)).toEqual(['data/street/night/meta/car.jpeg.json']);
  expect(run.reports.map(({ status, code, file, message }) => [status, code, file, message])).toEqual([
    [
      'skipped',
      'SLY_FILE_UNUSED',
      'data/notes.txt',
      expect.stringContaining('got text that begins with "Nothing to s'),
    ],
    ['skipped', 'SLY_FILE_UNUSED', 'data/park/.DS_Store', 'left behind by a file manager'],
    ['warning', 'SLY_IMAGE_UNREADABLE', 'data/park/cut.jpg', expect.stringContaining('ends too early')],
    ['warning', 'SLY_FORMAT_INVALID', 'data/park/really-a-jpeg.png', expect.stringContaining('got a JPEG')],
    ['failed', 'SLY_IMAGE_UNREADABLE', 'data/street/empty.jpg', expect.stringContaining('got an empty file')],
    [
      'failed',
      'SLY_IMAGE_UNREADABLE',
      'data/street/fake.png',
      expect.stringContaining('got text that begins'),
    ],
    ['skipped', 'SLY_FILE_UNUSED', 'data/street/night/meta/gone.png.json', 'no picture of that name is here'],
  ]);
  expect(run.meta).toEqual({ classes: [], tags: [], projectType: 'images' });
});

test('one dataset, no metadata', { timeout }, async () => {
  const options = { datasets: 'one', metadata: false };
  const run = await runPlugin({ action: 'import', plugin: 'images', folder: FOLDER, options });
  expect(new Set(run.items.map(({ dataset }) => dataset))).toEqual(new Set(['ds0']));
  expect(run.items.every(({ meta }) => meta === undefined)).toBe(true);
});

test('metadata that is no object fails its own file only', { timeout }, async () => {
  const folder = tempFolder();
  cpSync(path.join(FOLDER, 'root.jpg'), path.join(folder, 'a.jpg'));
  cpSync(path.join(FOLDER, 'root.jpg'), path.join(folder, 'b.jpg'));
  mkdirSync(path.join(folder, 'meta'));
  writeFileSync(path.join(folder, 'meta/a.jpg.json'), '[1]');
  writeFileSync(path.join(folder, 'meta/b.jpg.json'), '{');
  const run = await runPlugin({ action: 'import', plugin: 'images', folder });
  expect(run.items).toHaveLength(2);
  expect(run.reports).toMatchObject([
    { status: 'failed', file: 'data/meta/a.jpg.json', message: 'expected an object, got [1]' },
    { status: 'failed', file: 'data/meta/b.jpg.json', code: 'SLY_FORMAT_JSON' },
  ]);
});

test('export: pictures in folders named by dataset, links said', { timeout }, async () => {
  const lines = [
    { dataset: 'a/b', name: 'x.jpg', image: 'a/datasets/b/img/x.jpg', ann: 'a/datasets/b/ann/x.jpg.json' },
    { dataset: 'l', name: 'l.jpg', ann: 'l/ann/l.jpg.json', link: 'https://example.com/l.jpg' },
  ];
  const ann = JSON.stringify({ description: '', size: { height: 5, width: 7 }, tags: [], objects: [] });
  const run = await runPlugin({
    action: 'export',
    plugin: 'images',
    files: {
      'project/meta.json': '{"classes":[],"tags":[]}',
      'project/items.ndjson': lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      'project/a/datasets/b/img/x.jpg': 'the very bytes',
      'project/a/datasets/b/ann/x.jpg.json': ann,
      'project/l/ann/l.jpg.json': ann,
    },
  });
  expect(run.failure).toBeUndefined();
  expect(run.entries.map(({ path: entry }) => entry)).toEqual(['a/b/x.jpg']);
  expect(run.entry('a/b/x.jpg').toString()).toBe('the very bytes');
  expect(run.written).toMatchObject([{ dataset: 'a/b', name: 'x.jpg' }]);
  expect(run.reports).toMatchObject([{ status: 'skipped', file: 'data/project/l/img/l.jpg' }]);
});

test('detection is the last resort, and less than that beside what may be labels', async () => {
  expect(await detect({ 'a/1.jpg': 'picture' })).toMatchObject({ confidence: 0.3 });
  expect(await detect({ '1.jpg': 'picture', 'README.txt': 'x', 'meta/1.jpg.json': '{}' })).toMatchObject({
    confidence: 0.3,
  });
  const beside = await detect({ '1.jpg': 'picture', 'a.xml': '<a/>', 'b.xml': '<a/>' });
  expect(beside.confidence).toBe(0.15);
  expect(beside.because).toContain('a.xml');
  expect(await detect({ 'labels.txt': 'x' })).toMatchObject({ confidence: 0 });
  expect(await detect({ '1.jpg': 'no picture at all' })).toMatchObject({ confidence: 0 });
});
