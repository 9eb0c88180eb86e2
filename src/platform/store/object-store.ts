/** Objects: what the figures of videos, volumes and point clouds belong to. */
import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import type { ObjectRow, ObjectStore } from './repositories/figures.ts';
import type { Listed, ListQuery } from './repositories/lists.ts';
import { isoTime, jsonObject } from './row-values.ts';
import { statement } from './statements.ts';

interface Row {
  id: number;
  project_id: number;
  dataset_id: number;
  item_id: number | null;
  class_title: string;
  key: string;
  json: string;
  created_at: number;
  updated_at: number;
}

const FIELDS: ListFields = {
  id: ['o.id', 'number'],
  entityId: ['o.item_id', 'number'],
  createdAt: ['o.created_at', 'time'],
  updatedAt: ['o.updated_at', 'time'],
};
const FROM = sql`objects o join datasets d on d.id = o.dataset_id`;
const SELECT = sql`o.*, d.project_id`;
/** What an import has staged is not there yet. */
const SHOWN = sql`o.publication_id is null`;

export function createObjectStore(db: Database, { clock }: { clock: Clock }): ObjectStore {
  const { kysely } = db;

  async function list(of: RawBuilder<unknown>, query: ListQuery): Promise<Listed<ObjectRow>> {
    const source = { select: SELECT, from: FROM, where: [of, SHOWN], fields: FIELDS };
    const { total, rows } = await listRows<Row>(kysely, source, query);
    return { total, entities: rows.map(toObject) };
  }

  return {
    add: (datasetId, objects) =>
      db.transaction((sqlite) => {
        const known = statement<
          [number, string],
          { id: number; item_id: number | null; class_title: string }
        >(
          sqlite,
          `SELECT id, item_id, class_title FROM objects
           WHERE dataset_id = ? AND key = ? AND key_given = 1 AND publication_id IS NULL`,
        );
        const inDataset = statement<[number, number], { id: number }>(
          sqlite,
          'SELECT id FROM items WHERE id = ? AND dataset_id = ? AND publication_id IS NULL',
        );
        const insert = statement<[number, number | null, string, string, number, string, number, number]>(
          sqlite,
          `INSERT INTO objects (dataset_id, item_id, class_title, key, key_given, json, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        );
        const now = clock.now();
        return objects.map(({ itemId, classTitle, key, rest }) => {
          if (itemId !== null && inDataset.get(itemId, datasetId) === undefined)
            throw missing(`item ${itemId} in dataset ${datasetId}`);
          if (key !== undefined) {
            const same = known
              .all(datasetId, key)
              .find((one) => one.item_id === itemId && one.class_title === classTitle);
            if (same !== undefined) return same.id;
          }
          const named = key ?? newHexKey();
          const given = key === undefined ? 0 : 1;
          const json = JSON.stringify(rest);
          return Number(
            insert.run(datasetId, itemId, classTitle, named, given, json, now, now).lastInsertRowid,
          );
        });
      }),

    async get(ids) {
      const { rows } = await sql<Row>`
        select ${SELECT} from ${FROM} where o.id in ${idList(ids)} and ${SHOWN} and d.archived_at is null`.execute(
        kysely,
      );
      const byId = new Map(rows.map((row) => [row.id, toObject(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    list: ({ datasetId, ...query }) => list(sql`o.dataset_id = ${datasetId}`, query),

    listOfItem: ({ itemId, ...query }) => list(sql`o.item_id = ${itemId}`, query),

    async ofItem(itemId) {
      const { rows } = await sql<Row>`
        select ${SELECT} from ${FROM} where o.item_id = ${itemId} order by o.id`.execute(kysely);
      return rows.map(toObject);
    },

    async ofDataset(datasetId, { after, limit }) {
      const { rows } = await sql<Row>`
        select ${SELECT} from ${FROM} where o.dataset_id = ${datasetId} and o.item_id is null and o.id > ${after} and ${SHOWN}
        order by o.id limit ${limit}`.execute(kysely);
      return rows.map(toObject);
    },

    async usedBy(itemId) {
      const { rows } = await sql<Row>`
        select ${SELECT} from ${FROM} where o.id in
          (select object_id from figures where item_id = ${itemId} and waiting = 0 union
            select object_id from figures where waiting = 0 and related_image_id in
              (select id from related_images where item_id = ${itemId})) order by o.id`.execute(kysely);
      return rows.map(toObject);
    },

    async undrawn({ id, datasetId }) {
      const { rows: before } = await sql`
        select 1 from items where dataset_id = ${datasetId} and id < ${id} and publication_id is null limit 1`.execute(
        kysely,
      );
      if (before.length > 0) return [];
      const { rows } = await sql<Row>`
        select ${SELECT} from ${FROM} where o.dataset_id = ${datasetId} and o.item_id is null and ${SHOWN}
          and not exists (select 1 from figures f where f.object_id = o.id) order by o.id`.execute(kysely);
      return rows.map(toObject);
    },

    async remove(ids) {
      await sql`delete from objects as o where o.id in ${idList(ids)} and ${SHOWN}`.execute(kysely);
    },
  };
}

/** As clients make them: a UUID without dashes. */
export const newHexKey = (): string => randomUUID().replaceAll('-', '');

function toObject(row: Row): ObjectRow {
  return {
    id: row.id,
    projectId: row.project_id,
    datasetId: row.dataset_id,
    itemId: row.item_id,
    classTitle: row.class_title,
    key: row.key,
    rest: jsonObject(row.json),
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
