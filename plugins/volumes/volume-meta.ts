/** What the format says of a volume beside its voxels. */
import type { Turn } from './orient.ts';

export function volumeMeta(
  { sizes, directions, origin }: Turn,
  { min, max }: { min: number; max: number },
): Record<string, unknown> {
  const [x, y, z] = sizes;
  const rows = [0, 1, 2].flatMap((row) => [...directions.map((one) => one[row] ?? 0), origin[row] ?? 0]);
  return {
    ACS: 'RAS',
    intensity: { min, max },
    windowWidth: max - min,
    windowCenter: (max + min) / 2,
    rescaleSlope: 1,
    rescaleIntercept: 0,
    channelsCount: 1,
    dimensionsIJK: { x, y, z },
    IJK2WorldMatrix: [...rows, 0, 0, 0, 1],
  };
}
