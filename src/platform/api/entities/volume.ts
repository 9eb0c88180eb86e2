/** Volumes as replies have them. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import type { ItemRow } from '../../store/repositories/items.ts';
import { AnyObject, Count, orNull } from '../method.ts';
import { itemFields, itemFieldsOf } from './item-fields.ts';

export const VolumeEntity = Type.Object(
  {
    ...itemFields,
    meta: Type.Intersect([AnyObject, Type.Object({ dimensionsIJK: Type.Optional(AnyObject) })]),
    fileMeta: Type.Object({ size: Count, mime: orNull(Type.String()), ext: Type.String() }),
    size: Count,
    sizeb: Count,
    mime: orNull(Type.String()),
    ext: Type.String(),
    figuresCount: Type.Null(),
    objectsCount: Type.Null(),
    tags: Type.Null(),
  },
  { title: 'Volume' },
);

export function volumeEntity(row: ItemRow): Static<typeof VolumeEntity> {
  const ext = path.extname(row.name).slice(1).toLowerCase();
  return {
    ...itemFieldsOf(row),
    fileMeta: { size: row.size, mime: row.mime, ext },
    size: row.size,
    sizeb: row.size,
    mime: row.mime,
    ext,
    figuresCount: null,
    objectsCount: null,
    tags: null,
  };
}
