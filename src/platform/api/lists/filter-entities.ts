/** Lists that are short by nature (plugins, agents), filtered and paged as the lists of the database are. */
import { SlyError } from '../../../lib/errors.ts';
import type { Filter } from '../../store/repositories/lists.ts';
import { type ListRequest, listQuery, listReply } from './list-shape.ts';

type Entity = Record<string, unknown> & { id: number };

/** Filters by fields that are texts or numbers: `=`, `!=`, `in`, `!in`. */
export function listEntities<T extends Entity>(
  request: ListRequest,
  entities: readonly T[],
): Record<string, unknown> {
  const query = listQuery({ ...request, sort: null });
  const kept = entities.filter((one) => (query.filter ?? []).every((filter) => matches(one, filter)));
  const from = query.after === undefined ? ((query.page ?? 1) - 1) * query.perPage : 0;
  const rest = kept.filter((one) => query.after === undefined || one.id > query.after);
  const page = rest.slice(from, from + query.perPage);
  return listReply(request, { total: kept.length, entities: page }, (one) => one);
}

function matches(entity: Entity, { field, operator, value }: Filter): boolean {
  if (!Object.hasOwn(entity, field)) {
    throw new SlyError('SLY_USAGE', {
      detail: `filter: expected a field of ${Object.keys(entity).join(', ')}, got ${JSON.stringify(field)}`,
    });
  }
  const isOne = (wanted: unknown): boolean => String(entity[field]) === String(wanted);
  switch (operator) {
    case '=':
      return isOne(value);
    case '!=':
      return !isOne(value);
    case 'in':
      return (value as unknown[]).some(isOne);
    case '!in':
      return !(value as unknown[]).some(isOne);
    default:
      throw new SlyError('SLY_USAGE', {
        detail: `filter on ${field}: expected one of = != in !in, got ${operator}`,
      });
  }
}
