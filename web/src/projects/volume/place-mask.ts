/** Where a mask in space is in its volume. */
import type { PlacedMask } from './paint.ts';
import { indexOf, spacingOf, type Triple, worldOf } from './planes.ts';
import type { Mask3d, Volume } from './read/volume.ts';

/** Of a voxel: more is another grid. */
const OFF = 0.01;

/** Undefined when its voxels are none of the volume's: of another size or turned. */
export function placeMask(
  mask: Mask3d,
  { size, toWorld }: Pick<Volume, 'size' | 'toWorld'>,
): PlacedMask | undefined {
  const { gridSize, origin, set } = mask;
  const isWhole = gridSize.every((one, axis) => one === size[axis]);
  if (isWhole || mask.toWorld === undefined)
    return isWhole ? { at: origin, size: mask.size, set } : undefined;
  const own = mask.toWorld;
  if (spacingOf(own).some((one, axis) => Math.abs(one / (spacingOf(toWorld)[axis] as number) - 1) > OFF))
    return undefined;
  const corner = indexOf(toWorld, worldOf(own, origin));
  const next = indexOf(toWorld, worldOf(own, origin.map((one) => one + 1) as Triple));
  if (corner === undefined || next === undefined) return undefined;
  if (next.some((one, axis) => Math.abs(one - (corner[axis] as number) - 1) > OFF)) return undefined;
  return { at: corner.map(Math.round) as Triple, size: mask.size, set };
}
