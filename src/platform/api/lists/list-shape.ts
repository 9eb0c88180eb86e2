/**
 * The shape of every list: pages `{total, perPage, pagesCount, entities}` over a stable order, or, with
 * `pagination_mode: "token"`, `{total, entities, after}` until `after` is null. The SDK adds the pages up and
 * raises when they do not make `total`.
 * While others write, by token and by page (page after page, by id) nothing that stays is missed and nothing comes
 * twice; by page nothing comes that was added after the first one. What pages cannot do: other sorts, pages out of
 * turn or after a minute, and two readers of the same list with the same conditions at once are counted from the
 * beginning, so that removals between them move rows; and what an import makes visible meanwhile may be among them.
 */
import { type Static, type TObject, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { Filter, FilterOperator, Listed, ListQuery } from '../../store/repositories/lists.ts';
import { Count, maybe, orNull } from '../method.ts';

const DEFAULT_PER_PAGE = 500;
const MOST_PER_PAGE = 20_000;

const FilterSchema = Type.Object(
  {
    field: Type.String({ minLength: 1, maxLength: 100 }),
    operator: maybe(Type.String({ maxLength: 10 })),
    value: Type.Unknown(),
  },
  { title: 'Filter' },
);

/** Spread into the request of a list. */
export const listFields = {
  filter: maybe(Type.Array(FilterSchema, { maxItems: 100 })),
  /** The other filter language of the service, which lists of items know; others refuse it unless it is empty. */
  filters: maybe(Type.Array(Type.Unknown())),
  sort: maybe(Type.String()),
  sort_order: maybe(Type.String()),
  page: maybe(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  per_page: maybe(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  pagination_mode: maybe(Type.String()),
  after: maybe(Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 })])),
  fields: maybe(Type.Array(Type.String(), { maxItems: 200 })),
  extraFields: maybe(Type.Array(Type.String(), { maxItems: 200 })),
};
export const ListRequest = Type.Object(listFields);
export type ListRequest = Static<typeof ListRequest>;

/** The reply of a list. With `fields` an entity has its `id` and these alone. */
export const listOf = (entity: TObject) =>
  Type.Union([
    Type.Object({
      total: Count,
      perPage: Type.Integer({ minimum: 1 }),
      pagesCount: Count,
      entities: Type.Array(entity),
    }),
    Type.Object({ total: Count, entities: Type.Array(entity), after: orNull(Type.String()) }),
  ]);

const OPERATORS: Readonly<Record<string, FilterOperator>> = {
  '=': '=',
  eq: '=',
  '!=': '!=',
  not: '!=',
  in: 'in',
  '!in': '!in',
  like: 'like',
  ilike: 'ilike',
  '>': '>',
  gt: '>',
  '>=': '>=',
  gte: '>=',
  '<': '<',
  lt: '<',
  '<=': '<=',
  lte: '<=',
};

const SORTS = ['id', 'name', 'createdAt', 'updatedAt', 'customSort'] as const;

export function listQuery(request: ListRequest): ListQuery {
  if ((request.filters ?? []).length > 0) {
    throw new SlyError('SLY_USAGE', {
      detail: 'filters: this filter language is not supported',
      hint: 'Use filter: [{field, operator, value}].',
    });
  }
  const perPage = Math.min(request.per_page ?? DEFAULT_PER_PAGE, MOST_PER_PAGE);
  const filter = (request.filter ?? []).map(toFilter);
  const withFilter = filter.length === 0 ? {} : { filter };
  if (isTokenMode(request)) return { perPage, ...withFilter, after: tokenId(request.after) };
  const sort = SORTS.find((one) => one === (request.sort || 'id'));
  if (sort === undefined) {
    throw new SlyError('SLY_USAGE', {
      detail: `sort: expected one of ${SORTS.join(', ')}, got ${request.sort}`,
    });
  }
  const order = request.sort_order?.toLowerCase() === 'desc' ? 'desc' : 'asc';
  return { perPage, ...withFilter, sort, order, page: request.page ?? 1 };
}

/** `toEntity` makes the API's object of a row; `id` stays whatever `fields` says. */
export function listReply<T extends { id: number }>(
  request: ListRequest,
  listed: Listed<T>,
  toEntity: (row: T) => Record<string, unknown>,
): Record<string, unknown> {
  const { total, entities: rows } = listed;
  const head = listHead(request, { total, count: rows.length, last: rows.at(-1)?.id ?? 0 });
  return { ...head, entities: rows.map((row) => pick(toEntity(row), request.fields)) };
}

/** What a list says beside its entities: `count` of them, `last` the token of the last one. */
export function listHead(
  request: ListRequest,
  { total, count, last }: { total: number; count: number; last: number },
): Record<string, unknown> {
  const perPage = Math.min(request.per_page ?? DEFAULT_PER_PAGE, MOST_PER_PAGE);
  if (isTokenMode(request)) return { total, after: count === perPage ? String(last) : null };
  return { total, perPage, pagesCount: Math.ceil(total / perPage) };
}

/** The one row of this id, as a list. */
export const byId = (id: number): ListQuery => ({
  perPage: 1,
  filter: [{ field: 'id', operator: '=', value: id }],
});

const isTokenMode = (request: ListRequest): boolean => request.pagination_mode === 'token';

function tokenId(after: ListRequest['after']): number {
  if (after === undefined || after === null || after === '') return 0;
  const id = Number(after);
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new SlyError('SLY_USAGE', { detail: `after: expected the token of the page before, got ${after}` });
}

function toFilter(asked: Static<typeof FilterSchema>): Filter {
  const operator = OPERATORS[asked.operator ?? '='];
  if (operator === undefined) {
    throw new SlyError('SLY_USAGE', {
      detail: `filter on ${asked.field}: expected one of ${Object.keys(OPERATORS).join(' ')}, got ${asked.operator}`,
    });
  }
  const isList = operator === 'in' || operator === '!in';
  const values = isList ? asked.value : [asked.value];
  // `= null` asks for top-level rows; anything deeper is no value of a column.
  if (
    !Array.isArray(values) ||
    values.some((one) => typeof one === 'object' && one !== null) ||
    asked.value === undefined
  ) {
    throw new SlyError('SLY_USAGE', {
      detail: `filter on ${asked.field}: expected ${isList ? 'a list of values' : 'a value'} for ${operator}`,
    });
  }
  return { field: asked.field, operator, value: asked.value };
}

/** With `fields`, these and `id` alone. */
export function pick(
  entity: Record<string, unknown>,
  fields: ListRequest['fields'],
): Record<string, unknown> {
  if (fields === undefined || fields === null || fields.length === 0) return entity;
  const picked: Record<string, unknown> = { id: entity.id };
  for (const field of fields) if (Object.hasOwn(entity, field)) picked[field] = entity[field];
  return picked;
}
