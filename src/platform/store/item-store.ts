/** Items of visible datasets. The counters of dataset and project change in the transaction that changes the rows. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { missing, orNotUnique } from './constraint.ts';
import type { Database, SqliteConnection } from './database.ts';
import { datasetsBelow } from './dataset-store.ts';
import { assertName } from './entry-names.ts';
import { addToCounters } from './item-counters.ts';
import { itemCondition } from './item-filters.ts';
import { type BlobRow, blobRow, insertItem, itemByName } from './item-rows.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import { type ItemRow, type ItemStore, NameClash, type NewItemRow } from './repositories/items.ts';
import { isoTime, jsonObject } from './row-values.ts';
import { statement } from './statements.ts';
import type { ItemTable, Tables } from './tables.ts';

const FIELDS: ListFields = {
  id: ['i.id', 'number'],
  name: ['i.name', 'text'],
  datasetId: ['i.dataset_id', 'number'],
  projectId: ['i.project_id', 'number'],
  type: ['i.type', 'text'],
  hash: ['i.sha256', 'hash'],
  link: ['i.link', 'text'],
  mime: ['i.mime', 'text'],
  size: ['i.size', 'number'],
  width: ['i.width', 'number'],
  height: ['i.height', 'number'],
  createdAt: ['i.created_at', 'time'],
  updatedAt: ['i.updated_at', 'time'],
  customSort: ['i.custom_sort', 'number'],
};

type Row = Selectable<ItemTable>;

export function createItemStore(db: Database, { clock }: { clock: Clock }): ItemStore {
  const { kysely } = db;

  return {
    async list(query) {
      const { where, known, inDatasets } = await scope(kysely, query);
      const labelled = (query.labelled ?? []).map((filter) => itemCondition(filter, inDatasets));
      const source = {
        select: sql`i.*`,
        from: sql`items i`,
        where: [...where, ...labelled],
        fields: FIELDS,
        ...(labelled.length === 0 && { known }),
      };
      const { total, rows } = await listRows<Row>(kysely, source, query);
      return { total, entities: rows.map(toItem) };
    },

    get: (ids) => findItems(kysely, ids),

    async add(datasetId, items) {
      for (const { name } of items) assertName(name, 'item');
      const ids = await db.transaction((sqlite) => addAll(sqlite, datasetId, items, clock.now()));
      return findItems(kysely, ids);
    },

    async update(id, { name, meta }) {
      if (name !== undefined) assertName(name, 'item');
      const [before] = await findItems(kysely, [id]);
      if (before === undefined) throw missing(`item ${id}`);
      await orNotUnique(
        `item ${JSON.stringify(name)}`,
        () =>
          kysely
            .updateTable('items')
            .set({
              ...(name !== undefined && { name }),
              ...(meta !== undefined && { meta: JSON.stringify(meta) }),
              updated_at: clock.now(),
            })
            .where('id', '=', id)
            .execute(),
        () =>
          kysely
            .selectFrom('items')
            .select(['id', 'name'])
            .where('dataset_id', '=', before.datasetId)
            .where('name', '=', name ?? '')
            .where('publication_id', 'is', null)
            .executeTakeFirst(),
      );
      const [row] = await findItems(kysely, [id]);
      if (row === undefined) throw missing(`item ${id}`);
      return row;
    },

    async setLinks(links, { dropBytes }) {
      await db.transaction((sqlite) => {
        const read = statement<[number], { dataset_id: number; size: number }>(
          sqlite,
          'SELECT dataset_id, size FROM items WHERE id = ? AND publication_id IS NULL',
        );
        const write = statement<[string, number, number]>(
          sqlite,
          'UPDATE items SET link = ?, updated_at = ? WHERE id = ?',
        );
        const drop = statement<[number]>(sqlite, 'UPDATE items SET sha256 = NULL, size = 0 WHERE id = ?');
        const changes = new Map<number, { items: number; size: number }>();
        for (const { id, link } of links) {
          const row = read.get(id);
          if (row === undefined) throw missing(`item ${id}`);
          write.run(link, clock.now(), id);
          if (!dropBytes) continue;
          drop.run(id);
          const change = changes.get(row.dataset_id) ?? { items: 0, size: 0 };
          changes.set(row.dataset_id, { items: 0, size: change.size - row.size });
        }
        addToCounters(sqlite, changes, clock.now());
      });
    },

    async setCustomSort(places) {
      await db.transaction((sqlite) => {
        const write = statement<[number | null, number, number]>(
          sqlite,
          'UPDATE items SET custom_sort = ?, updated_at = ? WHERE id = ? AND publication_id IS NULL',
        );
        for (const { id, customSort } of places)
          if (write.run(customSort, clock.now(), id).changes === 0) throw missing(`item ${id}`);
      });
    },

    async setFrames(datasetId, ids) {
      await db.transaction((sqlite) => {
        const dataset = statement<[number], { items_count: number }>(
          sqlite,
          'SELECT items_count FROM datasets WHERE id = ?',
        ).get(datasetId);
        const write = statement<[number, number, number, number]>(
          sqlite,
          `UPDATE items SET meta = json_set(meta, '$.frame', ?), updated_at = ?
           WHERE id = ? AND dataset_id = ? AND publication_id IS NULL`,
        );
        const count = new Set(ids).size;
        if (count !== ids.length || count !== dataset?.items_count) {
          throw new SlyError('SLY_USAGE', {
            detail: `expected all ${dataset?.items_count ?? 0} items of dataset ${datasetId}, each once, got ${count}`,
          });
        }
        for (const [frame, id] of ids.entries())
          if (write.run(frame, clock.now(), id, datasetId).changes === 0)
            throw missing(`item ${id} in dataset ${datasetId}`);
      });
    },

    async remove(ids) {
      await db.transaction((sqlite) => {
        const remove = statement<[number], { dataset_id: number; size: number }>(
          sqlite,
          'DELETE FROM items WHERE id = ? AND publication_id IS NULL RETURNING dataset_id, size',
        );
        const changes = new Map<number, { items: number; size: number }>();
        for (const id of ids) {
          const row = remove.get(id);
          if (row === undefined) continue;
          const change = changes.get(row.dataset_id) ?? { items: 0, size: 0 };
          changes.set(row.dataset_id, { items: change.items - 1, size: change.size - row.size });
        }
        addToCounters(sqlite, changes, clock.now());
      });
    },
  };
}

/** In the order asked; what is not visible is left out. */
export async function findItems(kysely: Kysely<Tables>, ids: readonly number[]): Promise<ItemRow[]> {
  const { rows } = await sql<Row>`
    select i.* from items i join datasets d on d.id = i.dataset_id
    where i.id in ${idList(ids)} and i.publication_id is null and d.archived_at is null`.execute(kysely);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [toItem(row)];
  });
}

