/** The statements on single items that adding and importing share. Inside a transaction. */
import type { SqliteConnection } from './database.ts';
import { statement } from './statements.ts';

export interface BlobRow {
  size: number;
  mime: string | null;
  width: number | null;
  height: number | null;
}

/** What an item is, whoever brings it. */
export interface ItemFields {
  name: string;
  sha256: string | null;
  link: string | null;
  size: number;
  mime: string | null;
  width: number | null;
  height: number | null;
  /** JSON. */
  meta: string;
}

export interface NewItem extends ItemFields {
  projectId: number;
  datasetId: number;
  type: string;
  customSort: number | null;
  publicationId: number | null;
  now: number;
}

/** Gives the id. */
export function insertItem(sqlite: SqliteConnection, item: NewItem): number {
  const done = statement<NewItem>(
    sqlite,
    `INSERT INTO items (project_id, dataset_id, type, name, sha256, link, size, mime, width, height, meta,
       custom_sort, publication_id, created_at, updated_at)
     VALUES (@projectId, @datasetId, @type, @name, @sha256, @link, @size, @mime, @width, @height, @meta,
       @customSort, @publicationId, @now, @now)`,
  ).run(item);
  return Number(done.lastInsertRowid);
}

export function blobRow(sqlite: SqliteConnection, sha256: string): BlobRow | undefined {
  return statement<[string], BlobRow>(
    sqlite,
    'SELECT size, mime, width, height FROM blobs WHERE sha256 = ?',
  ).get(sha256);
}

/** Id of the visible item of this name. */
export function itemByName(sqlite: SqliteConnection, datasetId: number, name: string): number | undefined {
  return statement<[number, string], { id: number }>(
    sqlite,
    'SELECT id FROM items WHERE dataset_id = ? AND name = ? AND publication_id IS NULL',
  ).get(datasetId, name)?.id;
}
