/** Annotations of visible items, stored as they were given. */
import { sql } from 'kysely';
import { emptyAnnotation } from '../../format/annotation.ts';
import type { ImageAnnotation } from '../../format/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import { findItems } from './item-store.ts';
import { idList } from './list-query.ts';
import type { AnnotationStore } from './repositories.ts';
import { isoTime } from './row-values.ts';
import { statement } from './statements.ts';

interface Row {
  item_id: number;
  json: string;
  subpixel: number;
  created_at: number;
  updated_at: number;
}

export function createAnnotationStore(db: Database, { clock }: { clock: Clock }): AnnotationStore {
  return {
    async put(annotations, { subpixel }) {
      const rows = annotations.map(({ itemId, annotation }) => ({
        itemId,
        json: JSON.stringify(annotation),
      }));
      await db.transaction((sqlite) => {
        const touch = statement<[number, number]>(
          sqlite,
          `UPDATE items SET updated_at = ? WHERE id = ? AND publication_id IS NULL`,
        );
        const put = statement<[number, string, number, number, number]>(
          sqlite,
          `INSERT INTO annotations (item_id, json, subpixel, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (item_id) DO UPDATE SET json = excluded.json, subpixel = excluded.subpixel,
             updated_at = excluded.updated_at`,
        );
        const now = clock.now();
        for (const { itemId, json } of rows) {
          if (touch.run(now, itemId).changes === 0) throw missing(`item ${itemId}`);
          put.run(itemId, json, subpixel ? 1 : 0, now, now);
        }
      });
    },

    async get(itemIds) {
      const items = await findItems(db.kysely, itemIds);
      const { rows } = await sql<Row>`
        select * from annotations where item_id in ${idList(items.map((item) => item.id))}`.execute(
        db.kysely,
      );
      const byItem = new Map(rows.map((row) => [row.item_id, row]));
      return items.map((item) => {
        const row = byItem.get(item.id);
        return {
          itemId: item.id,
          itemName: item.name,
          annotation:
            row === undefined
              ? emptyAnnotation({ height: item.height ?? 0, width: item.width ?? 0 })
              : (JSON.parse(row.json) as ImageAnnotation),
          subpixel: row?.subpixel === 1,
          createdAt: row === undefined ? item.createdAt : isoTime(row.created_at),
          updatedAt: row === undefined ? item.updatedAt : isoTime(row.updated_at),
        };
      });
    },
  };
}
