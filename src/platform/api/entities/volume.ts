/** Volumes as replies have them. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { hexToBase64 } from '../../../lib/hash.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import { AnyObject, Count, Hash, Id, orNull, Time } from '../method.ts';

export const VolumeEntity = Type.Object(
  {
    id: Id,
    name: Type.String(),
    description: Type.String(),
    datasetId: Id,
    projectId: Id,
    hash: orNull(Hash),
    link: orNull(Type.String()),
    meta: Type.Intersect([AnyObject, Type.Object({ dimensionsIJK: Type.Optional(AnyObject) })]),
    fileMeta: Type.Object({ size: Count, mime: orNull(Type.String()), ext: Type.String() }),
    size: Count,
    sizeb: Count,
    mime: orNull(Type.String()),
    ext: Type.String(),
    figuresCount: Type.Null(),
    objectsCount: Type.Null(),
    tags: Type.Null(),
    pathOriginal: Type.String(),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Volume' },
);

export function volumeEntity(row: ItemRow): Static<typeof VolumeEntity> {
  const ext = path.extname(row.name).slice(1).toLowerCase();
  return {
    id: row.id,
    name: row.name,
    description: '',
    datasetId: row.datasetId,
    projectId: row.projectId,
    hash: row.sha256 === null ? null : hexToBase64(row.sha256),
    link: row.link,
    meta: row.meta,
    fileMeta: { size: row.size, mime: row.mime, ext },
    size: row.size,
    sizeb: row.size,
    mime: row.mime,
    ext,
    figuresCount: null,
    objectsCount: null,
    tags: null,
    pathOriginal: row.link ?? '',
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
