/** Figures of items and related images. Adding and reading are linear in what is added or read. */
import { type RawBuilder, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import { addFigures, STAGED } from './figure-rows.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import type { FigureRow, FigureStore } from './repositories/figures.ts';
import { isoTime } from './row-values.ts';
import { statement } from './statements.ts';

interface Row {
  id: number;
  project_id: number;
  dataset_id: number;
  item_id: number | null;
  related_image_id: number | null;
  object_id: number | null;
  class_title: string | null;
  object_key: string | null;
  key: string;
  geometry_type: string;
  geometry: string;
  sha256: string | null;
  waiting: number;
  plane: string;
  frame: number;
  json: string;
  created_at: number;
  updated_at: number;
}

const FIELDS: ListFields = {
  id: ['f.id', 'number'],
  objectId: ['f.object_id', 'number'],
  geometryType: ['f.geometry_type', 'text'],
  createdAt: ['f.created_at', 'time'],
  updatedAt: ['f.updated_at', 'time'],
};
const SELECT = sql`f.id, f.dataset_id, f.item_id, f.related_image_id, f.object_id, f.key, f.geometry_type, f.geometry,
  f.sha256, f.waiting, f.plane, f.frame, f.json, f.created_at, f.updated_at, d.project_id,
  coalesce(f.class_title, o.class_title) as class_title, o.key as object_key`;
const FROM = sql`figures f join datasets d on d.id = f.dataset_id left join objects o on o.id = f.object_id`;

export function createFigureStore(db: Database, { clock }: { clock: Clock }): FigureStore {
  const { kysely } = db;

  async function read(where: RawBuilder<unknown>, order: RawBuilder<unknown>): Promise<FigureRow[]> {
    const { rows } = await sql<Row>`select ${SELECT} from ${FROM} where ${where} order by ${order}`.execute(
      kysely,
    );
    return rows.map(toFigure);
  }

  return {
    add: (datasetId, figures) =>
      db.transaction((sqlite) => addFigures(sqlite, datasetId, figures, clock.now())),

    async get(ids) {
      const rows = await read(
        sql`f.id in ${idList(ids)} and f.waiting <> ${sql.lit(STAGED)} and d.archived_at is null`,
        sql`f.id`,
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async list({ datasetId, filter = [], ...query }) {
      const where = [sql`f.dataset_id = ${datasetId}`, sql`f.waiting = 0`];
      const ofEntities = filter.filter((one) => one.field === 'entityId');
      for (const { operator, value } of ofEntities) {
        const ids = operator === 'in' && Array.isArray(value) ? value : [value];
        const list = idList(ids.map(Number));
        where.push(sql`(f.item_id in ${list} or f.related_image_id in ${list})`);
      }
      const source = { select: sql`f.id`, from: sql`figures f`, where, fields: FIELDS };
      const others = filter.filter((one) => one.field !== 'entityId');
      const { total, rows } = await listRows<{ id: number }>(kysely, source, { ...query, filter: others });
      return { total, entities: rows };
    },

    page: (itemId, { after, limit }) =>
      read(
        sql`f.item_id = ${itemId} and f.waiting = 0
          and (f.plane, f.frame, f.id) > (${after.plane}, ${after.frame}, ${after.id})`,
        sql`f.plane, f.frame, f.id limit ${limit}`,
      ),

    ofImages: (itemIds) => read(sql`f.item_id in ${idList(itemIds)} and f.waiting = 0`, sql`f.item_id, f.id`),

    async putGeometry(geometries) {
      await db.transaction((sqlite) => {
        const now = clock.now();
        const set = statement<[string | null, string | null, number, number], { item_id: number | null }>(
          sqlite,
          `UPDATE figures SET sha256 = ?, geometry = coalesce(?, geometry), waiting = 0, updated_at = ? WHERE id = ?
           RETURNING item_id`,
        );
        const blob = statement<[string], { size: number }>(sqlite, 'SELECT size FROM blobs WHERE sha256 = ?');
        const touch = touchItem(sqlite);
        for (const one of geometries) {
          const sha256 = one.sha256 ?? null;
          if (sha256 !== null && blob.get(sha256) === undefined) throw missing(`the bytes ${sha256}`);
          const row = set.get(sha256, one.geometry ?? null, now, one.id);
          if (row === undefined) throw missing(`figure ${one.id}`);
          if (row.item_id !== null) touch.run(now, row.item_id);
        }
      });
    },

    async update(id, { geometry, rest }) {
      await db.transaction((sqlite) => {
        const now = clock.now();
        const row = statement<[string | null, string | null, number, number], { item_id: number | null }>(
          sqlite,
          `UPDATE figures SET geometry = coalesce(?, geometry), json = coalesce(?, json), updated_at = ? WHERE id = ?
           RETURNING item_id`,
        ).get(geometry ?? null, rest === undefined ? null : JSON.stringify(rest), now, id);
        if (row === undefined) throw missing(`figure ${id}`);
        if (row.item_id !== null) touchItem(sqlite).run(now, row.item_id);
      });
    },

    async remove(ids) {
      await db.transaction((sqlite) => {
        const now = clock.now();
        const remove = statement<[number], { item_id: number | null }>(
          sqlite,
          `DELETE FROM figures WHERE id = ? AND waiting <> ${STAGED} RETURNING item_id`,
        );
        const touch = touchItem(sqlite);
        const items = new Set(ids.map((id) => remove.get(id)?.item_id ?? null));
        for (const id of items) if (id !== null) touch.run(now, id);
      });
    },
  };
}

/** An item's `updatedAt` covers what is drawn on it. */
const touchItem = (sqlite: Parameters<typeof statement>[0]) =>
  statement<[number, number]>(sqlite, 'UPDATE items SET updated_at = ? WHERE id = ?');

function toFigure(row: Row): FigureRow {
  return {
    id: row.id,
    projectId: row.project_id,
    datasetId: row.dataset_id,
    entityId: row.item_id ?? row.related_image_id ?? 0,
    objectId: row.object_id,
    classTitle: row.class_title,
    key: row.key,
    objectKey: row.object_key,
    geometryType: row.geometry_type,
    geometry: row.geometry,
    sha256: row.sha256,
    waiting: row.waiting === 1,
    plane: row.plane,
    frame: row.frame,
    rest: row.json,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
