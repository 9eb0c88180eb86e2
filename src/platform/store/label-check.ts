/** Holds the rows of `item_labels` against the annotations they are made of. */
import type { Database } from './database.ts';
import { annotatedAfter, type ItemLabel } from './item-labels.ts';
import type { LabelCheck } from './repositories/blobs.ts';
import { statement } from './statements.ts';

const CHARS_AT_ONCE = 1 << 20;

type Row = ItemLabel & { itemId: number; ownDataset: number };

export function createLabelCheck(db: Database): LabelCheck {
  return {
    next: (after) =>
      db.transaction((sqlite) => {
        const items = annotatedAfter(sqlite, { after, most: CHARS_AT_ONCE });
        const last = items.at(-1)?.itemId;
        const rows = statement<[number, number], Row>(
          sqlite,
          `SELECT l.item_id AS itemId, l.kind, l.name, l.value, l.count, l.dataset_id = i.dataset_id AS ownDataset
           FROM items i JOIN item_labels l ON l.item_id = i.id WHERE i.id > ? AND i.id <= ?`,
        ).all(after, last ?? Number.MAX_SAFE_INTEGER);
        const stored = Map.groupBy(rows, (row) => row.itemId);
        const wrong = new Set(rows.filter((row) => row.ownDataset === 0).map((row) => row.itemId));
        for (const { itemId, labels } of items) {
          if (textOf(stored.get(itemId) ?? []) !== textOf(labels)) wrong.add(itemId);
          stored.delete(itemId);
        }
        // What is left belongs to items without an annotation.
        for (const itemId of stored.keys()) wrong.add(itemId);
        return { differing: [...wrong], next: last ?? null };
      }),
  };
}

const textOf = (labels: readonly ItemLabel[]): string =>
  JSON.stringify(labels.map(({ kind, name, value, count }) => [kind, name, value, count].join('\0')).sort());
