/** The labels inside the annotations of images: counted, listed and changed without reading what is not asked for. */
import { sql } from 'kysely';
import type { Label, OpaqueLabel } from '../../format/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { annotationOf, writeAnnotation } from './annotation-store.ts';
import type { Database } from './database.ts';
import type { ImageLabelRow, ImageLabelStore } from './figure-repositories.ts';
import { idList } from './list-query.ts';
import { isoTime } from './row-values.ts';

interface Row {
  item_id: number;
  dataset_id: number;
  project_id: number;
  at: number;
  label: string;
  width: number | null;
  height: number | null;
  subpixel: number;
  created_at: number;
  updated_at: number;
}

export function createImageLabelStore(db: Database, { clock }: { clock: Clock }): ImageLabelStore {
  const { kysely } = db;
  return {
    async list({ datasetId, itemIds, offset, limit }) {
      const of =
        itemIds === undefined
          ? sql`i.dataset_id = ${datasetId}`
          : sql`i.dataset_id = ${datasetId} and i.id in ${idList(itemIds)}`;
      const from = sql`items i join annotations a on a.item_id = i.id`;
      const counted = await sql<{ n: number | null }>`
        select sum(json_array_length(a.json, '$.objects')) as n from ${from}
        where ${of} and i.publication_id is null`.execute(kysely);
      const total = counted.rows[0]?.n ?? 0;
      if (limit === 0 || offset >= total) return { total, entities: [] };
      const { rows } = await sql<Row>`
        select i.id as item_id, i.dataset_id, i.project_id, o.key as at, o.value as label, i.width, i.height,
          a.subpixel, a.created_at, a.updated_at
        from ${from}, json_each(a.json, '$.objects') o where ${of} and i.publication_id is null
        order by i.id, o.key limit ${limit} offset ${offset}`.execute(kysely);
      return { total, entities: rows.map(toLabel) };
    },

    async change(itemIds, work) {
      await db.transaction((sqlite) => {
        const now = clock.now();
        for (const itemId of new Set(itemIds)) {
          const { annotation, subpixel } = annotationOf(sqlite, itemId);
          const changed = work(itemId, annotation, subpixel);
          if (changed !== undefined)
            writeAnnotation(sqlite, { itemId, json: JSON.stringify(changed), subpixel, now });
        }
      });
    },
  };
}

function toLabel(row: Row): ImageLabelRow {
  return {
    itemId: row.item_id,
    datasetId: row.dataset_id,
    projectId: row.project_id,
    at: row.at,
    label: JSON.parse(row.label) as Label | OpaqueLabel,
    size: { height: row.height ?? Number.MAX_SAFE_INTEGER, width: row.width ?? Number.MAX_SAFE_INTEGER },
    subpixel: row.subpixel === 1,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
