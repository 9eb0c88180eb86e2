/** Images as replies have them. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { hexToBase64 } from '../../../lib/hash.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import { AnyObject, Count, Hash, Id, orNull, Time } from '../method.ts';

export const ImageEntity = Type.Object(
  {
    id: Id,
    name: Type.String(),
    title: Type.String({ description: 'The same as name.' }),
    description: Type.String(),
    datasetId: Id,
    projectId: Id,
    hash: orNull(Hash),
    link: orNull(Type.String()),
    // Null rather than a guess: from a wrong type the SDK makes a wrong name.
    mime: Type.Union([Type.String(), Type.Null()], { description: 'By content; null when it is unknown.' }),
    ext: Type.String({ description: 'Of the name, without a dot.' }),
    size: Type.Integer({ minimum: 0, description: 'Bytes.' }),
    width: orNull(Count),
    height: orNull(Count),
    meta: AnyObject,
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
    pathOriginal: Type.String(),
    fullStorageUrl: Type.String(),
    relatedDataId: Type.Null(),
    downloadId: Type.Null(),
    offsetStart: Type.Null(),
    offsetEnd: Type.Null(),
    createdAt: Time,
    updatedAt: Type.String({ ...Time, description: 'Covers the annotation too.' }),
  },
  { title: 'Image' },
);

export type ImageEntity = Static<typeof ImageEntity>;

/** `tags` as `tagEntities` makes them; without any an image just made. */
export function imageEntity(row: ItemRow, tags: ImageEntity['tags'] = []): ImageEntity {
  const address = row.link ?? `/files/images/${row.id}`;
  return {
    id: row.id,
    name: row.name,
    title: row.name,
    description: '',
    datasetId: row.datasetId,
    projectId: row.projectId,
    hash: row.sha256 === null ? null : hexToBase64(row.sha256),
    link: row.link,
    mime: row.mime,
    ext: path.extname(row.name).slice(1).toLowerCase(),
    size: row.size,
    width: row.width,
    height: row.height,
    meta: row.meta,
    customSort: row.customSort,
    tags,
    pathOriginal: address,
    fullStorageUrl: address,
    relatedDataId: null,
    downloadId: null,
    offsetStart: null,
    offsetEnd: null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** One part of a `*.bulk.upload`, at the place it had in the body. */
export const ReceivedEntity = Type.Union([
  Type.Object({ hash: Hash, size: Count }),
  Type.Object({ errors: Type.Array(Type.Object({ message: Type.String() }), { minItems: 1 }) }),
]);
