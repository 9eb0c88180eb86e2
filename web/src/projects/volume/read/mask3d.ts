/** Masks in space: an NRRD file, or the text a client puts into the figure itself. */
import { Unreadable } from '../../../reading/unreadable.ts';
import { byteStream } from './byte-stream.ts';
import { assertFits } from './limits.ts';
import { readNrrd } from './nrrd.ts';
import type { Mask3d } from './volume.ts';

/** `{"mask_3d": {...}}` of a figure. */
export interface InlineMask {
  /** base64(gzip("nx,ny,nz|" and a byte, or two, for each voxel; z varies fastest)). */
  data: string;
  space_origin?: number[];
  space_directions?: number[][];
}

type Grid = [x: number, y: number, z: number];
const LONGEST_SIZES = 64;
const BAR = 0x7c;

/** Throws Unreadable. */
export async function readMaskFile(bytes: Uint8Array<ArrayBuffer>): Promise<Mask3d> {
  const { size, voxels, stride, toWorld } = await readNrrd(bytes);
  const isSet = (x: number, y: number, z: number): boolean =>
    voxels[x * stride[0] + y * stride[1] + z * stride[2]] !== 0;
  return { ...cropped(size, isSet), toWorld };
}

/** Throws Unreadable. */
export async function readInlineMask(inline: InlineMask): Promise<Mask3d> {
  const packed = Uint8Array.from(atob(inline.data), (char) => char.charCodeAt(0));
  const stream = byteStream(packed, { gzip: true });
  let text = '';
  for (let at = 0; at < LONGEST_SIZES; at++) {
    const [byte = BAR] = await stream.take(1);
    if (byte === BAR) break;
    text += String.fromCharCode(byte);
  }
  const size = text.split(',').map(Number) as Grid;
  if (size.length !== 3 || !size.every((one) => Number.isSafeInteger(one) && one > 0))
    throw new Unreadable(`A mask is damaged: its size is "${text}".`);
  const [nx, ny, nz] = size;
  assertFits(nx * ny * nz, 'uint8');
  const data = await stream.rest(2 * nx * ny * nz);
  if (data.length < nx * ny * nz)
    throw new Unreadable('A mask is damaged: it has fewer voxels than it says.');
  const width = data.length >= 2 * nx * ny * nz ? 2 : 1;
  const isSet = (x: number, y: number, z: number): boolean => data[((x * ny + y) * nz + z) * width] !== 0;
  return { ...cropped(size, isSet), toWorld: worldOf(inline) };
}

function worldOf({ space_origin: origin, space_directions: directions }: InlineMask): number[] | undefined {
  if (origin?.length !== 3 || directions?.length !== 3) return undefined;
  const rows = [0, 1, 2].flatMap((row) => [...directions.map((one) => one[row] ?? 0), origin[row] ?? 0]);
  return [...rows, 0, 0, 0, 1];
}

function cropped(
  gridSize: Grid,
  isSet: (x: number, y: number, z: number) => boolean,
): Omit<Mask3d, 'toWorld'> {
  const low: Grid = [...gridSize];
  const high: Grid = [-1, -1, -1];
  const each = (visit: (...at: Grid) => void): void => {
    for (let z = 0; z < gridSize[2]; z++)
      for (let y = 0; y < gridSize[1]; y++)
        for (let x = 0; x < gridSize[0]; x++) if (isSet(x, y, z)) visit(x, y, z);
  };
  each((...at) => {
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis] as number, at[axis] as number);
      high[axis] = Math.max(high[axis] as number, at[axis] as number);
    }
  });
  if (high[0] === -1) return { gridSize, origin: [0, 0, 0], size: [0, 0, 0], set: new Uint8Array() };
  const size = low.map((from, axis) => (high[axis] as number) - from + 1) as Grid;
  const set = new Uint8Array(size[0] * size[1] * size[2]);
  each((x, y, z) => {
    set[x - low[0] + size[0] * (y - low[1] + size[1] * (z - low[2]))] = 1;
  });
  return { gridSize, origin: low, size, set };
}
