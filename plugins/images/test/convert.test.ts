/** Pages, depth, orientation, groups: pictures are made by Pillow, and what came out is read by Pillow. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test as vitestTest } from 'vitest';
import { hasPython, runPython } from '../../../test/support/python.ts';
import { type PluginRunResult, runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { pagesOf, readTiffPages } from '../tiff-pages.ts';

const SCRIPT = path.join(import.meta.dirname, 'make_pictures.py');
const python = (...args: string[]): string => runPython(SCRIPT, ...args);
const timeout = 60_000;
const test = vitestTest.skipIf(!hasPython('PIL'));
let pictures: string;
beforeAll(() => {
  pictures = mkdtempSync(path.join(tmpdir(), 'sly-pictures-'));
  if (hasPython('PIL')) python('make', pictures);
});
afterAll(() => rmSync(pictures, { recursive: true }));

function folderWith(...names: string[]): string {
  const folder = tempFolder('import');
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    cpSync(path.join(pictures, path.basename(name)), path.join(folder, name));
  }
  return folder;
}

interface Facts {
  format: string;
  mode: string;
  size: number[];
  orientation: number;
  corners: unknown[];
}

const factsOf = ({ items, taskFolder }: PluginRunResult): Facts[] =>
  JSON.parse(python('read', ...items.map((item) => path.join(taskFolder, item.file ?? ''))));

test('every page of a TIFF is an item; the file itself is accounted for', { timeout }, async () => {
  const run = await runPlugin({ action: 'import', plugin: 'images', folder: folderWith('pages.tif') });
  expect(run.failure).toBeUndefined();
  expect(run.items.map(({ name, width, height, mime }) => [name, width, height, mime])).toEqual([
    ['pages_page_0.png', 20, 10, 'image/png'],
    ['pages_page_1.png', 21, 10, 'image/png'],
    ['pages_page_2.png', 22, 10, 'image/png'],
  ]);
  expect(run.used.map(({ file }) => file)).toEqual(['data/pages.tif']);
  expect(factsOf(run).map(({ format, corners }) => [format, corners[0]])).toEqual([
    ['PNG', [0, 0, 255]],
    ['PNG', [40, 0, 255]],
    ['PNG', [80, 0, 255]],
  ]);
});

test('sixteen bits stay sixteen bits; one page stays the file it is', { timeout }, async () => {
  const run = await runPlugin({
    action: 'import',
    plugin: 'images',
    folder: folderWith('deep.tif', 'one.tif'),
  });
  expect(run.items.map(({ name, file }) => [name, file?.startsWith('data/')])).toEqual([
    ['deep_page_0.png', false],
    ['deep_page_1.png', false],
    ['one.tif', true],
  ]);
  const [first, second] = factsOf(run);
  expect(first?.corners).toEqual([0, 1285, 3, 1288]);
  expect(second?.corners).toEqual([1000, 2285, 1003, 2288]);
});

test('pages no PNG can hold: the file as it is, and a word about it', { timeout }, async () => {
  const run = await runPlugin({ action: 'import', plugin: 'images', folder: folderWith('float.tif') });
  expect(run.items.map(({ name, file }) => [name, file])).toEqual([['float.tif', 'data/float.tif']]);
  expect(run.reports).toEqual([expect.objectContaining({ status: 'warning', file: 'data/float.tif' })]);
});

test('tiff_pages first, viewable: as asked', { timeout }, async () => {
  const folder = folderWith('pages.tif', 'old.bmp');
  const first = await runPlugin({
    action: 'import',
    plugin: 'images',
    folder,
    options: { tiff_pages: 'first' },
  });
  expect(first.items.map(({ name }) => name)).toEqual(['old.bmp', 'pages.tif']);
  const viewable = await runPlugin({
    action: 'import',
    plugin: 'images',
    folder,
    options: { tiff_pages: 'first', viewable: true },
  });
  expect(viewable.items.map(({ name, width, height }) => [name, width, height])).toEqual([
    ['old.bmp', 7, 9],
    ['pages.png', 20, 10],
  ]);
  expect(factsOf(viewable)[0]?.corners[0]).toEqual([1, 2, 3]);
});

test('orientation: kept unless asked for, then the pixels are turned', { timeout }, async () => {
  const folder = folderWith('turned.jpg');
  const kept = await runPlugin({ action: 'import', plugin: 'images', folder });
  expect(kept.items[0]).toMatchObject({ file: 'data/turned.jpg', width: 32, height: 16 });
  const run = await runPlugin({
    action: 'import',
    plugin: 'images',
    folder,
    options: { exif_orientation: 'apply' },
  });
  expect(run.items[0]).toMatchObject({ name: 'turned.jpg', width: 16, height: 32 });
  const [facts] = factsOf(run);
  expect(facts).toMatchObject({ size: [16, 32], orientation: 1 });
  // White was on the left; turned by 90 degrees clockwise it is on top.
  const [left, , bottom] = (facts?.corners ?? []) as [number[], number[], number[]];
  expect(left[0]).toBeGreaterThan(240);
  expect(bottom[0]).toBeLessThan(15);
});

test('groups: folders are scenes, images/ and split/ belong to the folder above', { timeout }, async () => {
  const folder = folderWith('day/s1/old.bmp', 'day/s1/turned.jpg', 'day/s2/images/old.bmp', 'one.tif');
  const views = await runPlugin({
    action: 'import',
    plugin: 'images',
    folder,
    options: { groups: 'multiview' },
  });
  const groups = (run: PluginRunResult) =>
    run.items.map(({ name, ann }) => [
      name,
      (ann as { tags: { value: string }[] } | undefined)?.tags[0]?.value,
    ]);
  expect(groups(views)).toEqual([
    ['old.bmp', 'day/s1'],
    ['turned.jpg', 'day/s1'],
    ['old.bmp', 'day/s2/images'],
    ['one.tif', undefined],
  ]);
  expect(views.meta?.projectSettings).toMatchObject({
    multiView: { enabled: true, tagName: 'multiview' },
    labelingInterface: 'multi_view',
  });
  const channels = await runPlugin({
    action: 'import',
    plugin: 'images',
    folder,
    options: { groups: 'multispectral' },
  });
  expect(groups(channels)[2]).toEqual(['old.bmp', 'day/s2']);
});

test('any broken TIFF ends with pages or a plain error, never with a hang', () => {
  const whole = readFileSync(path.join(pictures, 'pages.tif'));
  expect(readTiffPages(path.join(pictures, 'pages.tif')).map(({ width }) => width)).toEqual([20, 21, 22]);
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % below;
  };
  for (let round = 0; round < 10_000; round++) {
    const bytes = Buffer.from(whole.subarray(0, round % 3 === 0 ? random(whole.length) : whole.length));
    for (let change = 0; change < 4 && bytes.length > 0; change++) bytes[random(bytes.length)] = random(256);
    try {
      const pages = pagesOf((offset, length) => {
        if (offset + length > bytes.length) throw new Error('it ends too early');
        return bytes.subarray(offset, offset + length);
      });
      expect(pages.length).toBeLessThan(100_001);
    } catch (error) {
      expect(error).toMatchObject({ message: expect.stringMatching(/too early|at most/) });
    }
  }
});
