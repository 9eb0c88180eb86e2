/** NIfTI-1 files, also gzipped (nifti.nimh.nih.gov/nifti-1/documentation). */
import { type Scalar, WIDTH } from '../../../reading/scalars.ts';
import { Unreadable } from '../../../reading/unreadable.ts';
import { byteStream, isGzip } from './byte-stream.ts';
import { assertFits } from './limits.ts';
import type { Volume } from './volume.ts';
import { voxelsOf } from './voxels.ts';

const HEADER = 348;
const MAGIC_AT = 344;
const NIFTI_2 = 540;
const SCALARS: Readonly<Record<number, Scalar>> = {
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

/** Undefined when it is none; then nothing is lost. Throws Unreadable for one that cannot be shown. */
export async function readNifti(bytes: Uint8Array<ArrayBuffer>): Promise<Omit<Volume, 'inner'> | undefined> {
  const stream = byteStream(bytes, { gzip: isGzip(bytes) });
  try {
    const header = await stream.take(HEADER).catch(() => undefined);
    if (header === undefined) return undefined;
    const view = new DataView(header.buffer);
    const little = [HEADER, NIFTI_2].includes(view.getInt32(0, true));
    const length = view.getInt32(0, little);
    if (length === NIFTI_2) throw new Unreadable('This is a NIfTI-2 file. The page reads NIfTI-1.');
    if (length !== HEADER) return undefined;
    const magic = new TextDecoder('latin1').decode(header.subarray(MAGIC_AT, MAGIC_AT + 3));
    if (magic === 'ni1')
      throw new Unreadable('This is only the header of a volume: its voxels are in another file.');
    if (magic !== 'n+1') return undefined;
    const sizes = [1, 2, 3].map((at) => Math.max(1, view.getInt16(40 + 2 * at, little))) as Volume['size'];
    const layers = Math.max(1, view.getInt16(48, little));
    const scalar = SCALARS[view.getInt16(70, little)];
    if (scalar === undefined)
      throw new Unreadable(
        'The voxels of this NIfTI file are no single numbers (colours, complex numbers, bits).',
      );
    const [x, y, z] = sizes;
    assertFits(x * y * z, scalar);
    const start = view.getFloat32(108, little);
    if (!(start >= HEADER && start < HEADER + (1 << 24)))
      throw new Unreadable('This NIfTI file is damaged: it does not say where its voxels begin.');
    await stream.take(Math.floor(start) - HEADER);
    // Of several times the first is read.
    const data = await stream.take(x * y * z * WIDTH[scalar]);
    const slope = view.getFloat32(112, little);
    const scaled = Number.isFinite(slope) && slope !== 0;
    return {
      size: sizes,
      voxels: voxelsOf(data, scalar, little),
      stride: [1, x, x * y],
      slope: scaled ? slope : 1,
      intercept: scaled ? view.getFloat32(116, little) || 0 : 0,
      toWorld: worldOf(view, little),
      layers,
    };
  } finally {
    await stream.close();
  }
}

/** By the three rows, else by the quaternion, else by the spacings alone. */
function worldOf(view: DataView, little: boolean): number[] {
  const float = (at: number): number => view.getFloat32(at, little);
  if (view.getInt16(254, little) > 0)
    return [...Array.from({ length: 12 }, (_, at) => float(280 + 4 * at)), 0, 0, 0, 1];
  const [sx, sy, sz] = [80, 84, 88].map((at) => Math.abs(float(at)) || 1) as Volume['size'];
  if (view.getInt16(252, little) <= 0) return [sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, sz, 0, 0, 0, 0, 1];
  const [b, c, d] = [256, 260, 264].map(float) as Volume['size'];
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const k = sz * (float(76) < 0 ? -1 : 1);
  return [
    ...[sx * (a * a + b * b - c * c - d * d), sy * 2 * (b * c - a * d), k * 2 * (b * d + a * c), float(268)],
    ...[sx * 2 * (b * c + a * d), sy * (a * a + c * c - b * b - d * d), k * 2 * (c * d - a * b), float(272)],
    ...[sx * 2 * (b * d - a * c), sy * 2 * (c * d + a * b), k * (a * a + d * d - b * b - c * c), float(276)],
    ...[0, 0, 0, 1],
  ];
}
