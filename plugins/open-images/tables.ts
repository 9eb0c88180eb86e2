/** The CSV files of a source by what they hold, told by their columns and never by their names. */
import { delimiterOf, rowsIn, splitRow } from '../../src/plugin-kit/csv-rows.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { RowSource } from '../../src/plugin-kit/row-groups.ts';

export const TABLE_KINDS = {
  boxes: 'boxes',
  masks: 'masks',
  labels: 'labels of pictures',
  images: 'list of pictures',
  classes: 'names of classes',
} as const;
export type TableKind = keyof typeof TABLE_KINDS;

export interface Table extends RowSource {
  kind: TableKind;
  size: number;
  /** Column by its name in lower case. */
  columns: ReadonlyMap<string, number>;
  /** The first row is not data. */
  hasHeader: boolean;
}

const HEAD_BYTES = 16 << 10;

export const isTableName = (file: string): boolean => /\.csv$/i.test(file);

/** Undefined for a table that is none of Open Images. */
export async function readTable(
  tree: SourceTree,
  { path: file, size }: { path: string; size: number },
): Promise<Table | undefined> {
  const first = await firstRow(tree, file);
  if (first === undefined) return undefined;
  const { cells, delimiter } = first;
  const columns = new Map(cells.map((cell, i) => [cell.toLowerCase().replace(/[\s_]/g, ''), i]));
  const table = { file, absolute: tree.locate(file), delimiter, size, columns, hasHeader: true };
  const kind = kindOf((...names) => names.every((name) => columns.has(name)));
  if (kind !== undefined) return { ...table, kind };
  const [label = '', name = ''] = cells;
  if (cells.length === 2 && name !== '' && isMachineName(label))
    return {
      ...table,
      kind: 'classes',
      hasHeader: false,
      columns: new Map([
        ['labelname', 0],
        ['displayname', 1],
      ]),
    };
  return undefined;
}

function kindOf(has: (...names: string[]) => boolean): TableKind | undefined {
  if (has('maskpath', 'imageid', 'labelname')) return 'masks';
  if (has('imageid', 'labelname', 'xmin', 'xmax', 'ymin', 'ymax')) return 'boxes';
  if (has('imageid', 'labelname', 'confidence')) return 'labels';
  if (has('imageid', 'subset') || has('imageid', 'originalurl')) return 'images';
  if (has('labelname', 'displayname')) return 'classes';
  return undefined;
}

/** `/m/01g317`: how the knowledge graph calls things. */
export const isMachineName = (text: string): boolean => /^\/[a-z]\/[A-Za-z0-9_]+$/.test(text);

async function firstRow(
  tree: SourceTree,
  file: string,
): Promise<{ cells: string[]; delimiter: string } | undefined> {
  const head = await tree.head(file, HEAD_BYTES);
  // Bytes 0 are in no text.
  if (head.includes(0)) return undefined;
  const delimiter = delimiterOf(head.toString('utf8').split('\n', 1)[0] ?? '');
  for (const { bytes } of rowsIn(head, { offset: 0, line: 1, delimiter }, 'all'))
    return { cells: splitRow(bytes, delimiter), delimiter };
  return undefined;
}

/** The subset a file is about by its name: `oidv6-train-annotations-bbox.csv`. */
export function subsetNamed(file: string): string | undefined {
  const base = file.slice(file.lastIndexOf('/') + 1).toLowerCase();
  return /(?:^|[-_.])(train|validation|val|test)(?=[-_.])/.exec(base)?.[1];
}
