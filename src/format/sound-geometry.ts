/** Whether the geometry of a figure can be read by everybody: one that cannot costs its readers the whole annotation. */
import type { FormatProblem } from './model.ts';
import { isRecord } from './problem.ts';
import { isGeometryType, readGeometry } from './read-geometry.ts';

/** Geometries that may come as bytes, apart from their figure, and their keys when they come with it. */
export const APART: Readonly<Record<string, readonly string[]>> = {
  alpha_mask: ['bitmap'],
  mask_3d: ['mask_3d'],
  closed_surface_mesh: ['closed_surface_mesh'],
  point_cloud: ['indices'],
};

/** Geometries whose bytes are a file of the project: voxels as NRRD, a mesh as STL. */
export const FILES: ReadonlySet<string> = new Set(['mask_3d', 'closed_surface_mesh']);

/** What is wrong with it, with its place; undefined = nothing. Kinds nobody knows are taken as they are. */
export function geometryProblem(
  type: string,
  geometry: Record<string, unknown>,
  place: string,
): string | undefined {
  if (type === 'cuboid_3d') {
    for (const part of ['position', 'rotation', 'dimensions'])
      if (!isVector(geometry[part])) return `${place}.geometry.${part}: expected numbers x, y, z`;
  }
  if (type === 'point_cloud' && !isIndices(geometry.indices))
    return `${place}.geometry.indices: expected whole numbers from 0`;
  if (!isGeometryType(type)) return undefined;
  const problems: FormatProblem[] = [];
  if (readGeometry(type, geometry, `${place}.geometry`, problems) !== undefined) return undefined;
  const [first] = problems;
  return `${first?.place ?? place}: ${first?.message ?? `no ${type}`}`;
}

function isVector(value: unknown): boolean {
  return isRecord(value) && [value.x, value.y, value.z].every(Number.isFinite);
}

const isIndices = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
