/** A mask in space that stands in the annotation as text, made the NRRD file that other masks are. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { isRecord, shown } from '../../../src/format/problem.ts';
import { nrrdHeader } from '../../../src/format/write-nrrd.ts';

type Triple = [number, number, number];

const MOST_VOXELS = 1 << 30;
const LONGEST_HEADER = 100;
const IDENTITY: [Triple, Triple, Triple] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

export const isInlineMask = (geometry: unknown): boolean =>
  isRecord(geometry) && isRecord(geometry.mask_3d) && geometry.mask_3d.data !== undefined;

/**
 * `data` is base64 of gzip of `nx,ny,nz|` and a byte (or two) a voxel, z fastest. Throws an Error that says what was
 * expected.
 */
export function inlineMaskFile(geometry: Record<string, unknown>): Buffer {
  const mask = geometry.mask_3d as Record<string, unknown>;
  if (typeof mask.data !== 'string') throw new Error(`expected base64 text, got ${shown(mask.data)}`);
  const { sizes, voxels } = unpack(mask.data);
  const [nx, ny, nz] = sizes;
  const step = voxels.length / (nx * ny * nz);
  const out = Buffer.alloc(nx * ny * nz);
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) out[at++] = isSet(voxels, ((x * ny + y) * nz + z) * step, step) ? 1 : 0;
  const header = nrrdHeader({
    type: 'uint8',
    sizes,
    directions: directionsOf(mask.space_directions),
    origin: isTriple(mask.space_origin) ? mask.space_origin : [0, 0, 0],
    ...(typeof mask.space === 'string' && /^[a-z-]+$/i.test(mask.space) ? { space: mask.space } : {}),
  });
  return Buffer.concat([Buffer.from(header), gzipSync(out)]);
}

function unpack(data: string): { sizes: Triple; voxels: Buffer } {
  const bytes = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: 2 * MOST_VOXELS });
  const bar = bytes.subarray(0, LONGEST_HEADER).indexOf('|');
  const sizes = bytes.toString('latin1', 0, Math.max(0, bar)).split(',').map(Number);
  const [x = 0, y = 0, z = 0] = sizes;
  if (sizes.length !== 3 || sizes.some((one) => !Number.isSafeInteger(one) || one < 1))
    throw new Error(`expected "nx,ny,nz|" before the voxels, got ${shown(bytes.toString('latin1', 0, 20))}`);
  const voxels = bytes.subarray(bar + 1);
  const count = x * y * z;
  if (voxels.length !== count && voxels.length !== 2 * count)
    throw new Error(`expected ${count} voxels, got ${voxels.length} bytes`);
  return { sizes: [x, y, z], voxels };
}

function isSet(voxels: Buffer, at: number, step: number): boolean {
  return voxels[at] !== 0 || (step === 2 && voxels[at + 1] !== 0);
}

function directionsOf(value: unknown): [Triple, Triple, Triple] {
  return Array.isArray(value) && value.length === 3 && value.every(isTriple)
    ? (value as [Triple, Triple, Triple])
    : IDENTITY;
}

const isTriple = (value: unknown): value is Triple =>
  Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
