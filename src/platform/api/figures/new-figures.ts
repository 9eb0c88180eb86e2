/** Figures as requests bring them, made into rows. What is not in a column of its own is kept as it came. */
import { type Static, Type } from 'typebox';
import { sliceOf } from '../../../format/planes.ts';
import { APART, geometryProblem } from '../../../format/sound-geometry.ts';
import { SlyError } from '../../../lib/errors.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import type { NewFigure } from '../../store/repositories/figures.ts';
import { AnyObject, Id, maybe } from '../method.ts';
import { GEOMETRY_KEYS } from './annotation-figures.ts';
import { NewTag } from './new-tags.ts';

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

/** SLY_FORMAT_INVALID for a geometry that cannot be read. */
export function assertSound(type: string, geometry: Record<string, unknown>, place: string): void {
  const problem = geometryProblem(type, geometry, place);
  if (problem !== undefined) throw wrong(problem);
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

function wrong(detail: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail });
}
