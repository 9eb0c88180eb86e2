/** Stored numbers as an array of this machine. */
import { type Scalar, scalarReader, WIDTH } from '../../../reading/scalars.ts';
import type { Volume, Voxels } from './volume.ts';

const IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Whole numbers of 64 bits become doubles; the others stay what they are. The bytes are used again. */
export function voxelsOf(bytes: Uint8Array<ArrayBuffer>, scalar: Scalar, little: boolean): Voxels {
  const width = WIDTH[scalar];
  const { buffer, byteOffset } = bytes;
  const count = bytes.length / width;
  if (scalar === 'int64' || scalar === 'uint64') {
    const read = scalarReader(new DataView(buffer, byteOffset), scalar, little);
    return Float64Array.from({ length: count }, (_, at) => read(at * width));
  }
  if (width > 1 && little !== IS_LITTLE) swap(bytes, width);
  switch (scalar) {
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'uint8':
      return bytes;
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
  }
}

function swap(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

const SAMPLE = 200_000;
/** A few bright voxels must not make all others dark. */
const LEFT_OUT = 0.005;

/** Values between which nearly all voxels are; of what is no number nothing is said. */
export function innerValues({ voxels, slope, intercept }: Omit<Volume, 'inner'>): Volume['inner'] {
  const every = Math.max(1, Math.floor(voxels.length / SAMPLE));
  const sample = Float64Array.from(
    { length: Math.ceil(voxels.length / every) },
    (_, at) => (voxels[at * every] as number) * slope + intercept,
  )
    .filter(Number.isFinite)
    .sort();
  const end = sample.length - 1;
  return [sample[Math.floor(end * LEFT_OUT)] ?? 0, sample[Math.ceil(end * (1 - LEFT_OUT))] ?? 0];
}
