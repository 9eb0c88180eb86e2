/** Projects, their classes and their tags as replies have them. */
import { type Static, Type } from 'typebox';
import { ProjectTypeSchema } from '../../../protocol/task.ts';
import type { MetaEntryRow, ProjectRow } from '../../store/repositories/projects.ts';
import { AnyObject, Count, Id, orNull, Time } from '../method.ts';

export const ProjectEntity = Type.Object(
  {
    id: Id,
    name: Type.String(),
    type: ProjectTypeSchema,
    description: Type.String(),
    readme: Type.String(),
    workspaceId: Id,
    teamId: Id,
    itemsCount: Count,
    imagesCount: Count,
    datasetsCount: Count,
    size: Type.Integer({ minimum: 0, description: 'Bytes of all items.' }),
    settings: AnyObject,
    customData: AnyObject,
    importSettings: AnyObject,
    referenceImageUrl: orNull(Type.String()),
    backupArchive: Type.Null(),
    version: Type.Null(),
    createdBy: orNull(Id),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Project' },
);

export function projectEntity(row: ProjectRow): Static<typeof ProjectEntity> {
  return {
    ...row,
    imagesCount: row.itemsCount,
    referenceImageUrl: null,
    backupArchive: null,
    importSettings: {},
    version: null,
  };
}

/** As stored, with ids: every key of the client comes back. */
export const MetaEntity = Type.Object(
  {
    classes: Type.Array(
      Type.Object({ id: Id, title: Type.String(), shape: Type.String(), color: Type.String() }),
    ),
    tags: Type.Array(Type.Object({ id: Id, name: Type.String() })),
  },
  { title: 'ProjectMeta' },
);

export const ClassEntity = Type.Object(
  {
    id: Id,
    projectId: Id,
    name: Type.String(),
    description: Type.String(),
    shape: Type.String(),
    color: Type.String(),
    settings: AnyObject,
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'ObjectClass' },
);

export function classEntity(row: MetaEntryRow): Static<typeof ClassEntity> {
  const { title: _title, shape, color, description, id: _id, ...settings } = row.json;
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    description: textOr(description, ''),
    shape: textOr(shape, 'any'),
    color: textOr(color, GRAY),
    settings,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export const TagEntity = Type.Object(
  {
    id: Id,
    projectId: Id,
    name: Type.String(),
    settings: AnyObject,
    color: Type.String(),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Tag' },
);

export function tagEntity(row: MetaEntryRow): Static<typeof TagEntity> {
  const { name: _name, color, id: _id, value_type: type, ...settings } = row.json;
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    settings: { type: type ?? 'none', ...settings },
    color: textOr(color, GRAY),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

const GRAY = '#808080';

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
