import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { normalizeMeta } from '../../../src/format/meta.ts';
import { type Imported, runExport, runImport } from './run.ts';

const fixture = (name: string): string => path.join(import.meta.dirname, '../fixtures', name);

/** What an item is, without where its bytes lie. */
const items = (imported: Imported, data: string) =>
  imported.items
    .map(({ file, ...item }) => ({
      ...item,
      bytes: file === undefined ? '' : readFileSync(path.join(data, file.slice('data/'.length)), 'base64'),
    }))
    .sort((a, b) => (`${a.dataset}/${a.name}` < `${b.dataset}/${b.name}` ? -1 : 1));

test.each(['project', 'legacy', 'loose'])(
  '%s: what was exported imports to the same project',
  async (name) => {
    const data = fixture(name);
    const first = await runImport(data);
    const { folder, written } = await runExport(first, data);
    expect(written).toBe(first.items.length);
    const again = await runImport(folder);
    expect(again.reports).toEqual([]);
    expect(items(again, folder)).toEqual(items(first, data));
    expect(again.meta).toEqual(normalizeMeta(first.meta));
  },
);

test('the layout of the archive', async () => {
  const data = fixture('project');
  const { files } = await runExport(await runImport(data), data);
  expect(files.sort()).toEqual([
    'my_project/ds1/ann/a.png.json',
    'my_project/ds1/ann/b ä.png.json',
    'my_project/ds1/datasets/night/ann/c.png.json',
    'my_project/ds1/datasets/night/ann/far.jpg.json',
    'my_project/ds1/datasets/night/img/c.png',
    'my_project/ds1/datasets/night/img_info/far.jpg.json',
    'my_project/ds1/img/a.png',
    'my_project/ds1/img/b ä.png',
    'my_project/ds1/meta/a.png.json',
    'my_project/meta.json',
  ]);
});

test('json_only leaves the pictures out and nothing else', async () => {
  const data = fixture('project');
  const { files } = await runExport(await runImport(data), data, { json_only: true });
  expect(files.filter((file) => file.includes('/img/'))).toEqual([]);
  expect(files).toHaveLength(7);
});
