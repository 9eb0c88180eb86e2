/** Tags of items, objects, figures and episodes. Tags of images stand in their annotations. */
import { type RawBuilder, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database, SqliteConnection } from './database.ts';
import { idList } from './list-query.ts';
import { newHexKey } from './object-store.ts';
import type { EntityTagRow, EntityTagStore, NewEntityTag } from './repositories/figures.ts';
import { isoTime, jsonObject } from './row-values.ts';
import { statement } from './statements.ts';

interface Row {
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

const OWNER = { item: 'item_id', object: 'object_id', figure: 'figure_id' } as const;

export function createEntityTagStore(db: Database, { clock }: { clock: Clock }): EntityTagStore {
  const { kysely } = db;

  async function read(where: RawBuilder<unknown>): Promise<EntityTagRow[]> {
    const { rows } = await sql<Row>`select t.* from entity_tags t where ${where} order by t.id`.execute(
      kysely,
    );
    return rows.map(toTag);
  }

  return {
    add: (tags) => db.transaction((sqlite) => addTags(sqlite, tags, clock.now())),

    of: (kind, ids) => read(sql`t.${sql.raw(OWNER[kind])} in ${idList(ids)}`),

    ofDataset: (datasetId) =>
      read(
        sql`t.dataset_id = ${datasetId} and t.item_id is null and t.object_id is null and t.figure_id is null`,
      ),

    replaceOfFigure: (figureId, tags) =>
      db.transaction((sqlite) => {
        statement<[number]>(sqlite, 'DELETE FROM entity_tags WHERE figure_id = ?').run(figureId);
        addTags(sqlite, tags, clock.now());
      }),

    async update(id, rest) {
      const done = await db.transaction((sqlite) =>
        statement<[string, number, number]>(
          sqlite,
          'UPDATE entity_tags SET json = ?, updated_at = ? WHERE id = ?',
        ).run(JSON.stringify(rest), clock.now(), id),
      );
      if (done.changes === 0) throw missing(`tag ${id}`);
    },

    async get(ids) {
      const byId = new Map((await read(sql`t.id in ${idList(ids)}`)).map((row) => [row.id, row]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async remove(ids) {
      await sql`delete from entity_tags where id in ${idList(ids)}`.execute(kysely);
    },
  };
}

function addTags(sqlite: SqliteConnection, tags: readonly NewEntityTag[], now: number): number[] {
  const insert = statement<
    [number, number | null, number | null, number | null, string, string, number, string, number, number]
  >(
    sqlite,
    `INSERT INTO entity_tags (dataset_id, item_id, object_id, figure_id, name, key, key_given, json, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return tags.map((tag) => {
    const json = JSON.stringify(tag.rest);
    const same = ofOwner(sqlite, tag).find((known) => isSame(known, tag, json));
    if (same !== undefined) return same.id;
    const { datasetId, itemId = null, objectId = null, figureId = null, name, key } = tag;
    const given = key === undefined ? 0 : 1;
    return Number(
      insert.run(datasetId, itemId, objectId, figureId, name, key ?? newHexKey(), given, json, now, now)
        .lastInsertRowid,
    );
  });
}

/** With a key, a tag is the one of that key; without, saying the same twice says it once. */
function isSame(known: Row, tag: NewEntityTag, json: string): boolean {
  if (known.name !== tag.name || known.json !== json) return false;
  return tag.key === undefined ? known.key_given === 0 : known.key_given === 1 && known.key === tag.key;
}

function ofOwner(sqlite: SqliteConnection, tag: NewEntityTag): Row[] {
  const { itemId, objectId, figureId, datasetId, name } = tag;
  const by = (column: string, id: number) =>
    statement<[number, string], Row>(
      sqlite,
      `SELECT * FROM entity_tags WHERE ${column} = ? AND name = ?`,
    ).all(id, name);
  if (itemId !== undefined) return by('item_id', itemId);
  if (objectId !== undefined) return by('object_id', objectId);
  if (figureId !== undefined) return by('figure_id', figureId);
  return statement<[number, string], Row>(
    sqlite,
    `SELECT * FROM entity_tags WHERE dataset_id = ? AND name = ? AND item_id IS NULL AND object_id IS NULL
       AND figure_id IS NULL`,
  ).all(datasetId, name);
}

function toTag(row: Row): EntityTagRow {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    itemId: row.item_id,
    objectId: row.object_id,
    figureId: row.figure_id,
    name: row.name,
    key: row.key,
    rest: jsonObject(row.json),
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
