/** The header of a NIfTI file, versions 1 and 2 (nifti.nimh.nih.gov). */
export interface NiftiHeader {
  version: 1 | 2;
  /** False: it is only the header, its voxels are in another file. */
  hasVoxels: boolean;
  little: boolean;
  sizes: [x: number, y: number, z: number];
  /** Volumes one after the other: times, channels. */
  layers: number;
  /** Undefined where a voxel is no single number: colours, complex numbers, bits. */
  scalar: NiftiScalar | undefined;
  /** Byte where the voxels begin. */
  start: number;
  /** Value = stored * slope + intercept. */
  slope: number;
  intercept: number;
  /** Row-major 4 x 4: index to millimetres, RAS. */
  toWorld: number[];
}

export type NiftiScalar =
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

/** Bytes of the longest header. */
export const NIFTI_HEADER_BYTES = 540;

const SCALARS: Readonly<Record<number, NiftiScalar>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  64: 'float64',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
  1024: 'int64',
  1280: 'uint64',
};

/** Where the fields are, by version; wide numbers are 64-bit in version 2. */
const PLACES = {
  1: {
    magic: 344,
    dim: 40,
    type: 70,
    start: 108,
    slope: 112,
    spacing: 76,
    qform: 252,
    quatern: 256,
    srow: 280,
  },
  2: {
    magic: 4,
    dim: 16,
    type: 12,
    start: 168,
    slope: 176,
    spacing: 104,
    qform: 344,
    quatern: 352,
    srow: 400,
  },
} as const;
const LENGTHS = { 348: 1, 540: 2 } as const;

/** Undefined when the bytes are none; they are the beginning of the file, of version 1 at least 348. */
export function readNiftiHeader(bytes: Uint8Array): NiftiHeader | undefined {
  if (bytes.length < 348) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthOf = (little: boolean) => LENGTHS[view.getInt32(0, little) as keyof typeof LENGTHS];
  const little = lengthOf(true) !== undefined;
  const version = lengthOf(little);
  if (version === undefined || (version === 2 && bytes.length < NIFTI_HEADER_BYTES)) return undefined;
  const at = PLACES[version];
  const magic = String.fromCharCode(...bytes.subarray(at.magic, at.magic + 3));
  if (magic !== `n+${version}` && magic !== `ni${version}`) return undefined;
  const float = (place: number): number => view.getFloat32(place, little);
  const double = (place: number): number => view.getFloat64(place, little);
  const real = (place: number, index: number): number =>
    version === 1 ? float(place + 4 * index) : double(place + 8 * index);
  const size = (index: number): number =>
    Math.max(
      1,
      version === 1
        ? view.getInt16(at.dim + 2 * index, little)
        : Number(view.getBigInt64(at.dim + 8 * index, little)),
    );
  const form = (index: number): number =>
    version === 1 ? view.getInt16(at.qform + 2 * index, little) : view.getInt32(at.qform + 4 * index, little);
  const slope = real(at.slope, 0);
  const isScaled = Number.isFinite(slope) && slope !== 0;
  return {
    version,
    hasVoxels: magic.startsWith('n+'),
    little,
    sizes: [size(1), size(2), size(3)],
    layers: size(4),
    scalar: SCALARS[view.getInt16(at.type, little)],
    start: version === 1 ? float(at.start) : Number(view.getBigInt64(at.start, little)),
    slope: isScaled ? slope : 1,
    intercept: isScaled ? real(at.slope, 1) || 0 : 0,
    toWorld: worldOf({
      sform: form(1),
      qform: form(0),
      row: (index) => real(at.srow, index),
      quatern: (index) => real(at.quatern, index),
      spacing: (index) => real(at.spacing, index),
    }),
  };
}

/** By the three rows, else by the quaternion, else by the spacings alone. */
function worldOf({
  sform,
  qform,
  row,
  quatern,
  spacing,
}: {
  sform: number;
  qform: number;
  row(index: number): number;
  quatern(index: number): number;
  spacing(index: number): number;
}): number[] {
  if (sform > 0) return [...Array.from({ length: 12 }, (_, index) => row(index)), 0, 0, 0, 1];
  const [sx = 1, sy = 1, sz = 1] = [1, 2, 3].map((index) => Math.abs(spacing(index)) || 1);
  if (qform <= 0) return [sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, sz, 0, 0, 0, 0, 1];
  const [b, c, d, ox, oy, oz] = [0, 1, 2, 3, 4, 5].map(quatern) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const k = sz * (spacing(0) < 0 ? -1 : 1);
  return [
    ...[sx * (a * a + b * b - c * c - d * d), sy * 2 * (b * c - a * d), k * 2 * (b * d + a * c), ox],
    ...[sx * 2 * (b * c + a * d), sy * (a * a + c * c - b * b - d * d), k * 2 * (c * d - a * b), oy],
    ...[sx * 2 * (b * d - a * c), sy * 2 * (c * d + a * b), k * (a * a + d * d - b * b - c * c), oz],
    ...[0, 0, 0, 1],
  ];
}
