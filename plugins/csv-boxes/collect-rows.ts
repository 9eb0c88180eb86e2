/**
 * First pass over all tables: which rows are about which picture, whether coordinates are pixels, what extra columns
 * hold. Nothing of a row is kept but its place.
 */
import type { Breathe } from '../../src/plugin-kit/breathe.ts';
import { scanRows, splitRow } from '../../src/plugin-kit/csv-rows.ts';
import type { ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { createRowGroups, type RowGroups } from '../../src/plugin-kit/row-groups.ts';
import { type ColumnTypes, createColumnTypes } from './column-types.ts';
import { readBox } from './row-values.ts';
import type { BoxTable } from './tables.ts';
import { createUnitFinder, type UnitFinder } from './units.ts';

export interface CollectedRows {
  /** Pictures that have rows; the place in the list is the number of the group. */
  pictures: string[];
  groups: RowGroups;
  types: ColumnTypes;
  tables: { units: UnitFinder; rows: number; here: number }[];
}

export async function collectRows(
  tables: readonly BoxTable[],
  {
    match,
    book,
    breathe,
    onBytes,
  }: {
    match: ImageMatcher;
    book: ProblemBook;
    breathe: Breathe;
    onBytes: (table: BoxTable, bytes: number) => void;
  },
): Promise<CollectedRows> {
  const groups = createRowGroups(tables);
  const types = createColumnTypes();
  const pictures: string[] = [];
  const groupOf = new Map<string, number>();
  const counts: CollectedRows['tables'] = [];

  function find(name: string, table: BoxTable, line: number): number {
    const picture = name === '' ? undefined : match(name, table.file)?.file;
    if (picture === undefined) {
      book.note('warning', 'pictures that are not here (rows that follow each other count once)', () => ({
        file: table.file,
        place: `line ${line}`,
        code: 'SLY_NOT_FOUND',
        message:
          name === ''
            ? `expected the name of a picture in column ${table.columns.image + 1}, got nothing; the row is left out`
            : `expected a picture called ${JSON.stringify(name.slice(0, 200))}, got none; its rows are left out`,
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
    const count = { units: createUnitFinder(), rows: 0, here: 0 };
    counts.push(count);
    const { columns, delimiter } = table;
    let last: string | undefined;
    let group = -1;
    let isHeader = table.names.length > 0;
    for (const row of scanRows(table.absolute, delimiter)) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      count.rows++;
      if ((count.rows & 1023) === 0) {
        onBytes(table, row.end);
        await breathe();
      }
      const cells = splitRow(row.bytes, delimiter);
      const name = cells[columns.image] ?? '';
      if (name !== last) {
        last = name;
        group = find(name, table, row.line);
      }
      const box = readBox(cells, columns);
      if (box.kind === 'box') count.units.see(box.corners);
      for (const { at, name: column } of columns.extra) types.see(column, cells[at] ?? '');
      if (group < 0) continue;
      count.here++;
      groups.add(group, source, row);
    }
    onBytes(table, table.size);
    await book.flush();
  }
  return { pictures, groups, types, tables: counts };
}