/** The rows a list is about, and their number from the counters. */
async function scope(
  kysely: Kysely<Tables>,
  query: { datasetId?: number; projectId?: number; recursive?: boolean },
) {
  const { datasetId, projectId } = query;
  if (datasetId !== undefined) {
    const ids = query.recursive === true ? await datasetsBelow(kysely, datasetId) : [datasetId];
    const inDatasets = ids.length === 1 ? sql`= ${ids[0]}` : sql`in ${idList(ids)}`;
    return {
      inDatasets,
      where: [sql`i.dataset_id ${inDatasets}`, sql`i.publication_id is null`],
      known: async (trx: Kysely<Tables>) => {
        const rows = await trx.selectFrom('datasets').select('items_count').where('id', 'in', ids).execute();
        return rows.reduce((sum, row) => sum + row.items_count, 0);
      },
    };
  }
  if (projectId === undefined)
    throw new SlyError('SLY_USAGE', { detail: 'expected datasetId or projectId, got neither' });
  return {
    inDatasets: sql`in (select id from datasets where project_id = ${projectId})`,
    where: [
      sql`i.project_id = ${projectId}`,
      sql`i.publication_id is null`,
      sql`i.dataset_id not in (select id from datasets where project_id = ${projectId} and archived_at is not null)`,
    ],
    known: async (trx: Kysely<Tables>) => {
      const row = await trx
        .selectFrom('projects')
        .select('items_count')
        .where('id', '=', projectId)
        .executeTakeFirst();
      return row?.items_count ?? 0;
    },
  };
}

function addAll(
  sqlite: SqliteConnection,
  datasetId: number,
  items: readonly NewItemRow[],
  now: number,
): number[] {
  const dataset = statement<[number], { project_id: number; type: string }>(
    sqlite,
    `SELECT d.project_id, p.type FROM datasets d JOIN projects p ON p.id = d.project_id
     WHERE d.id = ? AND d.archived_at IS NULL AND d.publication_id IS NULL`,
  ).get(datasetId);
  if (dataset === undefined) throw missing(`dataset ${datasetId}`);
  assertFree(sqlite, datasetId, items);
  let size = 0;
  const ids = items.map((item) => {
    const blob = blobOf(sqlite, item);
    size += blob?.size ?? 0;
    return insertItem(sqlite, {
      projectId: dataset.project_id,
      datasetId,
      type: dataset.type,
      name: item.name,
      sha256: item.sha256 ?? null,
      link: item.link ?? null,
      size: blob?.size ?? 0,
      mime: item.mime ?? blob?.mime ?? null,
      width: item.width ?? blob?.width ?? null,
      height: item.height ?? blob?.height ?? null,
      meta: JSON.stringify(item.meta ?? {}),
      customSort: item.customSort ?? null,
      publicationId: null,
      now,
    });
  });
  addToCounters(sqlite, new Map([[datasetId, { items: items.length, size }]]), now);
  return ids;
}

function assertFree(sqlite: SqliteConnection, datasetId: number, items: readonly NewItemRow[]): void {
  const seen = new Set<string>();
  const taken: { name: string; id: number }[] = [];
  for (const { name } of items) {
    const id = itemByName(sqlite, datasetId, name);
    if (id !== undefined) taken.push({ name, id });
    else if (seen.has(name)) taken.push({ name, id: 0 });
    seen.add(name);
  }
  if (taken.length === 0) return;
  const names = taken.slice(0, 3).map(({ name }) => JSON.stringify(name));
  throw new SlyError('SLY_NOT_UNIQUE', {
    detail: `${names.join(', ')}${taken.length > 3 ? ` and ${taken.length - 3} more` : ''}`,
    cause: new NameClash(taken),
  });
}

function blobOf(sqlite: SqliteConnection, item: NewItemRow): BlobRow | undefined {
  if (item.sha256 === undefined) return undefined;
  const blob = blobRow(sqlite, item.sha256);
  if (blob === undefined) throw missing(`the bytes of ${JSON.stringify(item.name)} (SHA-256 ${item.sha256})`);
  return blob;
}

function toItem(row: Row): ItemRow {
  return {
    id: row.id,
    projectId: row.project_id,
    datasetId: row.dataset_id,
    type: row.type,
    name: row.name,
    sha256: row.sha256,
    link: row.link,
    size: row.size,
    mime: row.mime,
    width: row.width,
    height: row.height,
    meta: jsonObject(row.meta),
    customSort: row.custom_sort,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
