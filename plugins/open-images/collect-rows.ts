/**
 * First pass: goes over all rows once and notes which lie where for which picture. Only the cells that are needed for
 * that are read; fifteen million rows take seconds.
 */
import type { Breathe } from '../../src/plugin-kit/breathe.ts';
import { rawCell, scanRows } from '../../src/plugin-kit/csv-rows.ts';
import type { ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { createRowGroups, type RowGroups } from '../../src/plugin-kit/row-groups.ts';
import type { Table } from './tables.ts';

export interface CollectedRows {
  /** Pictures that have rows; the place in the list is the number of the group. */
  pictures: string[];
  groups: RowGroups;
  /** Machine names that boxes of these pictures have; filled when there are masks. */
  boxed: ReadonlySet<string>;
  /** Rows of each table that belong to a picture that is here, and all of them. */
  counts: { here: number; all: number }[];
}

export interface CollectOptions {
  /** Finds the picture of an id. */
  match: ImageMatcher;
  book: ProblemBook;
  breathe: Breathe;
  /** Called with every cell MaskPath, also of pictures that are not here. */
  onMask: (path: string) => void;
  onBytes: (table: Table, bytes: number) => void;
}

/** `tables` must not have lists of classes. */
export async function collectRows(
  tables: readonly Table[],
  { match, book, breathe, onMask, onBytes }: CollectOptions,
): Promise<CollectedRows> {
  const groups = createRowGroups(tables);
  const pictures: string[] = [];
  const groupOf = new Map<string, number>();
  const boxed = new Set<string>();
  const wantsBoxed = tables.some(({ kind }) => kind === 'masks');
  const counts = tables.map(() => ({ here: 0, all: 0 }));

  function find(id: string, table: Table, line: number): number {
    const picture = match(id, table.file)?.file;
    if (picture === undefined) {
      // A list of all pictures that exist is no claim that they are here.
      if (table.kind !== 'images')
        book.note('warning', 'images that are not here (rows that follow each other count once)', () => ({
          file: table.file,
          place: `line ${line}`,
          code: 'SLY_NOT_FOUND',
          message: `expected a picture called ${JSON.stringify(id.slice(0, 200))} with any ending, got none; its rows are left out`,
        }));
      return -1;
    }
    let group = groupOf.get(picture);
    if (group === undefined) {
      group = pictures.length;
      groupOf.set(picture, group);
      pictures.push(picture);
    }
    return group;
  }

  for (const [source, table] of tables.entries()) {
    const count = counts[source] as { here: number; all: number };
    const { delimiter, columns, kind } = table;
    const idColumn = columns.get('imageid') ?? 0;
    const labelColumn = columns.get('labelname') ?? 0;
    const maskColumn = columns.get('maskpath') ?? 0;
    let last: Buffer = Buffer.alloc(0);
    let group = -1;
    let isHeader = table.hasHeader;
    for (const row of scanRows(table.absolute, delimiter)) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      count.all++;
      const id = rawCell(row.bytes, idColumn, delimiter);
      if (id === undefined || id.length === 0) {
        book.note('warning', 'rows without the id of a picture', () => ({
          file: table.file,
          place: `line ${row.line}`,
          code: 'SLY_FORMAT_INVALID',
          message: `expected an ImageID in column ${idColumn + 1}, got ${JSON.stringify(row.bytes.toString('utf8', 0, 80))}`,
        }));
        continue;
      }
      if (!id.equals(last)) {
        last = Buffer.from(id);
        group = find(id.toString('utf8').trim(), table, row.line);
      }
      if (kind === 'masks') onMask(rawCell(row.bytes, maskColumn, delimiter)?.toString('utf8').trim() ?? '');
      if ((count.all & 1023) === 0) {
        onBytes(table, row.end);
        await breathe();
      }
      if (group < 0) continue;
      count.here++;
      groups.add(group, source, row);
      if (wantsBoxed && kind === 'boxes')
        boxed.add(rawCell(row.bytes, labelColumn, delimiter)?.toString('utf8').trim() ?? '');
    }
    onBytes(table, table.size);
    await book.flush();
  }
  return { pictures, groups, boxed, counts };
}
