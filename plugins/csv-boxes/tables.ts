/** The tables of a source: boxes with or without names of columns, and lists of classes. */
import { delimiterOf, rowsIn, scanRows, splitRow } from '../../src/plugin-kit/csv-rows.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { RowSource } from '../../src/plugin-kit/row-groups.ts';
import { type Columns, readHeader, readNameless } from './columns.ts';

export interface BoxTable extends RowSource {
  size: number;
  columns: Columns;
  /** Names of all columns; empty where the table has none. */
  names: string[];
}

export type FoundTable = { kind: 'boxes'; table: BoxTable } | { kind: 'classes'; classes: ClassList };

export interface ClassList {
  file: string;
  names: ReadonlyMap<string, string>;
}

const HEAD_BYTES = 16 << 10;
const MAX_CLASS_FILE = 4 << 20;

export const isTableName = (file: string): boolean => /\.(?:csv|tsv)$/i.test(file);

/** Undefined for a table that is neither. */
export async function readTable(
  tree: SourceTree,
  { path: file, size }: { path: string; size: number },
): Promise<FoundTable | undefined> {
  const head = await tree.head(file, HEAD_BYTES);
  // Bytes 0 are in no text of one byte a letter.
  if (head.includes(0)) return undefined;
  const delimiter = /\.tsv$/i.test(file) ? '\t' : delimiterOf(head.toString('utf8').split('\n', 1)[0] ?? '');
  const first = firstRow(head, delimiter);
  if (first === undefined) return undefined;
  const source = { file, absolute: tree.locate(file), delimiter, size };
  const named = readHeader(first);
  if (named !== undefined) return { kind: 'boxes', table: { ...source, columns: named, names: first } };
  const nameless = readNameless(first);
  if (nameless !== undefined) return { kind: 'boxes', table: { ...source, columns: nameless, names: [] } };
  const classes = size <= MAX_CLASS_FILE ? readClassList(source) : undefined;
  return classes === undefined ? undefined : { kind: 'classes', classes };
}

function firstRow(head: Buffer, delimiter: string): string[] | undefined {
  for (const { bytes } of rowsIn(head, { offset: 0, line: 1, delimiter }, 'all'))
    return splitRow(bytes, delimiter);
  return undefined;
}

/** `name,number` on each line, each number once. */
function readClassList({ file, absolute, delimiter }: RowSource): ClassList | undefined {
  const names = new Map<string, string>();
  let isFirst = true;
  for (const { bytes } of scanRows(absolute, delimiter)) {
    const [name = '', id = '', ...more] = splitRow(bytes, delimiter);
    const good =
      more.length === 0 && name !== '' && !/^[\d.]+$/.test(name) && /^\d{1,6}$/.test(id) && !names.has(id);
    // The first row may name the columns.
    if (good) names.set(id, name.slice(0, 200));
    else if (!isFirst) return undefined;
    isFirst = false;
  }
  return names.size === 0 ? undefined : { file, names };
}
