/** `class-descriptions.csv`: what machine names are called. */
import { scanRows, splitRow } from '../../src/plugin-kit/csv-rows.ts';
import type { Table } from './tables.ts';

export interface ClassTitles {
  /** The name people use; the machine name where no table has it. */
  of(labelName: string): string;
  has(labelName: string): boolean;
  readonly size: number;
}

/** There are some 20,000; more than this is no list of classes. */
const MAX_CLASSES = 1_000_000;
const MAX_TITLE = 200;

export function readClassTitles(tables: readonly Table[]): ClassTitles {
  const titles = new Map<string, string>();
  for (const table of tables) {
    const [name, title] = [table.columns.get('labelname') ?? 0, table.columns.get('displayname') ?? 1];
    let isHeader = table.hasHeader;
    for (const { bytes } of scanRows(table.absolute, table.delimiter)) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      const cells = splitRow(bytes, table.delimiter);
      const [key, value] = [cells[name], cells[title]];
      if (key === undefined || key === '' || value === undefined || value === '') continue;
      if (titles.size >= MAX_CLASSES) break;
      titles.set(key, value.slice(0, MAX_TITLE));
    }
  }
  return {
    of: (labelName) => titles.get(labelName) ?? labelName.slice(0, MAX_TITLE),
    has: (labelName) => titles.has(labelName),
    size: titles.size,
  };
}
