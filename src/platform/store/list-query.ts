/**
 * Lists: filter, stable order and pages over one table, with the fields named as the API names them.
 * A field is data: a column and what its values are. An unknown field or a value that cannot be is SLY_USAGE.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { SlyError } from '../../lib/errors.ts';
import { base64ToHex } from '../../lib/hash.ts';
import type { Filter, ListQuery } from './repositories.ts';
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
  known?: () => Promise<number>;
}

export async function listRows<Row>(
  kysely: Kysely<Tables>,
  source: ListSource,
  query: ListQuery,
): Promise<{ total: number; rows: Row[] }> {
  const filters = (query.filter ?? []).map((filter) => condition(filter, source.fields));
  const where = [...source.where, ...filters];
  const total =
    filters.length === 0 && source.known !== undefined
      ? await source.known()
      : await count(kysely, source.from, where);
  const id = columnOf('id', source.fields);
  if (query.after !== undefined) where.push(sql`${id} > ${query.after}`);
  const direction = query.order === 'desc' ? sql`desc` : sql`asc`;
  const order =
    query.after !== undefined
      ? sql`${id} asc`
      : query.sort === undefined || query.sort === 'id'
        ? sql`${id} ${direction}`
        : sql`${columnOf(query.sort, source.fields)} ${direction}, ${id} asc`;
  const offset = query.after === undefined ? ((query.page ?? 1) - 1) * query.perPage : 0;
  const { rows } = await sql<Row>`
    select ${source.select} from ${source.from} where ${all(where)}
    order by ${order} limit ${query.perPage} offset ${offset}`.execute(kysely);
  return { total, rows };
}

async function count(
  kysely: Kysely<Tables>,
  from: RawBuilder<unknown>,
  where: readonly RawBuilder<unknown>[],
): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${from} where ${all(where)}`.execute(
    kysely,
  );
  return rows[0]?.n ?? 0;
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
