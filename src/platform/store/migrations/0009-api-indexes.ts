import type { Migration } from './migration.ts';

/** What lists of the public API sort by. */
export const apiIndexes: Migration = {
  name: '0009-api-indexes',
  sqlite: `
-- A place the client gives an item in its dataset.
ALTER TABLE items ADD COLUMN custom_sort REAL;
`,
};
