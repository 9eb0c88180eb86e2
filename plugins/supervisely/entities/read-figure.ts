/** One figure: whose it is, where it is, and a geometry that is one. What is not is named and left out. */
import type { FoundFigure } from '../../../src/format/annotation-file.ts';
import type { FormatProblem } from '../../../src/format/model.ts';
import { PLANES } from '../../../src/format/planes.ts';
import { isRecord, problem } from '../../../src/format/problem.ts';
import { isGeometryType, readGeometry } from '../../../src/format/read-geometry.ts';
import type { NewFigure } from '../../../src/plugin-kit/plugin.ts';
import { isKey, madeKey } from './keys.ts';
import type { KnownObjects } from './read-head.ts';
import { isSpatialType, readSpatialGeometry } from './spatial-geometry.ts';

/** Geometries that are files, or text that stands for one. */
export type StoredType = 'mask_3d' | 'closed_surface_mesh';

export interface FigureContext {
  file: string;
  objects: KnownObjects;
  /** Undefined where it is not said. */
  framesCount: number | undefined;
  problems: FormatProblem[];
  /** Of a volume: where the bytes of a geometry are, or undefined with a problem. */
  stored(of: {
    type: StoredType;
    key: string;
    geometry: unknown;
    place: string;
  }): Pick<NewFigure, 'file' | 'result'> | undefined;
}

export function readFigure(found: FoundFigure, ctx: FigureContext): NewFigure | undefined {
  const { figure: value, place } = found;
  const { problems } = ctx;
  const lost = (at: string, expected: string, got: unknown): undefined => {
    problems.push(problem('dropped', at, expected, got));
    return undefined;
  };
  if (!isRecord(value)) return lost(place, 'a figure', value);
  const { key: givenKey, objectKey, objectId, geometryType, geometry } = value;
  const object = objectOf(ctx.objects, objectKey, objectId);
  if (object === undefined)
    return isKey(objectKey)
      ? lost(`${place}.objectKey`, 'the key of an object', objectKey)
      : lost(`${place}.objectKey`, 'the key of an object, or its objectId in key_id_map.json', objectId);
  if (typeof geometryType !== 'string' || geometryType === '')
    return lost(`${place}.geometryType`, 'a geometry such as "rectangle"', geometryType);
  if (object.shape !== 'any' && object.shape !== geometryType)
    return lost(`${place}.geometryType`, `a ${object.shape}, as its class is one`, geometryType);
  const where = whereOf(found, ctx, lost);
  if (where === undefined) return undefined;
  const key = isKey(givenKey) ? givenKey : madeKey(ctx.file, place);
  const shape = shapeOf(geometryType, geometry, { key, place }, ctx);
  if (shape === undefined) return undefined;
  return { ...withoutPlaces(value), key, objectKey: object.key, geometryType, ...shape, ...where };
}

function objectOf(objects: KnownObjects, key: unknown, id: unknown) {
  if (isKey(key)) return objects.find(key);
  return typeof id === 'number' ? objects.byId(id) : undefined;
}

function whereOf(
  { list, frame, plane, place }: FoundFigure,
  { framesCount }: FigureContext,
  lost: (at: string, expected: string, got: unknown) => undefined,
): Pick<NewFigure, 'frame' | 'plane'> | undefined {
  if (list === 'figures' || list === 'spatialFigures') return {};
  const at = place.replace(/\.figures\[\d+\]$/, '');
  if (frame === undefined) return lost(`${at}.index`, 'a number from 0', undefined);
  if (list === 'frames')
    return framesCount !== undefined && frame >= framesCount
      ? lost(`${at}.index`, `a frame below ${framesCount}`, frame)
      : { frame };
  const found = PLANES.find(({ name }) => name === plane)?.name;
  if (found === undefined)
    return lost(
      `${at.replace(/\.slices\[\d+\]$/, '')}.name`,
      PLANES.map(({ name }) => name).join(', '),
      plane,
    );
  return { frame, plane: found };
}

function shapeOf(
  type: string,
  geometry: unknown,
  { key, place }: { key: string; place: string },
  ctx: FigureContext,
): Pick<NewFigure, 'geometry' | 'file' | 'result'> | undefined {
  const { problems } = ctx;
  const at = `${place}.geometry`;
  if (type === 'mask_3d' || type === 'closed_surface_mesh')
    return ctx.stored({ type, key, geometry, place: at });
  if (isSpatialType(type)) {
    const read = readSpatialGeometry(type, geometry, at, problems);
    return read && { geometry: read };
  }
  if (!isGeometryType(type)) {
    problems.push(problem('dropped', `${place}.geometryType`, 'a geometry of the format', type));
    return undefined;
  }
  if (!isRecord(geometry)) {
    problems.push(problem('dropped', at, `a ${type}`, geometry));
    return undefined;
  }
  const read = readGeometry(type, geometry, at, problems);
  if (read === undefined) return undefined;
  const { geometryType: _type, ...shape } = read;
  return { geometry: { ...geometry, ...shape } };
}

/** The server's numbers mean nothing elsewhere, and a source may not name files in a figure. */
function withoutPlaces(value: Record<string, unknown>): Record<string, unknown> {
  const {
    id: _id,
    objectId: _objectId,
    classId: _classId,
    entityId: _entityId,
    geometry: _geometry,
    file: _file,
    result: _result,
    frame: _frame,
    plane: _plane,
    ...rest
  } = value;
  return rest;
}
