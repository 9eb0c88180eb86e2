/** All rows of one picture, each as a record of its columns. */
import { splitRow } from '../../src/plugin-kit/csv-rows.ts';
import type { RowGroups } from '../../src/plugin-kit/row-groups.ts';
import type { Table, TableKind } from './tables.ts';

export interface Row {
  table: Table;
  line: number;
  /** Empty where the row or the table has no such column. */
  cell(column: string): string;
}

export type PictureRows = Readonly<Record<Exclude<TableKind, 'classes'>, Row[]>>;

/** Nobody has labelled one picture so often; what is beyond is left out with a word by the caller. */
export const MAX_ROWS = 100_000;

export function readPictureRows(
  groups: RowGroups,
  group: number,
  tables: readonly Table[],
): { rows: PictureRows; cut: boolean } {
  const rows: PictureRows = { boxes: [], masks: [], labels: [], images: [] };
  let count = 0;
  for (const { source, line, bytes } of groups.rows(group)) {
    if (count++ >= MAX_ROWS) return { rows, cut: true };
    const table = tables[source] as Table;
    const cells = splitRow(bytes, table.delimiter);
    const cell = (column: string): string => cells[table.columns.get(column) ?? -1] ?? '';
    if (table.kind !== 'classes') rows[table.kind].push({ table, line, cell });
  }
  return { rows, cut: false };
}
