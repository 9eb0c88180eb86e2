/**
 * Takes away what a publication staged, in short transactions: rows that nobody sees need not go at once, but
 * the database must stay free. May be interrupted and called again; the row itself stays, as the fence.
 */
import type { Database } from '../database.ts';
import { statement } from '../statements.ts';
import { publicationRow } from './publication-rows.ts';

const ITEMS_AT_ONCE = 1000;

/** For a publication that is superseded or dropped; any other is left alone. */
export async function clearStaged(db: Database, publicationId: number): Promise<void> {
  for (let more = true; more; ) {
    more = await db.transaction((sqlite) => {
      const row = publicationRow(sqlite, publicationId);
      if (row === undefined || row.state === 'open' || row.state === 'committed') return false;
      const { changes } = statement<[number, number]>(
        sqlite,
        'DELETE FROM items WHERE id IN (SELECT id FROM items WHERE publication_id = ? LIMIT ?)',
      ).run(publicationId, ITEMS_AT_ONCE);
      if (changes === ITEMS_AT_ONCE) return true;
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
