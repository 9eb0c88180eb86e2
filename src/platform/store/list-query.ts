/**
 * Lists: filter, stable order and pages over one table, with the fields named as the API names them.
 * A field is data: a column and what its values are. An unknown field or a value that cannot be is SLY_USAGE.
 * Lists by id that are read page after page go on where the page before ended, with the total of their first page
 * (page-places.ts).
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { SlyError } from '../../lib/errors.ts';
import { base64ToHex } from '../../lib/hash.ts';
import { createPagePlaces, type PagePlaces } from '../../lib/page-places.ts';
import type { Filter, ListQuery } from './repositories/lists.ts';
import type { Tables } from './tables.ts';

type FieldKind = 'number' | 'text' | 'time' | 'hash';
/** `id` must be among them. */
export type ListFields = Readonly<Record<string, readonly [column: string, kind: FieldKind]>>;

export interface ListSource {
  /** Columns, with `id` among them. */
  select: RawBuilder<unknown>;
  from: RawBuilder<unknown>;
  /** What belongs to the list at all. */
  where: readonly RawBuilder<unknown>[];
  fields: ListFields;
  /** Number of rows when nothing is filtered, where it is known without counting. */
  known?: (kysely: Kysely<Tables>) => Promise<number>;
}

interface List {
  source: ListSource;
  /** Conditions of the source and of the query. */
  where: RawBuilder<unknown>;
  isFiltered: boolean;
  id: RawBuilder<unknown>;
  perPage: number;
}

/** In which rows a page is. */
interface PageStart {
  /** Last row of the page before. */
  after: number;
  /** The highest id at the first page. */
  most: number;
  /** Number of rows at the first page. */
  total: number;
}

interface Rows<Row> {
  total: number;
  rows: Row[];
}

/** Total and rows are of one moment. */
export async function listRows<Row extends { id: number }>(
  kysely: Kysely<Tables>,
  source: ListSource,
  query: ListQuery,
): Promise<Rows<Row>> {
  const filters = (query.filter ?? []).map((filter) => condition(filter, source.fields));
  const list: List = {
    source,
    where: all([...source.where, ...filters]),
    isFiltered: filters.length > 0,
    id: columnOf('id', source.fields),
    perPage: query.perPage,
  };
  const direction = query.order === 'desc' ? sql`desc` : sql`asc`;
  const { after, sort = 'id', page = 1 } = query;
  return kysely.transaction().execute(async (trx) => {
    if (after !== undefined) {
      const rows = await read<Row>(trx, list, {
        where: sql`${list.id} > ${after}`,
        order: sql`${list.id} asc`,
      });
      return { total: await count(trx, list), rows };
    }
    if (sort === 'id') {
      const reading = { places: placesOf(kysely), page, isDown: query.order === 'desc' };
      return readOn<Row>(trx, list, reading);
    }
    const order = sql`${columnOf(sort, source.fields)} ${direction}, ${list.id} asc`;
    const rows = await read<Row>(trx, list, { order, offset: (page - 1) * list.perPage });
    return { total: await count(trx, list), rows };
  });
}

/** By id, behind the page before where that was read by page too. */
async function readOn<Row extends { id: number }>(
  trx: Kysely<Tables>,
  list: List,
  { places, page, isDown }: { places: PagePlaces<PageStart>; page: number; isDown: boolean },
): Promise<Rows<Row>> {
  const { id, perPage } = list;
  const order = isDown ? sql`${id} desc` : sql`${id} asc`;
  const name = () => nameOf(trx, sql`${list.source.from} ${list.where} ${order} ${perPage}`);
  const start = page === 1 ? undefined : places.startOf(name(), page);
  if (start !== undefined) {
    const behind = isDown ? sql`${id} < ${start.after}` : sql`${id} > ${start.after}`;
    const rows = await read<Row>(trx, list, { where: sql`${behind} and ${id} <= ${start.most}`, order });
    places.read(name(), page, { ...start, after: rows.at(-1)?.id ?? start.after });
    return { total: start.total, rows };
  }
  const total = await count(trx, list);
  const rows = await read<Row>(trx, list, { order, offset: (page - 1) * perPage });
  if (page !== 1) return { total, rows };
  const last = rows.at(-1);
  if (last === undefined || total <= perPage) places.forget(name());
  else places.read(name(), page, { after: last.id, most: await lastId(trx, list), total });
  return { total, rows };
}

