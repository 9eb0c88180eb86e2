/** Images as replies have them. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import type { ItemRow } from '../../store/repositories/items.ts';
import { Count, Hash, Id, orNull, Time } from '../method.ts';
import { itemFields, itemFieldsOf } from './item-fields.ts';

export const ImageEntity = Type.Object(
  {
    ...itemFields,
    title: Type.String({ description: 'The same as name.' }),
    // Null rather than a guess: from a wrong type the SDK makes a wrong name.
    mime: Type.Union([Type.String(), Type.Null()], { description: 'By content; null when it is unknown.' }),
    ext: Type.String({ description: 'Of the name, without a dot.' }),
    size: Type.Integer({ minimum: 0, description: 'Bytes.' }),
    width: orNull(Count),
    height: orNull(Count),
    customSort: orNull(Type.Number()),
    tags: Type.Array(
      Type.Object({
        id: Id,
        tagId: orNull(Id),
        name: Type.String(),
        value: Type.Optional(Type.Unknown()),
        createdAt: Time,
        updatedAt: Time,
      }),
      { description: 'Of the image itself; those of its objects stand in the annotation.' },
    ),
    fullStorageUrl: Type.String(),
    relatedDataId: Type.Null(),
    downloadId: Type.Null(),
    offsetStart: Type.Null(),
    offsetEnd: Type.Null(),
    updatedAt: Type.String({ ...Time, description: 'Covers the annotation too.' }),
  },
  { title: 'Image' },
);

export type ImageEntity = Static<typeof ImageEntity>;

/** `tags` as `tagEntities` makes them; without any an image just made. */
export function imageEntity(row: ItemRow, tags: ImageEntity['tags'] = []): ImageEntity {
  const address = row.link ?? `/files/images/${row.id}`;
  return {
    ...itemFieldsOf(row),
    title: row.name,
    mime: row.mime,
    ext: path.extname(row.name).slice(1).toLowerCase(),
    size: row.size,
    width: row.width,
    height: row.height,
    customSort: row.customSort,
    tags,
    pathOriginal: address,
    fullStorageUrl: address,
    relatedDataId: null,
    downloadId: null,
    offsetStart: null,
    offsetEnd: null,
  };
}

/** One part of a `*.bulk.upload`, at the place it had in the body. */
export const ReceivedEntity = Type.Union([
  Type.Object({ hash: Hash, size: Count }),
  Type.Object({ errors: Type.Array(Type.Object({ message: Type.String() }), { minItems: 1 }) }),
]);
