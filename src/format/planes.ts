/** The three planes of a volume, and which one a figure lies in. */
import { isRecord } from './problem.ts';

export const PLANES = [
  { name: 'sagittal', normal: { x: 1, y: 0, z: 0 } },
  { name: 'coronal', normal: { x: 0, y: 1, z: 0 } },
  { name: 'axial', normal: { x: 0, y: 0, z: 1 } },
] as const;

/**
 * `{sliceIndex, planeName | normal}`, which some clients wrap in another `meta`. Undefined: it lies in no plane.
 * `problem`: it says a slice, but not of which plane.
 */
export function sliceOf(meta: unknown): { plane: string; index: number } | { problem: string } | undefined {
  const outer = isRecord(meta) ? meta : {};
  const { sliceIndex, planeName, normal } = isRecord(outer.meta) ? outer.meta : outer;
  if (sliceIndex === undefined || sliceIndex === null) return undefined;
  if (typeof sliceIndex !== 'number' || !Number.isSafeInteger(sliceIndex) || sliceIndex < 0)
    return { problem: `meta.sliceIndex: expected a whole number from 0, got ${JSON.stringify(sliceIndex)}` };
  const plane = PLANES.find((one) => one.name === planeName || isSame(one.normal, normal));
  if (plane !== undefined) return { plane: plane.name, index: sliceIndex };
  const got = JSON.stringify({ planeName, normal });
  return {
    problem: `meta: expected planeName ${PLANES.map(({ name }) => name).join(', ')} or its normal, got ${got}`,
  };
}

function isSame(normal: { x: number; y: number; z: number }, other: unknown): boolean {
  return isRecord(other) && other.x === normal.x && other.y === normal.y && other.z === normal.z;
}
