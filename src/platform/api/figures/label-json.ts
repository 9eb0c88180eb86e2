/** Objects, figures and tags as replies have them. Figures are text: there may be many, and their geometry is text already. */
import type { EntityTagRow, FigureRow, ObjectRow } from '../../store/repositories/figures.ts';
import { joinObjects } from '../http/json-text.ts';
import type { MetaIds } from './annotation-entity.ts';

export function tagJson(tag: EntityTagRow, ids: MetaIds): Record<string, unknown> {
  return {
    value: null,
    labelerLogin: null,
    ...tag.rest,
    id: tag.id,
    tagId: ids.tags.get(tag.name) ?? null,
    name: tag.name,
    key: tag.key,
    ...(tag.objectId !== null && { objectId: tag.objectId }),
    ...(tag.itemId !== null && { entityId: tag.itemId }),
    createdAt: tag.createdAt,
    updatedAt: tag.updatedAt,
  };
}

export function objectJson(
  object: ObjectRow,
  tags: readonly EntityTagRow[],
  ids: MetaIds,
): Record<string, unknown> {
  return {
    description: '',
    ...object.rest,
    id: object.id,
    key: object.key,
    datasetId: object.datasetId,
    entityId: object.itemId,
    classId: ids.classes.get(object.classTitle) ?? null,
    classTitle: object.classTitle,
    tags: tags.map((tag) => tagJson(tag, ids)),
    createdAt: object.createdAt,
    updatedAt: object.updatedAt,
  };
}

/** A figure of an annotation, as JSON text. */
export function figureText(figure: FigureRow): string {
  const own = JSON.stringify({
    id: figure.id,
    key: figure.key,
    ...(figure.objectId !== null && { objectId: figure.objectId, objectKey: figure.objectKey }),
    geometryType: figure.geometryType,
    createdAt: figure.createdAt,
    updatedAt: figure.updatedAt,
  });
  return joinObjects(joinObjects(own, `{"geometry":${figure.geometry}}`), figure.rest);
}

/** A figure of a list. */
export function figureEntity(
  figure: FigureRow,
  tags: readonly EntityTagRow[],
  ids: MetaIds,
): Record<string, unknown> & { id: number } {
  const rest = JSON.parse(figure.rest) as Record<string, unknown>;
  return {
    customData: {},
    meta: {},
    priority: null,
    area: null,
    geometryMeta: null,
    ...rest,
    id: figure.id,
    key: figure.key,
    entityId: figure.entityId,
    imageId: figure.entityId,
    objectId: figure.objectId,
    objectKey: figure.objectKey,
    classId: figure.classTitle === null ? null : (ids.classes.get(figure.classTitle) ?? null),
    classTitle: figure.classTitle,
    projectId: figure.projectId,
    datasetId: figure.datasetId,
    frame: figure.frame < 0 ? null : figure.frame,
    geometryType: figure.geometryType,
    geometry: JSON.parse(figure.geometry) as unknown,
    tags: tags.map((tag) => tagJson(tag, ids)),
    createdAt: figure.createdAt,
    updatedAt: figure.updatedAt,
  };
}

/** Rows by one of their keys. */
export function grouped<T>(rows: readonly T[], keyOf: (row: T) => number | null): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
