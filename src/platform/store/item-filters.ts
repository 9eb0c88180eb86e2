/**
 * Conditions on what an item is labelled with, from rows alone. For images these say what the annotation says
 * (item-labels.ts), beside the figures and tags that were added apart. For the other kinds the objects, figures and
 * tags are rows themselves: they are read where they are, through indexes on class and name, and nothing is kept
 * twice. That costs as much as there is of the class that is asked for, however much there is of others: among
 * 1,000,000 figures on 20,000 clouds 2 ms for a rare class, 0.3 s for one that nearly all of them have. Rows kept for
 * it would have to follow every figure that is drawn, moved or removed.
 */
import { type RawBuilder, sql } from 'kysely';
import { valueKeys } from './item-labels.ts';
import type { ItemFilter } from './repositories/items.ts';

type Sql = RawBuilder<unknown>;
type Value = string | number | undefined;
type ByClass = Extract<ItemFilter, { by: 'class' }>;

/** Of the item `i`, which is in one of the datasets: `= 5`, or `in (...)`. */
export function itemCondition(filter: ItemFilter, inDatasets: Sql): Sql {
  switch (filter.by) {
    case 'name':
      return sql`i.name like ${`%${filter.contains.replace(/[\\%_]/g, '\\$&')}%`} escape ${'\\'}`;
    case 'tag':
      return among(
        filter.include,
        sql`${annotated('tag', filter, inDatasets)}
        union select e.item_id from entity_tags e
          where ${tagged(filter, inDatasets)} and e.item_id is not null`,
      );
    case 'objectTag':
      return among(filter.include, withObjectTag(filter, inDatasets));
    case 'class': {
      const { from, to, include } = filter;
      if (from > to) return among(include, sql`select null where 0`);
      // Items without the class have no row: what is said of none of them is said of those with too many.
      return from > 0
        ? among(include, withClass(filter, inDatasets))
        : among(!include, withClass({ ...filter, from: to + 1, to: Number.MAX_SAFE_INTEGER }, inDatasets));
    }
  }
}

/** Items with so many objects of the class, `from` 1 or more. */
function withClass({ title, from, to }: ByClass, inDatasets: Sql): Sql {
  const inRows = objectPlaces(
    sql`o.dataset_id ${inDatasets} and o.class_title = ${title} and o.publication_id is null`,
  );
  const onImages = sql`
    select l.item_id, l.count from item_labels l
      where l.dataset_id ${inDatasets} and l.kind = 'class' and l.name = ${title}
    union all select f.item_id, 1 as count from figures f
      where f.dataset_id ${inDatasets} and f.class_title = ${title} and f.item_id is not null and f.waiting = 0`;
  // Whether there is any is known without telling the objects of an item apart, which takes three times as long.
  if (from === 1 && to === Number.MAX_SAFE_INTEGER)
    return sql`select c.item_id from (${onImages} union all select p.item_id, 1 as count from (${inRows}) p) c`;
  return sql`select c.item_id from (
      ${onImages} union all select p.item_id, 1 as count from (select distinct item_id, id from (${inRows})) p
    ) c group by c.item_id having sum(c.count) between ${from} and ${to}`;
}

/** Items with the tag on an object or a figure. */
function withObjectTag(filter: ByTag, inDatasets: Sql): Sql {
  const tags = tagged(filter, inDatasets);
  const objects = sql`select e.object_id from entity_tags e where ${tags} and e.item_id is null and e.object_id is not null`;
  return sql`${annotated('objectTag', filter, inDatasets)}
    union select f.item_id from entity_tags e join figures f on f.id = e.figure_id
      where ${tags} and e.item_id is null and e.figure_id is not null and f.item_id is not null and f.waiting = 0
    union select p.item_id from (${objectPlaces(sql`o.id in (${objects})`)}) p`;
}

type ByTag = Extract<ItemFilter, { by: 'tag' | 'objectTag' }>;

/**
 * `item_id`, `id` of the objects `o`, some of them several times. An object of the dataset is on the items it has
 * figures on, or on the pictures beside them. The order of the joins is said: whoever begins with the figures of the
 * dataset reads all of them.
 */
function objectPlaces(which: Sql): Sql {
  return sql`
    select o.item_id, o.id from objects o where ${which} and o.item_id is not null
    union all select f.item_id, o.id from objects o cross join figures f on f.object_id = o.id
      where ${which} and o.item_id is null and f.item_id is not null and f.waiting = 0
    union all select r.item_id, o.id from objects o
      cross join figures f on f.object_id = o.id cross join related_images r on r.id = f.related_image_id
      where ${which} and o.item_id is null and f.item_id is null and f.waiting = 0`;
}

/** Items that have the tag in their annotation. */
function annotated(kind: 'tag' | 'objectTag', { name, value }: ByTag, inDatasets: Sql): Sql {
  const hasValue = value === undefined ? sql`1` : sql`l.value in (${sql.join(valueKeys(value))})`;
  return sql`select l.item_id from item_labels l
    where l.dataset_id ${inDatasets} and l.kind = ${sql.lit(kind)} and l.name = ${name} and ${hasValue}`;
}

/** Of the tag `e`, which is a row of its own. */
function tagged({ name, value }: ByTag, inDatasets: Sql): Sql {
  return sql`e.dataset_id ${inDatasets} and e.name = ${name} and e.publication_id is null and ${isValue(value)}`;
}

function isValue(value: Value): Sql {
  if (value === undefined) return sql`1`;
  const stored = sql`json_extract(e.json, '$.value')`;
  return typeof value === 'number' ? sql`${stored} = ${value}` : sql`cast(${stored} as text) = ${value}`;
}

function among(include: boolean, items: Sql): Sql {
  return include ? sql`i.id in (${items})` : sql`i.id not in (${items})`;
}
