import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openExportedProject } from '../../../src/plugin-kit/exported-project.ts';
import type { ExportedItem, Problem, Reporter } from '../../../src/plugin-kit/plugin.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const META = {
  classes: [{ title: 'car', shape: 'rectangle', color: '#FF0000' }],
  tags: [],
  projectType: 'images',
};
const ann = (width: number, height: number) => ({
  description: '',
  size: { height, width },
  tags: [],
  objects: [],
});

function layOut(files: Record<string, unknown>): string {
  const data = tempFolder();
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(data, file)), { recursive: true });
    writeFileSync(path.join(data, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return data;
}

async function openProject(data: string) {
  const failed: Problem[] = [];
  const report = { failed: async (problem: Problem) => void failed.push(problem) } as unknown as Reporter;
  const project = await openExportedProject(data, 'my project', {
    report,
    breathe: () => undefined,
    signal: new AbortController().signal,
  });
  const items = async (): Promise<ExportedItem[]> => {
    const all: ExportedItem[] = [];
    for await (const item of project.items()) all.push(item);
    return all;
  };
  return { project, items, failed };
}

test('the list of the agent: its order, its sizes, links, nested datasets', async () => {
  const lines = [
    {
      dataset: 'b',
      name: 'z.png',
      image: 'b/img/z.png',
      ann: 'b/ann/z.png.json',
      width: 4,
      height: 3,
      meta: { k: 1 },
    },
    { dataset: 'a/c', name: 'x.png', image: 'a/datasets/c/img/x.png', ann: 'a/datasets/c/ann/x.png.json' },
    {
      dataset: 'a',
      name: 'l.png',
      ann: 'a/ann/l.png.json',
      link: 'https://example.com/l.png',
      width: 1,
      height: 1,
    },
  ];
  const data = layOut({
    'my project/meta.json': META,
    'my project/items.ndjson': lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    'my project/b/ann/z.png.json': ann(4, 3),
    'my project/a/datasets/c/ann/x.png.json': ann(9, 8),
    'my project/a/ann/l.png.json': ann(1, 1),
  });
  const { project, items } = await openProject(data);
  expect(project.total).toBe(3);
  expect(project.meta.classes).toMatchObject([{ title: 'car', shape: 'rectangle' }]);
  const first = await items();
  expect(first).toMatchObject([
    { dataset: 'b', name: 'z.png', file: 'my project/b/img/z.png', width: 4, height: 3, meta: { k: 1 } },
    {
      dataset: 'a/c',
      name: 'x.png',
      source: 'my project/a/datasets/c/img/x.png',
      width: 9,
      height: 8,
      meta: {},
    },
    { dataset: 'a', name: 'l.png', source: 'my project/a/img/l.png', link: 'https://example.com/l.png' },
  ]);
  expect(first[0]?.absolute).toBe(path.join(data, 'my project/b/img/z.png'));
  expect(first[2]?.file).toBeUndefined();
  expect(await items()).toEqual(first);
});

test('a folder without the list: items by the rules of the format', async () => {
  const data = layOut({
    'my project/meta.json': META,
    'my project/ds/img/a.png': 'bytes',
    'my project/ds/ann/a.png.json': ann(2, 2),
    'my project/ds/meta/a.png.json': { k: 1 },
    'my project/ds/img_info/l.png.json': { link: 'https://example.com/l.png' },
    'my project/ds/datasets/n/img/b.png': 'bytes',
  });
  const { project, items } = await openProject(data);
  expect(project.total).toBe(3);
  expect(await items()).toMatchObject([
    { dataset: 'ds', name: 'a.png', width: 2, meta: { k: 1 } },
    { dataset: 'ds', name: 'l.png', link: 'https://example.com/l.png', file: undefined },
    { dataset: 'ds/n', name: 'b.png', width: undefined, annotation: { objects: [] } },
  ]);
});

test('a broken annotation fails its item, once, and no other', async () => {
  const data = layOut({
    'my project/meta.json': META,
    'my project/ds/img/a.png': 'bytes',
    'my project/ds/ann/a.png.json': '{"size": ',
    'my project/ds/img/b.png': 'bytes',
    'my project/ds/ann/b.png.json': '[]',
    'my project/ds/img/c.png': 'bytes',
    'my project/ds/ann/c.png.json': ann(1, 1),
  });
  const { items, failed } = await openProject(data);
  expect((await items()).map(({ name }) => name)).toEqual(['c.png']);
  await items();
  expect(failed).toMatchObject([
    { file: 'my project/ds/img/a.png', code: 'SLY_FORMAT_JSON' },
    { file: 'my project/ds/img/b.png', code: 'SLY_FORMAT_INVALID' },
  ]);
});

test('no meta.json, or one that lies outside', async () => {
  const data = layOut({ 'my project/ds/img/a.png': 'bytes' });
  await expect(openProject(data)).rejects.toMatchObject({
    code: 'SLY_FORMAT_JSON',
    file: 'my project/meta.json',
  });
  const escaping = layOut({
    'my project/meta.json': META,
    'my project/items.ndjson': `${JSON.stringify({ dataset: 'd', name: 'x', ann: '../../../etc/passwd' })}\n`,
  });
  const { items, failed } = await openProject(escaping);
  expect(await items()).toEqual([]);
  expect(failed).toMatchObject([{ code: 'SLY_PATH_ESCAPES' }]);
});
