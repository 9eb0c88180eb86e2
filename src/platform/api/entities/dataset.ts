/** Datasets as replies have them. */
import { type Static, Type } from 'typebox';
import type { DatasetRow } from '../../store/repositories/projects.ts';
import { AnyObject, Count, Id, orNull, Time } from '../method.ts';

const fields = {
  id: Id,
  name: Type.String(),
  description: Type.String(),
  projectId: Id,
  workspaceId: Id,
  teamId: Id,
  parentId: orNull(Id),
  path: Type.String({ description: 'Names from the root, joined by slashes.' }),
  itemsCount: Count,
  imagesCount: Count,
  size: Type.Integer({ minimum: 0, description: 'Bytes of all items.' }),
  referenceImageUrl: orNull(Type.String()),
  createdBy: orNull(Id),
  createdAt: Time,
  updatedAt: Time,
};

export const DatasetEntity = Type.Object({ ...fields, customData: AnyObject }, { title: 'Dataset' });

/** The SDK keeps datasets as keys of a dictionary, which an object inside would break: null unless asked for. */
export const ListedDatasetEntity = Type.Object(
  {
    ...fields,
    customData: Type.Union([AnyObject, Type.Null()], {
      description: 'Null unless extraFields has customData.',
    }),
  },
  { title: 'ListedDataset' },
);

export function datasetEntity(row: DatasetRow): Static<typeof DatasetEntity> {
  return { ...row, imagesCount: row.itemsCount, referenceImageUrl: null };
}

export function listedDatasetEntity(
  row: DatasetRow,
  extraFields: readonly string[] | null | undefined,
): Static<typeof ListedDatasetEntity> {
  const entity = datasetEntity(row);
  return extraFields?.includes('customData') === true ? entity : { ...entity, customData: null };
}
