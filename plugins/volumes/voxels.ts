/** Voxels as files store them, as arrays of this machine. */
import type { NiftiScalar } from '../../src/format/nifti-header.ts';

export type Voxels =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

interface Kind {
  bytes: 1 | 2 | 4 | 8;
  /** As NRRD calls it. */
  nrrd: string;
  view(buffer: ArrayBuffer): Voxels;
}

export const KINDS: Readonly<Record<NiftiScalar, Kind>> = {
  int8: { bytes: 1, nrrd: 'int8', view: (buffer) => new Int8Array(buffer) },
  uint8: { bytes: 1, nrrd: 'uint8', view: (buffer) => new Uint8Array(buffer) },
  int16: { bytes: 2, nrrd: 'int16', view: (buffer) => new Int16Array(buffer) },
  uint16: { bytes: 2, nrrd: 'uint16', view: (buffer) => new Uint16Array(buffer) },
  int32: { bytes: 4, nrrd: 'int32', view: (buffer) => new Int32Array(buffer) },
  uint32: { bytes: 4, nrrd: 'uint32', view: (buffer) => new Uint32Array(buffer) },
  int64: { bytes: 8, nrrd: 'int64', view: (buffer) => new BigInt64Array(buffer) },
  uint64: { bytes: 8, nrrd: 'uint64', view: (buffer) => new BigUint64Array(buffer) },
  float32: { bytes: 4, nrrd: 'float', view: (buffer) => new Float32Array(buffer) },
  float64: { bytes: 8, nrrd: 'double', view: (buffer) => new Float64Array(buffer) },
};

/** Turns big-endian numbers into those of this machine, in place. */
export function swap(bytes: Buffer, width: Kind['bytes']): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}
