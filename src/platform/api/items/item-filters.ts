/**
 * The second filter language of lists of items: `filters: [{type, data}]`, with the same types for every kind (of a
 * video, `images_tag` is a tag of the video). Tags and classes are named by their ids of the project. What asks for
 * people, issues, jobs or collections is refused: ignoring it would answer too much.
 */
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import type { ItemFilter } from '../../store/repositories/items.ts';
import type { MetaIds } from '../figures/annotation-entity.ts';
import { Count, Id, maybe } from '../method.ts';

const Value = maybe(Type.Union([Type.String({ maxLength: 10_000 }), Type.Number()]));
const TagData = Type.Object({ tagId: Id, value: Value, include: maybe(Type.Boolean()) });
const DATA = {
  images_filename: createParser(Type.Object({ value: Type.String({ maxLength: 1024 }) })),
  images_tag: createParser(TagData),
  objects_tag: createParser(TagData),
  objects_class: createParser(
    Type.Object({ classId: Id, from: maybe(Count), to: maybe(Count), include: maybe(Type.Boolean()) }),
  ),
};

export const ItemFilters = maybe(
  Type.Array(Type.Object({ type: Type.String({ maxLength: 100 }), data: Type.Unknown() }), { maxItems: 50 }),
);

/** `ids` are the classes and tags of the project the list is of. */
export function itemFilters(filters: Static<typeof ItemFilters> | undefined, ids: MetaIds): ItemFilter[] {
  return (filters ?? []).map(({ type, data }, at) => {
    const place = `filters[${at}]`;
    switch (type) {
      case 'images_filename':
        return { by: 'name', contains: DATA[type].parse(data, place).value };
      case 'images_tag':
      case 'objects_tag': {
        const { tagId, value, include } = DATA[type].parse(data, place);
        return {
          by: type === 'images_tag' ? 'tag' : 'objectTag',
          name: nameOf(ids.tags, tagId, `${place}: tag`),
          include: include ?? true,
          ...(value != null && { value }),
        };
      }
      case 'objects_class': {
        const { classId, from, to, include } = DATA[type].parse(data, place);
        const title = nameOf(ids.classes, classId, `${place}: class`);
        return {
          by: 'class',
          title,
          from: from ?? 1,
          to: to ?? Number.MAX_SAFE_INTEGER,
          include: include ?? true,
        };
      }
      default:
        throw new SlyError('SLY_USAGE', {
          detail: `${place}: expected a type of ${Object.keys(DATA).join(', ')}, got ${JSON.stringify(type)}`,
        });
    }
  });
}

function nameOf(ids: ReadonlyMap<string, number>, wanted: number, what: string): string {
  for (const [name, id] of ids) if (id === wanted) return name;
  throw new SlyError('SLY_NOT_FOUND', { detail: `${what} ${wanted} of this project` });
}
