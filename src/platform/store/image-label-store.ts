/** The labels inside the annotations of images: counted, listed and changed without reading what is not asked for. */
import { type RawBuilder, sql } from 'kysely';
import type { Label, OpaqueLabel } from '../../format/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { annotationOf, writeAnnotation } from './annotation-store.ts';
import type { Database } from './database.ts';
import { indexLabels, labelsOf } from './item-labels.ts';
import { idList } from './list-query.ts';
import type { ImageLabelRow, ImageLabelStore, LabelRange, LabelsOf } from './repositories/figures.ts';
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

interface Counted {
  item_id: number;
  count: number;
}

const ITEMS_AT_ONCE = 1000;
/** How many objects each annotation has stands beside it: item-labels.ts. */
const COUNTED = sql`item_labels l cross join items i on i.id = l.item_id`;

function countedOf({ datasetId, itemIds, upTo }: LabelsOf): RawBuilder<unknown> {
  const of = [
    sql`l.dataset_id = ${datasetId} and l.kind = 'object' and l.name = '' and l.value = ''`,
    sql`i.publication_id is null`,
  ];
  if (itemIds !== undefined) of.push(sql`l.item_id in ${idList(itemIds)}`);
  if (upTo !== undefined) of.push(sql`l.item_id <= ${upTo}`);
  return sql.join(of, sql` and `);
}

export function createImageLabelStore(db: Database, { clock }: { clock: Clock }): ImageLabelStore {
  const { kysely } = db;

  async function counted(of: LabelsOf, where: RawBuilder<unknown>): Promise<Counted[]> {
    const { rows } = await sql<Counted>`
      select l.item_id, l.count from ${COUNTED} where ${countedOf(of)} and ${where}
      order by l.item_id limit ${ITEMS_AT_ONCE}`.execute(kysely);
    return rows;
  }

  return {
    async count(of) {
      const { rows } = await sql<{ n: number | null }>`
        select sum(l.count) as n from ${COUNTED} where ${countedOf(of)}`.execute(kysely);
      return rows[0]?.n ?? 0;
    },

    async page(of, { after, skip = 0, limit }) {
      const ranges: LabelRange[] = [];
      let [passOver, room] = [skip, limit];
      const take = ({ item_id: itemId, count }: Counted, read: number): void => {
        const from = Math.min(count, read + passOver);
        const to = Math.min(count, from + room);
        passOver -= from - read;
        room -= to - from;
        if (to > from) ranges.push({ itemId, from, to });
      };
      // What is left of the image that was read in part.
      if (after !== undefined)
        for (const row of await counted(of, sql`l.item_id = ${after.itemId}`))
          if (row.count > after.at) take(row, after.at + 1);
      let last = after?.itemId ?? 0;
      while (room > 0) {
        const rows = await counted(of, sql`l.item_id > ${last}`);
        for (const row of rows) if (room > 0) take(row, 0);
        last = rows.at(-1)?.item_id ?? last;
        if (rows.length < ITEMS_AT_ONCE) break;
      }
      return ranges;
    },

    async read(ranges) {
      const { rows } = await sql<Row>`
        select i.id as item_id, i.dataset_id, i.project_id, o.key as at, o.value as label, i.width, i.height,
          a.subpixel, a.created_at, a.updated_at
        from json_each(${JSON.stringify(ranges)}) r
        cross join items i on i.id = json_extract(r.value, '$.itemId')
        cross join annotations a on a.item_id = i.id
        cross join json_each(a.json, '$.objects') o
        where i.publication_id is null
          and o.key >= json_extract(r.value, '$.from') and o.key < json_extract(r.value, '$.to')
        order by i.id, o.key`.execute(kysely);
      return rows.map(toLabel);
    },

    async change(itemIds, work) {
      await db.transaction((sqlite) => {
        const now = clock.now();
        for (const itemId of new Set(itemIds)) {
          const { annotation, subpixel } = annotationOf(sqlite, itemId);
          const changed = work(itemId, annotation, subpixel);
          if (changed === undefined) continue;
          writeAnnotation(sqlite, { itemId, json: JSON.stringify(changed), subpixel, now });
          indexLabels(sqlite, [{ itemId, labels: labelsOf(changed) }]);
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
