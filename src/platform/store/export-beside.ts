/** What lies beside items in an export: pictures of point clouds with their figures, geometries that are files. */
import { type Kysely, sql } from 'kysely';
import { FILES } from '../../format/sound-geometry.ts';
import type { ExportItem } from '../../protocol/publish.ts';
import { idList } from './list-query.ts';
import { jsonObject } from './row-values.ts';
import type { Tables } from './tables.ts';

type Beside = Pick<ExportItem, 'related' | 'geometries'>;

interface PictureRow {
  id: number;
  item_id: number;
  name: string;
  sha256: string;
  size: number;
  meta: string;
}

interface FigureRow {
  related_image_id: number;
  key: string;
  object_key: string | null;
  geometry_type: string;
  geometry: string;
  json: string;
}

interface GeometryRow {
  item_id: number;
  key: string;
  geometry_type: string;
  sha256: string;
  size: number;
}

/** By item; items without have nothing. */
export async function besideItems(
  kysely: Kysely<Tables>,
  itemIds: readonly number[],
): Promise<Map<number, Beside>> {
  const beside = new Map<number, Beside>();
  if (itemIds.length === 0) return beside;
  const pictures = await sql<PictureRow>`
    select r.id, r.item_id, r.name, r.sha256, b.size, r.meta
    from related_images r join blobs b on b.sha256 = r.sha256
    where r.item_id in ${idList(itemIds)} order by r.item_id, r.name`.execute(kysely);
  const figures = await figuresOfPictures(
    kysely,
    pictures.rows.map(({ id }) => id),
  );
  for (const [itemId, rows] of Map.groupBy(pictures.rows, (row) => row.item_id)) {
    const related = rows.map(({ item_id: _item, meta, ...row }) => {
      const own = figures.get(row.id);
      return { ...row, meta: jsonObject(meta), ...(own !== undefined && { figures: own }) };
    });
    beside.set(itemId, { related });
  }
  const geometries = await sql<GeometryRow>`
    select f.item_id, f.key, f.geometry_type, f.sha256, b.size
    from figures f join blobs b on b.sha256 = f.sha256
    where f.item_id in ${idList(itemIds)} and f.sha256 is not null and f.waiting = 0 order by f.item_id, f.id`.execute(
    kysely,
  );
  const files = geometries.rows.filter((row) => FILES.has(row.geometry_type));
  for (const [itemId, rows] of Map.groupBy(files, (row) => row.item_id)) {
    const told = rows.map(({ key, geometry_type: geometryType, sha256, size }) => ({
      ...{ key, geometryType, sha256, size },
    }));
    beside.set(itemId, { ...beside.get(itemId), geometries: told });
  }
  return beside;
}

/** As the file beside a picture has them. */
async function figuresOfPictures(
  kysely: Kysely<Tables>,
  ids: readonly number[],
): Promise<Map<number, unknown[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<FigureRow>`
    select f.related_image_id, f.key, o.key as object_key, f.geometry_type, f.geometry, f.json
    from figures f left join objects o on o.id = f.object_id
    where f.related_image_id in ${idList(ids)} and f.waiting = 0 order by f.related_image_id, f.id`.execute(
    kysely,
  );
  const told = new Map<number, unknown[]>();
  for (const [id, figures] of Map.groupBy(rows, (row) => row.related_image_id)) {
    const list = figures.map((row) => ({
      key: row.key,
      objectKey: row.object_key,
      geometryType: row.geometry_type,
      geometry: jsonObject(row.geometry),
      ...jsonObject(row.json),
    }));
    told.set(id, list);
  }
  return told;
}
