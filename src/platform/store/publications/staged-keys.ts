/** What an open publication calls its items, so that lines of figures find them. Inside a transaction. */
import type { SqliteConnection } from '../database.ts';
import { statement } from '../statements.ts';

export interface KeyedItem {
  /** Null: it was not stored, and nothing that belongs to it will be. */
  item_id: number | null;
  /** Of a video, where it is known. */
  frames: number | null;
}

/** False: an item of the publication has the key already. */
export function rememberKey(
  sqlite: SqliteConnection,
  publicationId: number,
  key: string,
  { item_id, frames }: KeyedItem,
): boolean {
  const done = statement<[number, string, number | null, number | null]>(
    sqlite,
    `INSERT INTO publication_items (publication_id, key, item_id, frames) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  ).run(publicationId, key, item_id, frames);
  return done.changes > 0;
}

export function keyedItem(
  sqlite: SqliteConnection,
  publicationId: number,
  key: string,
): KeyedItem | undefined {
  return statement<[number, string], KeyedItem>(
    sqlite,
    'SELECT item_id, frames FROM publication_items WHERE publication_id = ? AND key = ?',
  ).get(publicationId, key);
}

/** Forgets at most so many; gives how many. */
export function forgetKeys(sqlite: SqliteConnection, publicationId: number, limit: number): number {
  return statement<[number, number, number]>(
    sqlite,
    `DELETE FROM publication_items WHERE publication_id = ? AND key IN
       (SELECT key FROM publication_items WHERE publication_id = ? LIMIT ?)`,
  ).run(publicationId, publicationId, limit).changes;
}
