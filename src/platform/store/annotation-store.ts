/** Annotations of visible items, stored as they were given. */
import { sql } from 'kysely';
import { emptyAnnotation } from '../../format/annotation.ts';
import type { ImageAnnotation, Tag } from '../../format/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database, SqliteConnection } from './database.ts';
import { indexLabels, labelsOf } from './item-labels.ts';
import { findItems } from './item-store.ts';
import { idList } from './list-query.ts';
import type { AnnotationStore } from './repositories/annotations.ts';
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
      const rows = annotations.map(({ itemId, annotation, keptFigures = [] }) => ({
        itemId,
        kept: JSON.stringify(keptFigures),
        json: JSON.stringify(annotation),
        labels: labelsOf(annotation),
      }));
      await db.transaction((sqlite) => {
        const now = clock.now();
        const dropOthers = statement<[number, string]>(
          sqlite,
          'DELETE FROM figures WHERE item_id = ? AND id NOT IN (SELECT value FROM json_each(?))',
        );
        for (const { itemId, json, kept } of rows) {
          writeAnnotation(sqlite, { itemId, json, subpixel, now });
          dropOthers.run(itemId, kept);
        }
        indexLabels(sqlite, rows);
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

    async addTags(tags) {
      const byItem = Map.groupBy(tags, (one) => one.itemId);
      await db.transaction((sqlite) => {
        for (const [itemId, added] of byItem) {
          const { annotation, subpixel } = annotationOf(sqlite, itemId);
          const known = annotation.tags.length;
          for (const { tag } of added)
            if (!annotation.tags.some((one) => isSameTag(one, tag))) annotation.tags.push(tag);
          if (annotation.tags.length === known) continue;
          writeAnnotation(sqlite, { itemId, json: JSON.stringify(annotation), subpixel, now: clock.now() });
          indexLabels(sqlite, [{ itemId, labels: labelsOf(annotation) }]);
        }
      });
    },

    async tags(itemIds) {
      const { rows } = await sql<Pick<Row, 'item_id' | 'created_at' | 'updated_at'> & { tags: string }>`
        select item_id, json_extract(json, '$.tags') as tags, created_at, updated_at from annotations
        where item_id in ${idList(itemIds)} and json_array_length(json, '$.tags') > 0`.execute(db.kysely);
      return rows.map((row) => ({
        itemId: row.item_id,
        tags: JSON.parse(row.tags) as Tag[],
        createdAt: isoTime(row.created_at),
        updatedAt: isoTime(row.updated_at),
      }));
    },
  };
}

/** What is there, or an empty one of the item's size. Inside a transaction. */
export function annotationOf(
  sqlite: SqliteConnection,
  itemId: number,
): { annotation: ImageAnnotation; subpixel: boolean } {
  const row = statement<
    [number],
    { width: number | null; height: number | null; json: string | null; subpixel: number | null }
  >(
    sqlite,
    `SELECT i.width, i.height, a.json, a.subpixel FROM items i LEFT JOIN annotations a ON a.item_id = i.id
     WHERE i.id = ? AND i.publication_id IS NULL`,
  ).get(itemId);
  if (row === undefined) throw missing(`item ${itemId}`);
  if (row.json === null) {
    const size = { height: row.height ?? 0, width: row.width ?? 0 };
    return { annotation: emptyAnnotation(size), subpixel: true };
  }
  const annotation = JSON.parse(row.json) as ImageAnnotation;
  return { annotation: { ...annotation, tags: annotation.tags ?? [] }, subpixel: row.subpixel === 1 };
}

function isSameTag(a: Tag, b: Tag): boolean {
  return a.name === b.name && (a.value ?? null) === (b.value ?? null);
}

/**
 * The `updated_at` of item and project cover the annotation. Inside a transaction, in which the caller puts down what
 * the annotation says (`indexLabels`).
 */
export function writeAnnotation(
  sqlite: SqliteConnection,
  { itemId, json, subpixel, now }: { itemId: number; json: string; subpixel: boolean; now: number },
): void {
  const touched = statement<[number, number]>(
    sqlite,
    `UPDATE items SET updated_at = ? WHERE id = ? AND publication_id IS NULL`,
  ).run(now, itemId);
  if (touched.changes === 0) throw missing(`item ${itemId}`);
  statement<[number, number]>(
    sqlite,
    `UPDATE projects SET updated_at = ? WHERE id = (SELECT project_id FROM items WHERE id = ?)`,
  ).run(now, itemId);
  statement<[number, string, number, number, number]>(
    sqlite,
    `INSERT INTO annotations (item_id, json, subpixel, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (item_id) DO UPDATE SET json = excluded.json, subpixel = excluded.subpixel,
       updated_at = excluded.updated_at`,
  ).run(itemId, json, subpixel ? 1 : 0, now, now);
}