async function count(trx: Kysely<Tables>, { source, where, isFiltered }: List): Promise<number> {
  if (!isFiltered && source.known !== undefined) return source.known(trx);
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from ${source.from} where ${where}`.execute(trx);
  return rows[0]?.n ?? 0;
}

async function lastId(trx: Kysely<Tables>, { source, where, id }: List): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select ${id} as id from ${source.from} where ${where} order by ${id} desc limit 1`.execute(trx);
  return rows[0]?.id ?? 0;
}

async function read<Row>(
  trx: Kysely<Tables>,
  { source, where, perPage }: List,
  page: { where?: RawBuilder<unknown>; order: RawBuilder<unknown>; offset?: number },
): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select ${source.select} from ${source.from} where ${where} and ${page.where ?? sql`1`}
    order by ${page.order} limit ${perPage} offset ${page.offset ?? 0}`.execute(trx);
  return rows;
}

const readings = new WeakMap<Kysely<Tables>, PagePlaces<PageStart>>();

function placesOf(kysely: Kysely<Tables>): PagePlaces<PageStart> {
  const known = readings.get(kysely) ?? createPagePlaces<PageStart>();
  readings.set(kysely, known);
  return known;
}

/** A list with all its conditions. */
function nameOf(kysely: Kysely<Tables>, list: RawBuilder<unknown>): string {
  const { sql: text, parameters } = list.compile(kysely);
  return JSON.stringify([text, parameters]);
}

const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`1` : sql.join(conditions, sql` and `);

/** The numbers of a list of any length as one parameter. */
export const idList = (ids: readonly number[]): RawBuilder<unknown> =>
  sql`(select value from json_each(${JSON.stringify(ids)}))`;

function columnOf(field: string, fields: ListFields): RawBuilder<unknown> {
  return sql.ref(fieldOf(field, fields)[0]);
}

function fieldOf(field: string, fields: ListFields): ListFields[string] {
  const found = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (found !== undefined) return found;
  throw new SlyError('SLY_USAGE', {
    detail: `field: expected one of ${Object.keys(fields).join(', ')}, got ${JSON.stringify(field.slice(0, 100))}`,
  });
}

function condition(filter: Filter, fields: ListFields): RawBuilder<unknown> {
  const [name, kind] = fieldOf(filter.field, fields);
  const column = sql.ref(name);
  const { operator } = filter;
  if (operator === 'in' || operator === '!in') {
    const values = listOf(filter).map((value) => columnValue(value, kind, filter.field));
    const list = sql`(select value from json_each(${JSON.stringify(values)}))`;
    return operator === 'in'
      ? sql`${column} in ${list}`
      : sql`(${column} is null or ${column} not in ${list})`;
  }
  if (filter.value === null) {
    if (operator === '=') return sql`${column} is null`;
    if (operator === '!=') return sql`${column} is not null`;
  }
  if (operator === 'like') return sql`${column} glob ${globOf(String(filter.value))}`;
  if (operator === 'ilike') return sql`${column} like ${String(filter.value)}`;
  const value = columnValue(filter.value, kind, filter.field);
  if (operator === '!=') return sql`${column} is not ${value}`;
  return sql`${column} ${sql.raw(operator)} ${value}`;
}

function listOf({ field, value }: Filter): unknown[] {
  if (Array.isArray(value)) return value;
  throw new SlyError('SLY_USAGE', { detail: `filter on ${field}: expected a list of values` });
}

/** Columns have one type; `"5"` for a number or 5 for a name are what clients send too. */
function columnValue(value: unknown, kind: FieldKind, field: string): number | string {
  if (kind === 'text' && (typeof value === 'string' || typeof value === 'number')) return String(value);
  if (kind === 'hash' && typeof value === 'string') return value.length === 44 ? base64ToHex(value) : value;
  const number = kind === 'time' && typeof value === 'string' ? Date.parse(value) : toNumber(value);
  if ((kind === 'number' || kind === 'time') && Number.isFinite(number)) return number;
  const expected = { number: 'a number', text: 'a text', time: 'a time (ISO 8601)', hash: 'a hash' }[kind];
  const got = JSON.stringify(value)?.slice(0, 100);
  throw new SlyError('SLY_USAGE', { detail: `filter on ${field}: expected ${expected}, got ${got}` });
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** SQLite's LIKE knows no case; its GLOB does, with other letters for the same things. */
function globOf(pattern: string): string {
  return pattern
    .replace(/[*?[]/g, (letter) => `[${letter}]`)
    .replace(/[%_]/g, (letter) => (letter === '%' ? '*' : '?'));
}
