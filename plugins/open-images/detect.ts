/** Whether there are tables of Open Images: by their columns, and whether a picture of their first rows is there. */

import { rowsIn, splitRow } from '../../src/plugin-kit/csv-rows.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createStemMatcher } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { isTableName, readTable, TABLE_KINDS, type Table } from './tables.ts';

const LOOKED_AT = 40;
const HEAD_BYTES = 256 << 10;
const NAMES = /annotations|bbox|imagelabels|segmentation|class-descriptions/i;

export async function detectOpenImages({ tree }: DetectContext): Promise<Verdict> {
  const csvs = tree.files.filter(({ path, size }) => size > 0 && isTableName(path));
  const [first] = csvs;
  if (first === undefined) return { confidence: 0, because: 'there is no CSV file' };
  const likely = [...csvs].sort((a, b) => Number(NAMES.test(b.path)) - Number(NAMES.test(a.path)));
  const tables: Table[] = [];
  for (const entry of likely.slice(0, LOOKED_AT)) {
    const table = await readTable(tree, entry);
    if (table !== undefined && table.kind !== 'classes' && table.kind !== 'images') tables.push(table);
  }
  const [best] = tables;
  if (best === undefined)
    return {
      confidence: 0,
      because: `${first.path} has no columns of Open Images (ImageID, LabelName, ...)`,
    };
  const has = `${best.file} has the columns of ${TABLE_KINDS[best.kind]} of Open Images`;
  if (!tree.files.some(({ path }) => isImageName(path)))
    return { confidence: 0.5, because: `${has}, but there are no pictures` };
  for (const table of tables) {
    const picture = await pictureOf(tree, table);
    if (picture !== undefined) return { confidence: 0.96, because: `${has}, and ${picture} is there` };
  }
  return { confidence: 0.75, because: `${has}, but of the pictures in its first rows none is there` };
}

/** Large tables of which few pictures were fetched have their rows anywhere: the beginning is only a sample. */
async function pictureOf(tree: SourceTree, { file, delimiter, columns }: Table): Promise<string | undefined> {
  const match = createStemMatcher(tree);
  const head = await tree.head(file, HEAD_BYTES);
  for (const { bytes } of rowsIn(head, { offset: 0, line: 1, delimiter }, 'lines')) {
    const id = splitRow(bytes, delimiter)[columns.get('imageid') ?? 0];
    const found = id === undefined || id === '' ? undefined : match(id, file)?.file;
    if (found !== undefined) return found;
  }
  return undefined;
}
