/**
 * What stands in the annotations of images, as rows: (item, class), (item, tag), (item, tag of an object), and the
 * number of objects of an item. They say what the JSON says and are written in the transaction that writes it, so that
 * filters and counts never look into annotations. What is added apart (`figures`, `entity_tags`) is in rows already.
 */
import { createHash } from 'node:crypto';
import type { SqliteConnection } from './database.ts';
import { statement } from './statements.ts';

/** `object`: any object at all, without a name. */
export type LabelKind = 'class' | 'tag' | 'objectTag' | 'object';

export interface ItemLabel {
  kind: LabelKind;
  /** Title of the class, name of the tag. */
  name: string;
  /** Of a tag: see `valueKey`. */
  value: string;
  /** How often the item has it. */
  count: number;
}

/** A longer value is known by its hash. */
const MOST_VALUE_CHARS = 100;

/** JSON of a tag's value as it is compared; '' = none. */
export function valueKey(value: unknown): string {
  if (value === undefined || value === null) return '';
  const json = JSON.stringify(value);
  return json.length <= MOST_VALUE_CHARS ? json : createHash('sha256').update(json).digest('hex');
}

/** The keys a value that is asked for may have: a text finds a number that is written like it. */
export function valueKeys(value: string | number): string[] {
  const keys = [valueKey(value)];
  if (typeof value === 'string' && String(Number(value)) === value) keys.push(value);
  return keys;
}

/** Of an annotation as it is stored; what has another shape than an image's has no labels. */
export function labelsOf(annotation: unknown): ItemLabel[] {
  const found = new Map<string, ItemLabel>();
  const add = (kind: LabelKind, name: unknown, value = ''): void => {
    if (typeof name !== 'string') return;
    const key = `${kind} ${value} ${name}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { kind, name, value, count: 1 });
    else known.count++;
  };
  const addTags = (kind: LabelKind, tags: unknown): void => {
    for (const tag of listOf(tags)) add(kind, tag.name, valueKey(tag.value));
  };
  const { tags, objects } = recordOf(annotation);
  addTags('tag', tags);
  for (const object of listOf(objects)) {
    add('object', '');
    add('class', object.classTitle);
    addTags('objectTag', object.tags);
  }
  return [...found.values()];
}

/** Replaces the rows of these items. Inside the transaction that writes their annotations. */
export function indexLabels(
  sqlite: SqliteConnection,
  items: Iterable<{ itemId: number; labels: readonly ItemLabel[] }>,
): void {
  const remove = statement<[number]>(sqlite, 'DELETE FROM item_labels WHERE item_id = ?');
  const insert = statement<[string, string, string, number, number]>(
    sqlite,
    `INSERT INTO item_labels (dataset_id, kind, name, value, item_id, count)
     SELECT dataset_id, ?, ?, ?, id, ? FROM items WHERE id = ?`,
  );
  for (const { itemId, labels } of items) {
    remove.run(itemId);
    for (const { kind, name, value, count } of labels) insert.run(kind, name, value, count, itemId);
  }
}

/** The items of one dataset go into another. */
export function moveLabels(sqlite: SqliteConnection, from: number, to: number): void {
  statement<[number, number]>(sqlite, 'UPDATE item_labels SET dataset_id = ? WHERE dataset_id = ?').run(
    to,
    from,
  );
}

/** What the annotations say, by item, after one of them: as many as are together `most` characters long. */
export function annotatedAfter(
  sqlite: SqliteConnection,
  { after, most }: { after: number; most: number },
): { itemId: number; labels: ItemLabel[] }[] {
  const rows = statement<[number], { item_id: number; json: string }>(
    sqlite,
    'SELECT item_id, json FROM annotations WHERE item_id > ? ORDER BY item_id',
  ).iterate(after);
  const found: { itemId: number; labels: ItemLabel[] }[] = [];
  let chars = 0;
  for (const { item_id, json } of rows) {
    found.push({ itemId: item_id, labels: labelsOf(JSON.parse(json)) });
    chars += json.length;
    if (chars >= most) break;
  }
  return found;
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.map(recordOf) : [];
