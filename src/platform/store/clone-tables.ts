/** The tables a copy of a project has rows of, each by dataset and id. Inside a transaction. */
import type { SqliteConnection } from './database.ts';
import type { ClonePart, LeftOut } from './repositories/clones.ts';
import { statement } from './statements.ts';

/** A dataset (or project) and the one made of it. */
export interface DatasetPair {
  from: number;
  to: number;
}

interface CloneTable {
  name: 'items' | 'objects' | 'related_images' | 'figures' | 'entity_tags';
  /** Columns that stay as they are. */
  plain: string;
  /** Columns that name another row of the same dataset, and its table. */
  links: Readonly<Record<string, CloneTable['name']>>;
  /** Of the source row `s`. */
  where: string;
  /** Parts of the project the rows belong to: without any of them they stay behind. */
  needs: readonly ClonePart[];
  /** Rows at a time. */
  limit: number;
}

/** Rows are named before the rows that name them. */
const TABLES: readonly CloneTable[] = [
  {
    name: 'items',
    plain: 'type, name, sha256, link, size, mime, width, height, meta, custom_sort',
    links: {},
    where: 's.publication_id IS NULL',
    needs: ['items'],
    limit: 500,
  },
  {
    name: 'objects',
    plain: 'class_title, key, key_given, json',
    links: { item_id: 'items' },
    where: 's.publication_id IS NULL',
    needs: ['annotations'],
    limit: 2000,
  },
  {
    name: 'related_images',
    plain: 'name, sha256, meta',
    links: { item_id: 'items' },
    where: '1',
    needs: ['items'],
    limit: 2000,
  },
  {
    name: 'figures',
    plain: 'class_title, key, geometry_type, geometry, sha256, waiting, plane, frame, json',
    links: { item_id: 'items', related_image_id: 'related_images', object_id: 'objects' },
    // Nobody will send a geometry for the copy.
    where: 's.waiting = 0',
    needs: ['annotations'],
    limit: 2000,
  },
  {
    name: 'entity_tags',
    plain: 'name, key, key_given, json',
    links: { item_id: 'items', object_id: 'objects', figure_id: 'figures' },
    where: 's.publication_id IS NULL',
    needs: ['items', 'meta'],
    limit: 2000,
  },
];

export const tablesWithout = (leftOut: LeftOut): CloneTable[] =>
  TABLES.filter(({ needs }) => !needs.some((part) => leftOut.has(part)));

export interface CopyOf {
  publicationId: number;
  pair: DatasetPair;
  leftOut: LeftOut;
  /** Last row of the source that was looked at. */
  after: number;
  now: number;
}

/** The next rows; undefined = there are no more. */
export function copyTable(
  sqlite: SqliteConnection,
  table: CloneTable,
  { publicationId, pair, leftOut, after, now }: CopyOf,
): { last: number; rows: number } | undefined {
  const last = statement<[number, number, number], { id: number | null }>(
    sqlite,
    `SELECT max(id) AS id FROM (SELECT id FROM ${table.name} WHERE dataset_id = ? AND id > ? ORDER BY id LIMIT ?)`,
  ).get(pair.from, after, table.limit)?.id;
  if (last === undefined || last === null) return undefined;
  const params = { publicationId, from: pair.from, to: pair.to, after, last, now };
  const rows = statement<typeof params>(sqlite, noteText(table)).run(params).changes;
  statement<typeof params>(sqlite, insertText(table)).run(params);
  if (table.name === 'items')
    for (const text of besideItems(leftOut)) statement<typeof params>(sqlite, text).run(params);
  return { last, rows };
}

const map = (kind: string, alias: string, column: string): string =>
  `LEFT JOIN clone_rows ${alias} ON ${alias}.publication_id = @publicationId AND ${alias}.kind = '${kind}'
     AND ${alias}.dataset_id = @from AND ${alias}.old_id = s.${column}`;

/** Which ids the copies get. A row whose other row was not copied stays behind with it. */
function noteText({ name, links, where }: CloneTable): string {
  const joins = Object.entries(links).map(([column, kind], at) => map(kind, `m${at}`, column));
  const whole = Object.keys(links).map((column, at) => `(s.${column} IS NULL OR m${at}.new_id IS NOT NULL)`);
  return `INSERT INTO clone_rows (publication_id, kind, dataset_id, old_id, new_id)
    SELECT @publicationId, '${name}', @from, s.id,
      coalesce((SELECT seq FROM sqlite_sequence WHERE name = '${name}'), 0) + row_number() OVER (ORDER BY s.id)
    FROM ${name} s ${joins.join(' ')}
    WHERE s.dataset_id = @from AND s.id > @after AND s.id <= @last AND ${[where, ...whole].join(' AND ')}`;
}

const COPIED = `FROM clone_rows c JOIN`;
const OF_BATCH = `c.publication_id = @publicationId AND c.dataset_id = @from AND c.old_id > @after AND c.old_id <= @last`;

function insertText({ name, plain, links }: CloneTable): string {
  const columns = Object.keys(links);
  const joins = Object.entries(links).map(([column, kind], at) => map(kind, `m${at}`, column));
  const own = name === 'items' ? ['project_id', 'publication_id'] : [];
  const ownValues =
    name === 'items' ? ['(SELECT project_id FROM datasets WHERE id = @to)', '@publicationId'] : [];
  const plainOf = plain.split(', ').map((column) => `s.${column}`);
  return `INSERT INTO ${name} (${['id', 'dataset_id', ...own, ...columns, plain, 'created_at', 'updated_at'].join(', ')})
    SELECT ${['c.new_id', '@to', ...ownValues, ...columns.map((_, at) => `m${at}.new_id`), ...plainOf, '@now', '@now'].join(', ')}
    ${COPIED} ${name} s ON s.id = c.old_id ${joins.join(' ')} WHERE c.kind = '${name}' AND ${OF_BATCH}`;
}

/** What stands in the annotations of images. */
function besideItems(leftOut: LeftOut): string[] {
  const [noObjects, noTags] = [leftOut.has('annotations'), leftOut.has('meta')];
  const emptied = [...(noObjects ? ['$.objects'] : []), ...(noTags ? ['$.tags'] : [])];
  const json = emptied.reduce((text, path) => `json_set(${text}, '${path}', json('[]'))`, 's.json');
  const labels = noTags ? '0' : noObjects ? "s.kind = 'tag'" : '1';
  return [
    `INSERT INTO annotations (item_id, json, subpixel, created_at, updated_at)
     SELECT c.new_id, ${json}, s.subpixel, @now, @now ${COPIED} annotations s ON s.item_id = c.old_id
     WHERE c.kind = 'items' AND ${OF_BATCH}`,
    `INSERT INTO item_labels (dataset_id, kind, name, value, item_id, count)
     SELECT @to, s.kind, s.name, s.value, c.new_id, s.count ${COPIED} item_labels s ON s.item_id = c.old_id
     WHERE c.kind = 'items' AND ${labels} AND ${OF_BATCH}`,
  ];
}
