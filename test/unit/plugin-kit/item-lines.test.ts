import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSegment } from '../../../src/agent/pipeline/segments.ts';
import { addItemLines } from '../../../src/plugin-kit/item-lines.ts';
import type { ItemLines, NewItem, ProjectWriter } from '../../../src/plugin-kit/plugin.ts';
import { createImportResults } from '../../../src/plugin-kit/project-writer.ts';
import type { SegmentItem } from '../../../src/protocol/plugin.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function linesOf(items: readonly SegmentItem[]): ItemLines {
  let text = '';
  const ends = items.map((item) => {
    text += `${JSON.stringify(item)}\n`;
    return Buffer.byteLength(text);
  });
  return { bytes: Buffer.from(text), ends: Uint32Array.from(ends) };
}

const itemOf = (i: number, more: Partial<SegmentItem> = {}): SegmentItem => ({
  kind: 'item',
  dataset: 'ds',
  name: `é${i}.png`,
  link: 'https://e.org/x',
  ...more,
});

test('ready lines fill segments as items do, in order with what else is said', async () => {
  const results = tempFolder();
  const { project, finish } = createImportResults(results, {
    breathe: () => undefined,
    bounds: { items: 3, bytes: 1 << 20, ms: 60_000 },
  });
  await project.add({ dataset: 'ds', name: 'first.png', link: 'https://e.org/x' });
  await addItemLines(project, linesOf(Array.from({ length: 9 }, (_, i) => itemOf(i))));
  await addItemLines(project, linesOf([]));
  finish();
  const folder = path.join(results, 'segments');
  const names: (string | undefined)[][] = [];
  for (let number = 1; number <= readdirSync(folder).length; number++) {
    const segment = await readSegment(folder, number);
    expect(segment?.broken).toEqual([]);
    names.push(segment?.lines.map((line) => (line.kind === 'item' ? line.name : undefined)) ?? []);
  }
  expect(names).toEqual([
    ['first.png', 'é0.png', 'é1.png'],
    ['é2.png', 'é3.png', 'é4.png'],
    ['é5.png', 'é6.png', 'é7.png'],
    ['é8.png'],
  ]);
});

test('large lines close a segment by bytes, one larger than any segment is written whole', async () => {
  const results = tempFolder();
  const { project, finish } = createImportResults(results, {
    breathe: () => undefined,
    bounds: { items: 500, bytes: 1000, ms: 60_000 },
  });
  const long = { meta: { text: 'x'.repeat(600) } };
  const huge = { meta: { text: 'x'.repeat(3 << 20) } };
  await addItemLines(project, linesOf([itemOf(1, long), itemOf(2, long), itemOf(3, huge), itemOf(4)]));
  finish();
  const folder = path.join(results, 'segments');
  const counts = [];
  for (let number = 1; number <= readdirSync(folder).length; number++)
    counts.push((await readSegment(folder, number))?.lines.length);
  expect(counts).toEqual([2, 1, 1]);
});

test('where something stands between plugin and project, lines are items again', async () => {
  const added: NewItem[] = [];
  const project = { add: async (item: NewItem) => void added.push(item) } as unknown as ProjectWriter;
  const ann = { description: '', size: { height: 1, width: 2 }, tags: [], objects: [] };
  await addItemLines(
    project,
    linesOf([
      itemOf(1),
      {
        kind: 'item',
        dataset: 'a/b',
        name: 'x',
        file: 'data/in/results/x.png',
        width: 2,
        height: 1,
        mime: 'image/png',
        ann,
      },
      { kind: 'item', dataset: 'a', name: 'y', file: 'results/files/0/1.png', meta: { k: 1 }, range: [1, 2] },
      {
        kind: 'item',
        dataset: 'a',
        name: 'z',
        link: 'https://e.org/z',
        probe: { file: 'data/list/a.csv', place: 'line 2' },
      },
    ]),
  );
  expect(added).toEqual([
    { dataset: 'ds', name: 'é1.png', link: 'https://e.org/x' },
    {
      dataset: 'a/b',
      name: 'x',
      file: 'in/results/x.png',
      width: 2,
      height: 1,
      mime: 'image/png',
      annotation: ann,
    },
    { dataset: 'a', name: 'y', result: 'files/0/1.png', meta: { k: 1 }, range: [1, 2] },
    { dataset: 'a', name: 'z', link: 'https://e.org/z', probe: { file: 'list/a.csv', place: 'line 2' } },
  ]);
});
