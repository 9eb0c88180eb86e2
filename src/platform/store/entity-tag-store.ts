/** Tags of items, objects, figures and episodes. Tags of images stand in their annotations. */
import { type RawBuilder, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import { addTags, type EntityTagTableRow } from './entity-tag-rows.ts';
import { idList } from './list-query.ts';
import type { EntityTagRow, EntityTagStore } from './repositories/figures.ts';
import { isoTime, jsonObject } from './row-values.ts';
import { statement } from './statements.ts';

const OWNER = { item: 'item_id', object: 'object_id', figure: 'figure_id' } as const;

export function createEntityTagStore(db: Database, { clock }: { clock: Clock }): EntityTagStore {
  const { kysely } = db;

  async function read(where: RawBuilder<unknown>): Promise<EntityTagRow[]> {
    const { rows } = await sql<EntityTagTableRow>`
      select t.* from entity_tags t where ${where} and t.publication_id is null order by t.id`.execute(
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
          'UPDATE entity_tags SET json = ?, updated_at = ? WHERE id = ? AND publication_id IS NULL',
        ).run(JSON.stringify(rest), clock.now(), id),
      );
      if (done.changes === 0) throw missing(`tag ${id}`);
    },

    async get(ids) {
      const byId = new Map((await read(sql`t.id in ${idList(ids)}`)).map((row) => [row.id, row]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async remove(ids) {
      await sql`delete from entity_tags where id in ${idList(ids)} and publication_id is null`.execute(
        kysely,
      );
    },
  };
}

function toTag(row: EntityTagTableRow): EntityTagRow {
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
