/** Rows of archived projects and datasets, removed a bounded number at a time. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { TrashStore } from './repositories/blobs.ts';
import { statement } from './statements.ts';

const ITEMS_AT_ONCE = 1000;

export function createTrashStore(db: Database): TrashStore {
  return {
    async countArchived(before) {
      const { rows } = await sql<{ count: number }>`
        select (select count(*) from projects where archived_at < ${before} and staged = 0)
          + (select count(*) from datasets where archived_at < ${before}) as count`.execute(db.kysely);
      return rows[0]?.count ?? 0;
    },

    removeArchived: (before) =>
      db.transaction((sqlite) => {
        const dataset = statement<[number], { id: number }>(
          sqlite,
          // One that an import still writes into waits: its commit will say that it is gone.
          `SELECT id FROM datasets d WHERE archived_at < ?
             AND NOT EXISTS (SELECT 1 FROM datasets c WHERE c.parent_id = d.id AND c.archived_at IS NULL)
             AND NOT EXISTS (SELECT 1 FROM publications p JOIN items i ON i.publication_id = p.id
               AND i.dataset_id = d.id WHERE p.project_id = d.project_id AND p.state = 'open') LIMIT 1`,
        ).get(before);
        if (dataset === undefined) {
          return statement<[number]>(
            sqlite,
            `DELETE FROM projects WHERE id IN (SELECT id FROM projects p WHERE archived_at < ? AND staged = 0
               AND NOT EXISTS (SELECT 1 FROM datasets d WHERE d.project_id = p.id) LIMIT 1)`,
          ).run(before).changes;
        }
        const items = statement<[number, number]>(
          sqlite,
          'DELETE FROM items WHERE id IN (SELECT id FROM items WHERE dataset_id = ? LIMIT ?)',
        ).run(dataset.id, ITEMS_AT_ONCE).changes;
        if (items > 0) return items;
        // The ones below were archived with it or before.
        statement<[number]>(
          sqlite,
          'UPDATE datasets SET parent_id = NULL WHERE parent_id = ? AND archived_at IS NOT NULL',
        ).run(dataset.id);
        return statement<[number]>(sqlite, 'DELETE FROM datasets WHERE id = ?').run(dataset.id).changes;
      }),
  };
}
