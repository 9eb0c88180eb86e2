/** `items_count` and `size` of datasets and projects: what lists show without counting. Inside a transaction. */
import type { SqliteConnection } from './database.ts';
import { statement } from './statements.ts';

/** Adds per dataset (negative = takes away) to it and its project. */
export function addToCounters(
  sqlite: SqliteConnection,
  changes: ReadonlyMap<number, { items: number; size: number }>,
  now: number,
): void {
  const dataset = statement<[number, number, number, number], { project_id: number }>(
    sqlite,
    `UPDATE datasets SET items_count = items_count + ?, size = size + ?, updated_at = ? WHERE id = ?
     RETURNING project_id`,
  );
  const project = statement<[number, number, number, number]>(
    sqlite,
    'UPDATE projects SET items_count = items_count + ?, size = size + ?, updated_at = ? WHERE id = ?',
  );
  for (const [id, { items, size }] of changes) {
    const row = dataset.get(items, size, now, id);
    if (row !== undefined) project.run(items, size, now, row.project_id);
  }
}
