/** What replies have of every kind of item. */
import { Type } from 'typebox';
import { hexToBase64 } from '../../../lib/hash.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import { AnyObject, Hash, Id, orNull, Time } from '../method.ts';

export const itemFields = {
  id: Id,
  name: Type.String(),
  description: Type.String(),
  datasetId: Id,
  projectId: Id,
  hash: orNull(Hash),
  link: orNull(Type.String()),
  meta: AnyObject,
  pathOriginal: Type.String(),
  createdAt: Time,
  updatedAt: Time,
};

export const itemFieldsOf = (row: ItemRow) => ({
  id: row.id,
  name: row.name,
  description: '',
  datasetId: row.datasetId,
  projectId: row.projectId,
  hash: row.sha256 === null ? null : hexToBase64(row.sha256),
  link: row.link,
  meta: row.meta,
  pathOriginal: row.link ?? '',
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});
