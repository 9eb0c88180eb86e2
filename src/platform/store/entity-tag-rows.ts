/** Adding tags. Inside a transaction. */
import type { SqliteConnection } from './database.ts';
import { newHexKey } from './object-store.ts';
import type { NewEntityTag } from './repositories/figures.ts';
import { statement } from './statements.ts';

export interface EntityTagTableRow {
  id: number;
  dataset_id: number;
  item_id: number | null;
  object_id: number | null;
  figure_id: number | null;
  name: string;
  key: string;
  key_given: number;
  json: string;
  created_at: number;
  updated_at: number;
}

export interface TagFields {
  datasetId: number;
  itemId: number | null;
  objectId: number | null;
  figureId: number | null;
  name: string;
  /** Undefined: it gets one. */
  key: string | undefined;
  json: string;
  /** Of the import that stages it; null = it is there at once. */
  publicationId: number | null;
}

/** Ids in the order given. What is there already is not added again. */
export function addTags(sqlite: SqliteConnection, tags: readonly NewEntityTag[], now: number): number[] {
  return tags.map((tag) => {
    const { datasetId, itemId = null, objectId = null, figureId = null, name, key, rest } = tag;
    const owner = { datasetId, itemId, objectId, figureId };
    const fields = { ...owner, name, key, json: JSON.stringify(rest), publicationId: null };
    return sameTag(sqlite, fields) ?? insertTag(sqlite, fields, now);
  });
}

export function insertTag(sqlite: SqliteConnection, tag: TagFields, now: number): number {
  const { key, ...others } = tag;
  const row = { ...others, key: key ?? newHexKey(), given: key === undefined ? 0 : 1, now };
  const done = statement<typeof row>(
    sqlite,
    `INSERT INTO entity_tags (dataset_id, item_id, object_id, figure_id, name, key, key_given, json, publication_id,
       created_at, updated_at)
     VALUES (@datasetId, @itemId, @objectId, @figureId, @name, @key, @given, @json, @publicationId, @now, @now)`,
  ).run(row);
  return Number(done.lastInsertRowid);
}

/** With a key, a tag is the one of that key; without, saying the same twice says it once. */
export function sameTag(sqlite: SqliteConnection, tag: TagFields): number | undefined {
  return ofOwner(sqlite, tag).find(
    (known) =>
      known.json === tag.json &&
      (tag.key === undefined ? known.key_given === 0 : known.key_given === 1 && known.key === tag.key),
  )?.id;
}

function ofOwner(sqlite: SqliteConnection, tag: TagFields): EntityTagTableRow[] {
  const { itemId, objectId, figureId, datasetId, name, publicationId } = tag;
  const by = (column: string, id: number) =>
    statement<[number, string, number | null], EntityTagTableRow>(
      sqlite,
      `SELECT * FROM entity_tags WHERE ${column} = ? AND name = ? AND publication_id IS ?`,
    ).all(id, name, publicationId);
  if (itemId !== null) return by('item_id', itemId);
  if (objectId !== null) return by('object_id', objectId);
  if (figureId !== null) return by('figure_id', figureId);
  return statement<[number, string, number | null], EntityTagTableRow>(
    sqlite,
    `SELECT * FROM entity_tags WHERE dataset_id = ? AND name = ? AND item_id IS NULL AND object_id IS NULL
       AND figure_id IS NULL AND publication_id IS ?`,
  ).all(datasetId, name, publicationId);
}
