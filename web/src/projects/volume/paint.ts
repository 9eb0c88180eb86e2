/** Slices as pixels. A slice has `size[column]` x `size[row]` pixels, the first row first. */
import type { Rgb } from '../../draw/colors.ts';
import type { Plane, Triple } from './planes.ts';
import type { Mask3d, Volume } from './read/volume.ts';

/** Values from `low` (black) to `high` (white). */
export interface Window {
  low: number;
  high: number;
}

/** Grey, opaque. What is no number is black. */
export function paintSlice(
  { size, voxels, stride, slope, intercept }: Volume,
  { column, row, normal }: Plane,
  index: number,
  { low, high }: Window,
  pixels: Uint8ClampedArray,
): void {
  const [width, height] = [size[column], size[row]];
  const scale = high > low ? 255 / (high - low) : 0;
  let at = 0;
  for (let y = 0; y < height; y++) {
    let voxel = index * stride[normal] + y * stride[row];
    for (let x = 0; x < width; x++, voxel += stride[column]) {
      // A clamped array rounds, cuts off at 0 and 255, and makes NaN 0.
      pixels[at] = ((voxels[voxel] as number) * slope + intercept - low) * scale;
      pixels[at + 1] = pixels[at + 2] = pixels[at] as number;
      pixels[at + 3] = 255;
      at += 4;
    }
  }
}

/** A mask and where its crop is in the volume. */
export interface PlacedMask extends Pick<Mask3d, 'size' | 'set'> {
  at: Triple;
}

/** Over what is there: the colour where the mask is set. `alpha` 0..255. */
export function paintMask(
  { at, size, set }: PlacedMask,
  { column, row, normal }: Plane,
  index: number,
  { width, height }: { width: number; height: number },
  [red, green, blue]: Rgb,
  alpha: number,
  pixels: Uint8ClampedArray,
): void {
  const slice = index - at[normal];
  if (slice < 0 || slice >= size[normal]) return;
  const stride: Triple = [1, size[0], size[0] * size[1]];
  for (let v = 0; v < size[row]; v++) {
    const y = v + at[row];
    if (y < 0 || y >= height) continue;
    for (let u = 0; u < size[column]; u++) {
      const x = u + at[column];
      if (x < 0 || x >= width || set[u * stride[column] + v * stride[row] + slice * stride[normal]] !== 1)
        continue;
      const pixel = 4 * (y * width + x);
      pixels[pixel] = red;
      pixels[pixel + 1] = green;
      pixels[pixel + 2] = blue;
      pixels[pixel + 3] = alpha;
    }
  }
}

export function isSetAt({ at, size, set }: PlacedMask, voxel: Triple): boolean {
  const [x, y, z] = voxel.map((value, axis) => value - (at[axis] as number)) as Triple;
  if (x < 0 || y < 0 || z < 0 || x >= size[0] || y >= size[1] || z >= size[2]) return false;
  return set[x + size[0] * (y + size[1] * z)] === 1;
}
