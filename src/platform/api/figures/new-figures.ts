/** Figures as requests bring them, made into rows. What is not in a column of its own is kept as it came. */
import { type Static, Type } from 'typebox';
import type { FormatProblem } from '../../../format/model.ts';
import { isGeometryType, readGeometry } from '../../../format/read-geometry.ts';
import { SlyError } from '../../../lib/errors.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import type { NewFigure } from '../../store/repositories/figures.ts';
import { AnyObject, Id, maybe } from '../method.ts';
import { GEOMETRY_KEYS } from './annotation-figures.ts';
import { NewTag } from './new-tags.ts';
import { sliceOf } from './planes.ts';

const Key = Type.String({ minLength: 1, maxLength: 100 });

export const SentFigure = Type.Object({
  entityId: maybe(Id),
  objectId: maybe(Id),
  objectKey: maybe(Key),
  classId: maybe(Id),
  classTitle: maybe(Type.String({ minLength: 1 })),
  key: maybe(Key),
  geometryType: Type.String({ minLength: 1, maxLength: 100 }),
  geometry: maybe(AnyObject),
  meta: maybe(AnyObject),
  tags: maybe(Type.Array(NewTag)),
});
export type SentFigure = Static<typeof SentFigure>;

/** Their bytes come apart (`figures.bulk.upload.geometry`). */
const APART: Readonly<Record<string, readonly string[]>> = {
  alpha_mask: ['bitmap'],
  mask_3d: ['mask_3d'],
  closed_surface_mesh: ['closed_surface_mesh'],
  point_cloud: ['indices'],
};

const NOT_KEPT = new Set<string>([
  ...['id', 'key', 'objectKey', 'objectId', 'entityId', 'imageId', 'classId', 'classTitle', 'shape'],
  ...['geometryType', 'geometry', 'tags', 'datasetId', 'projectId', 'createdAt', 'updatedAt', 'frame'],
]);

/** `type` is the kind of the entity; a picture beside a point cloud counts as an image with objects. */
export function newFigure(
  sent: SentFigure,
  place: string,
  entity: { id: number; type: ProjectType | 'related' },
): NewFigure {
  const isImage = entity.type === 'images';
  if (!isImage && sent.objectId == null)
    throw wrong(`${place}.objectId: expected the id of an object, got nothing`);
  const isFlat = isImage || entity.type === 'related';
  const geometry = geometryOf(sent, place, isFlat);
  const waits = APART[sent.geometryType]?.every((key) => geometry[key] === undefined) ?? false;
  if (!waits) assertSound(sent.geometryType, geometry, place);
  const rest = Object.entries(sent).filter(
    ([key, value]) =>
      !NOT_KEPT.has(key) && value != null && !(isFlat && GEOMETRY_KEYS.some((one) => one === key)),
  );
  return {
    entityId: entity.id,
    ...(sent.objectId != null && { objectId: sent.objectId }),
    ...(sent.objectKey != null && { objectKey: sent.objectKey }),
    ...(sent.key != null && { key: sent.key }),
    geometryType: sent.geometryType,
    geometry: JSON.stringify(geometry),
    waiting: waits,
    ...placeOf(sent, place, entity.type),
    rest: Object.fromEntries(rest),
  };
}

/** Labels of images have it beside the other keys. */
function geometryOf(sent: SentFigure, place: string, isFlat: boolean): Record<string, unknown> {
  if (sent.geometry != null) return sent.geometry;
  if (isFlat) {
    const own = Object.entries(sent).filter(([key]) => GEOMETRY_KEYS.some((one) => one === key));
    if (own.length > 0) return Object.fromEntries(own);
  }
  if (sent.geometryType in APART) return {};
  throw wrong(`${place}.geometry: expected the geometry of a ${sent.geometryType}, got nothing`);
}

/** One that cannot be read would cost its readers the whole annotation. */
export function assertSound(type: string, geometry: Record<string, unknown>, place: string): void {
  if (type === 'cuboid_3d') {
    for (const part of ['position', 'rotation', 'dimensions'])
      if (!isVector(geometry[part])) throw wrong(`${place}.geometry.${part}: expected numbers x, y, z`);
  }
  if (type === 'point_cloud' && !isIndices(geometry.indices))
    throw wrong(`${place}.geometry.indices: expected whole numbers from 0`);
  if (!isGeometryType(type)) return;
  const problems: FormatProblem[] = [];
  if (readGeometry(type, geometry, `${place}.geometry`, problems) !== undefined) return;
  const [first] = problems;
  throw wrong(`${first?.place ?? place}: ${first?.message ?? `no ${type}`}`);
}

function placeOf(
  { meta }: SentFigure,
  place: string,
  type: ProjectType | 'related',
): { plane: string; frame: number } {
  if (type === 'volumes') {
    const slice = sliceOf(meta);
    if (slice === undefined) return { plane: '', frame: -1 };
    if ('problem' in slice) throw wrong(`${place}.${slice.problem}`);
    return { plane: slice.plane, frame: slice.index };
  }
  if (type !== 'videos') return { plane: '', frame: -1 };
  const frame = meta?.frame;
  if (typeof frame === 'number' && Number.isSafeInteger(frame) && frame >= 0) return { plane: '', frame };
  throw wrong(`${place}.meta.frame: expected a whole number from 0, got ${JSON.stringify(frame ?? null)}`);
}

function isVector(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, z } = value as Record<string, unknown>;
  return [x, y, z].every(Number.isFinite);
}

const isIndices = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);

function wrong(detail: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail });
}
