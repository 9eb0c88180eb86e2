/** Whether there is a table of boxes: by the names of its columns or by its first row, and by the pictures it names. */
import { rowsIn, splitRow } from '../../src/plugin-kit/csv-rows.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createImageMatcher, createStemMatcher } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { type BoxTable, isTableName, readTable } from './tables.ts';

const LOOKED_AT = 20;
const HEAD_BYTES = 64 << 10;

export async function detectCsvBoxes({ tree }: DetectContext): Promise<Verdict> {
  const tables = tree.files.filter(({ path, size }) => size > 0 && isTableName(path));
  const [first] = tables;
  if (first === undefined) return { confidence: 0, because: 'there is no CSV or TSV file' };
  let why: string | undefined;
  let best: Verdict = { confidence: 0, because: '' };
  for (const entry of tables.slice(0, LOOKED_AT)) {
    const found = await readTable(tree, entry);
    if (found?.kind !== 'boxes') why ??= `${entry.path} has no columns for a picture and a box`;
    else if (isOpenImages(found.table)) why ??= `${entry.path} is a table of Open Images`;
    else {
      const verdict = await judge(tree, found.table);
      if (verdict.confidence > best.confidence) best = verdict;
    }
  }
  return best.confidence > 0 ? best : { confidence: 0, because: why ?? `${first.path} has no boxes` };
}

async function judge(tree: SourceTree, table: BoxTable): Promise<Verdict> {
  const { file, names, columns } = table;
  const has =
    names.length === 0
      ? `${file} has rows of path,x1,y1,x2,y2,class`
      : `${file} has columns for a picture (${names[columns.image]}) and a box (${columns.box.at.map((at) => names[at]).join(', ')})`;
  if (!tree.files.some(({ path }) => isImageName(path)))
    return { confidence: 0.3, because: `${has}, but there are no pictures` };
  const picture = await namedPicture(tree, table);
  if (picture === undefined)
    return { confidence: 0.55, because: `${has}, but of the pictures in its first rows none is there` };
  return { confidence: names.length === 0 ? 0.9 : 0.93, because: `${has}, and ${picture} is there` };
}

async function namedPicture(
  tree: SourceTree,
  { file, delimiter, columns, names }: BoxTable,
): Promise<string | undefined> {
  const [byName, byStem] = [createImageMatcher(tree), createStemMatcher(tree)];
  const head = await tree.head(file, HEAD_BYTES);
  let isHeader = names.length > 0;
  for (const { bytes } of rowsIn(head, { offset: 0, line: 1, delimiter }, 'all')) {
    if (isHeader) isHeader = false;
    else {
      const name = splitRow(bytes, delimiter)[columns.image] ?? '';
      const found = name === '' ? undefined : (byName(name, file) ?? byStem(name, file))?.file;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isOpenImages({ names }: BoxTable): boolean {
  const known = new Set(names.map((name) => name.toLowerCase()));
  return known.has('imageid') && known.has('labelname');
}
