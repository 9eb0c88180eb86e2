/**
 * Takes away what a publication staged, in short transactions: rows that nobody sees need not go at once, but
 * the database must stay free. May be interrupted and called again; the row itself stays, as the fence.
 */
import type { Database, SqliteConnection } from '../database.ts';
import { statement } from '../statements.ts';
import { ROWS_AT_ONCE } from './in-pieces.ts';
import { publicationRow } from './publication-rows.ts';
import { forgetKeys } from './staged-keys.ts';

const ITEMS_AT_ONCE = 1000;

/** For a publication that is superseded or dropped; any other is left alone. */
export async function clearStaged(db: Database, publicationId: number): Promise<void> {
  for (let more = true; more; ) {
    more = await db.transaction((sqlite) => {
      const row = publicationRow(sqlite, publicationId);
      if (row === undefined || row.state === 'open' || row.state === 'committed') return false;
      if (clearItems(sqlite, publicationId) || clearLabels(sqlite, publicationId)) return true;
      if (forgetKeys(sqlite, publicationId, ROWS_AT_ONCE) === ROWS_AT_ONCE) return true;
      statement<[number]>(sqlite, 'DELETE FROM datasets WHERE publication_id = ?').run(publicationId);
      statement<[number]>(sqlite, 'DELETE FROM publication_segments WHERE publication_id = ?').run(
        publicationId,
      );
      if (row.made_project === 1) {
        statement<[number | null]>(sqlite, 'DELETE FROM projects WHERE id = ? AND staged = 1').run(
          row.project_id,
        );
      }
      return false;
    });
  }
}

/** True = there is more. One item may have a million figures: they go before it. */
function clearItems(sqlite: SqliteConnection, publicationId: number): boolean {
  const items = statement<[number, number], { id: number }>(
    sqlite,
    'SELECT id FROM items WHERE publication_id = ? ORDER BY dataset_id, name LIMIT ?',
  ).all(publicationId, ITEMS_AT_ONCE);
  const ids = JSON.stringify(items.map(({ id }) => id));
  const figures = statement<[string, number]>(
    sqlite,
    `DELETE FROM figures WHERE id IN
       (SELECT f.id FROM json_each(?) j CROSS JOIN figures f ON f.item_id = j.value LIMIT ?)`,
  ).run(ids, ROWS_AT_ONCE).changes;
  if (figures === ROWS_AT_ONCE) return true;
  statement<[string]>(sqlite, 'DELETE FROM items WHERE id IN (SELECT value FROM json_each(?))').run(ids);
  return items.length === ITEMS_AT_ONCE;
}

/** Of datasets that stay: those of items went with them. */
function clearLabels(sqlite: SqliteConnection, publicationId: number): boolean {
  const changes = (['entity_tags', 'objects'] as const).map(
    (table) =>
      statement<[number, number]>(
        sqlite,
        `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE publication_id = ? LIMIT ?)`,
      ).run(publicationId, ROWS_AT_ONCE).changes,
  );
  return changes.includes(ROWS_AT_ONCE);
}
