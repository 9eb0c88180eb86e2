/** What the page holds of a volume at once. */
import { type Scalar, WIDTH } from '../../../reading/scalars.ts';
import { Unreadable } from '../../../reading/unreadable.ts';
import { bytes } from '../../../words.ts';

/** Of a file as it is stored. */
export const MOST_FILE_BYTES = 512 << 20;
/** Of its voxels. */
const MOST_VOXEL_BYTES = 768 << 20;

/** Throws Unreadable when so many voxels are too many. */
export function assertFits(voxels: number, scalar: Scalar): void {
  const size = voxels * WIDTH[scalar];
  if (voxels >= 1 && size <= MOST_VOXEL_BYTES) return;
  throw new Unreadable(
    voxels < 1
      ? 'This volume has no voxels.'
      : `The voxels of this volume take ${bytes(size)}. The page holds up to ${bytes(MOST_VOXEL_BYTES)}.`,
  );
}
