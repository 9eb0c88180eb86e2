/** Point clouds and the pictures beside them, as replies have them. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { hexToBase64 } from '../../../lib/hash.ts';
import type { RelatedImageRow } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import { AnyObject, Count, Hash, Id, orNull, Time } from '../method.ts';
import { itemFields, itemFieldsOf } from './item-fields.ts';

export const PointCloudEntity = Type.Object(
  {
    ...itemFields,
    frame: orNull(Count),
    meta: Type.Intersect([AnyObject, Type.Object({ frame: Type.Optional(Type.Unknown()) })], {
      description: 'Of an episode it has the frame.',
    }),
    cloudMime: orNull(Type.String()),
    size: Count,
    fileMeta: Type.Object({ size: Count, mime: orNull(Type.String()), ext: Type.String() }),
    figuresCount: Type.Null(),
    objectsCount: Type.Null(),
    tags: Type.Null(),
  },
  { title: 'PointCloud' },
);

export function pointCloudEntity(row: ItemRow): Static<typeof PointCloudEntity> {
  return {
    ...itemFieldsOf(row),
    frame: frameOf(row) ?? null,
    cloudMime: row.mime,
    size: row.size,
    fileMeta: { size: row.size, mime: row.mime, ext: path.extname(row.name).slice(1).toLowerCase() },
    figuresCount: null,
    objectsCount: null,
    tags: null,
  };
}

/** Of a cloud in an episode. */
export function frameOf(row: { meta: Record<string, unknown> }): number | undefined {
  const { frame } = row.meta;
  return typeof frame === 'number' && Number.isSafeInteger(frame) && frame >= 0 ? frame : undefined;
}

export const RelatedImageEntity = Type.Object(
  {
    id: Id,
    entityId: Id,
    datasetId: Id,
    name: Type.String(),
    hash: Hash,
    meta: AnyObject,
    mime: orNull(Type.String()),
    size: Count,
    width: orNull(Count),
    height: orNull(Count),
    fileMeta: AnyObject,
    pathOriginal: Type.String(),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'RelatedImage' },
);

export function relatedImageEntity(row: RelatedImageRow): Static<typeof RelatedImageEntity> {
  const { mime, size, width, height } = row;
  return {
    id: row.id,
    entityId: row.entityId,
    datasetId: row.datasetId,
    name: row.name,
    hash: hexToBase64(row.sha256),
    meta: row.meta,
    mime,
    size,
    width,
    height,
    fileMeta: { mime, size, width, height },
    pathOriginal: '',
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
