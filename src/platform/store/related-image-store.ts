/** Pictures beside point clouds. */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { missing } from './constraint.ts';
import type { Database, SqliteConnection } from './database.ts';
import { assertName } from './entry-names.ts';
import { blobRow } from './item-rows.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import type { RelatedImageRow, RelatedImageStore } from './repositories/figures.ts';
import { NameClash } from './repositories/items.ts';
import { isoTime, jsonObject } from './row-values.ts';
import { statement } from './statements.ts';

interface Row {
  id: number;
  project_id: number;
  dataset_id: number;
  item_id: number;
  name: string;
  sha256: string;
  size: number;
  mime: string | null;
  width: number | null;
  height: number | null;
  meta: string;
  created_at: number;
  updated_at: number;
}

const FIELDS: ListFields = {
  id: ['r.id', 'number'],
  entityId: ['r.item_id', 'number'],
  name: ['r.name', 'text'],
  hash: ['r.sha256', 'hash'],
  createdAt: ['r.created_at', 'time'],
  updatedAt: ['r.updated_at', 'time'],
};
const FROM = sql`related_images r join items i on i.id = r.item_id join blobs b on b.sha256 = r.sha256
  join datasets d on d.id = r.dataset_id`;
/** What an import has staged is not there yet. */
const SHOWN = sql`i.publication_id is null`;
const SELECT = sql`r.*, b.size, b.mime, b.width, b.height, d.project_id`;

export function createRelatedImageStore(db: Database, { clock }: { clock: Clock }): RelatedImageStore {
  const { kysely } = db;

  async function get(ids: readonly number[]): Promise<RelatedImageRow[]> {
    const { rows } = await sql<Row>`
      select ${SELECT} from ${FROM} where r.id in ${idList(ids)} and ${SHOWN} and d.archived_at is null`.execute(
      kysely,
    );
    const byId = new Map(rows.map((row) => [row.id, toRelatedImage(row)]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  return {
    get,

    async add(images) {
      for (const { name } of images) assertName(name, 'item');
      return get(await db.transaction((sqlite) => images.map((image) => addOne(sqlite, image, clock.now()))));
    },

    async list({ datasetId, ...query }) {
      const source = {
        select: SELECT,
        from: FROM,
        where: [sql`r.dataset_id = ${datasetId}`, SHOWN],
        fields: FIELDS,
      };
      const { total, rows } = await listRows<Row>(kysely, source, query);
      return { total, entities: rows.map(toRelatedImage) };
    },

    async remove(ids) {
      await sql`delete from related_images where id in ${idList(ids)}`.execute(kysely);
    },
  };
}

function addOne(
  sqlite: SqliteConnection,
  image: Parameters<RelatedImageStore['add']>[0][number],
  now: number,
): number {
  const { entityId, name, sha256 } = image;
  const item = statement<[number], { dataset_id: number }>(
    sqlite,
    'SELECT dataset_id FROM items WHERE id = ? AND publication_id IS NULL',
  ).get(entityId);
  if (item === undefined) throw missing(`point cloud ${entityId}`);
  if (blobRow(sqlite, sha256) === undefined)
    throw missing(`the bytes of ${JSON.stringify(name)} (${sha256})`);
  const known = statement<[number, string], { id: number; sha256: string }>(
    sqlite,
    'SELECT id, sha256 FROM related_images WHERE item_id = ? AND name = ?',
  ).get(entityId, name);
  if (known?.sha256 === sha256) return known.id;
  if (known !== undefined) {
    throw new SlyError('SLY_NOT_UNIQUE', {
      detail: `${JSON.stringify(name)} beside point cloud ${entityId}`,
      cause: new NameClash([{ name, id: known.id }]),
    });
  }
  const done = statement<[number, number, string, string, string, number, number]>(
    sqlite,
    `INSERT INTO related_images (dataset_id, item_id, name, sha256, meta, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(item.dataset_id, entityId, name, sha256, JSON.stringify(image.meta), now, now);
  return Number(done.lastInsertRowid);
}

function toRelatedImage(row: Row): RelatedImageRow {
  return {
    id: row.id,
    projectId: row.project_id,
    datasetId: row.dataset_id,
    entityId: row.item_id,
    name: row.name,
    sha256: row.sha256,
    size: row.size,
    mime: row.mime,
    width: row.width,
    height: row.height,
    meta: jsonObject(row.meta),
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
