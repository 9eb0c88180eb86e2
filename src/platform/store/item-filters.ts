/**
 * Conditions on what an image is labelled with, from rows alone: what its annotation says (item-labels.ts), and the
 * figures and tags that were added apart.
 */
import { type RawBuilder, sql } from 'kysely';
import { valueKeys } from './item-labels.ts';
import type { ItemFilter } from './repositories/items.ts';

/** Of the item `i`, which is in one of the datasets: `= 5`, or `in (...)`. */
export function itemCondition(filter: ItemFilter, inDatasets: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (filter.by) {
    case 'name':
      return sql`i.name like ${`%${filter.contains.replace(/[\\%_]/g, '\\$&')}%`} escape ${'\\'}`;
    case 'tag':
      return among(
        filter.include,
        sql`select l.item_id from item_labels l
          where l.dataset_id ${inDatasets} and l.kind = 'tag' and l.name = ${filter.name} and ${hasValue(filter)}`,
      );
    case 'objectTag':
      return among(
        filter.include,
        sql`select l.item_id from item_labels l
          where l.dataset_id ${inDatasets} and l.kind = 'objectTag' and l.name = ${filter.name} and ${hasValue(filter)}
          union select f.item_id from entity_tags e join figures f on f.id = e.figure_id
          where e.dataset_id ${inDatasets} and e.name = ${filter.name} and e.figure_id is not null
            and f.item_id is not null and ${isValue(filter)}`,
      );
    case 'class': {
      const { title, from, to, include } = filter;
      if (from > to) return among(include, sql`select null where 0`);
      // Items without the class have no row: what is said of none of them is said of those with too many.
      return from > 0
        ? among(include, withClass(title, { from, to }, inDatasets))
        : among(!include, withClass(title, { from: to + 1, to: Number.MAX_SAFE_INTEGER }, inDatasets));
    }
  }
}

/** Items with so many objects of the class. */
function withClass(
  title: string,
  { from, to }: { from: number; to: number },
  inDatasets: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`select c.item_id from (
      select l.item_id, l.count from item_labels l
      where l.dataset_id ${inDatasets} and l.kind = 'class' and l.name = ${title}
      union all select f.item_id, 1 as count from figures f
      where f.dataset_id ${inDatasets} and f.class_title = ${title} and f.item_id is not null and f.waiting = 0
    ) c group by c.item_id having sum(c.count) between ${from} and ${to}`;
}

function among(include: boolean, items: RawBuilder<unknown>): RawBuilder<unknown> {
  return include ? sql`i.id in (${items})` : sql`i.id not in (${items})`;
}

type Value = string | number | undefined;

function hasValue({ value }: { value?: Value }): RawBuilder<unknown> {
  return value === undefined ? sql`1` : sql`l.value in (${sql.join(valueKeys(value))})`;
}

/** The same of a tag that is a row of its own. */
function isValue({ value }: { value?: Value }): RawBuilder<unknown> {
  if (value === undefined) return sql`1`;
  const stored = sql`json_extract(e.json, '$.value')`;
  return typeof value === 'number' ? sql`${stored} = ${value}` : sql`cast(${stored} as text) = ${value}`;
}
