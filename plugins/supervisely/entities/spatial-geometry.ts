/** Geometries in space. What cannot be one is named; keys this program does not know stay. */
import type { FormatProblem } from '../../../src/format/model.ts';
import { isRecord, problem } from '../../../src/format/problem.ts';

type Source = Record<string, unknown>;
/** Expected and got, at a key; undefined when it is right. */
type Fault = { at: string; expected: string; got: unknown } | undefined;

const CHECKS: Readonly<Record<string, (geometry: Source) => Fault>> = {
  cuboid_3d: (geometry) =>
    ['position', 'rotation', 'dimensions']
      .map((key): Fault => {
        const value = geometry[key];
        return isPlace(value) ? undefined : { at: key, expected: 'finite x, y and z', got: value };
      })
      .find((fault) => fault !== undefined),
  point_3d: (geometry) =>
    isPlace(geometry) ? undefined : { at: '', expected: 'finite x, y and z', got: geometry },
  polyline_3d: ({ points }) =>
    Array.isArray(points) && points.length > 0 && points.every(isTriple)
      ? undefined
      : { at: 'points', expected: 'a list of points [x, y, z]', got: points },
  point_cloud: ({ indices }) =>
    Array.isArray(indices) && indices.every((one) => Number.isSafeInteger(one) && (one as number) >= 0)
      ? undefined
      : { at: 'indices', expected: 'a list of point numbers', got: indices },
};

export const isSpatialType = (type: string): boolean => Object.hasOwn(CHECKS, type);

/** Undefined with one problem when it is none. */
export function readSpatialGeometry(
  type: string,
  geometry: unknown,
  place: string,
  problems: FormatProblem[],
): Source | undefined {
  if (!isRecord(geometry)) {
    problems.push(problem('dropped', place, `a ${type}`, geometry));
    return undefined;
  }
  const fault = CHECKS[type]?.(geometry);
  if (fault === undefined) return geometry;
  problems.push(
    problem('dropped', fault.at === '' ? place : `${place}.${fault.at}`, fault.expected, fault.got),
  );
  return undefined;
}

const isPlace = (value: unknown): boolean =>
  isRecord(value) && ['x', 'y', 'z'].every((axis) => Number.isFinite(value[axis]));

const isTriple = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
