/** Voxels of a stack turned to RAS, some planes at a time: memory does not grow with the number of slices. */
import type { NiftiScalar } from '../../../src/format/nifti-header.ts';
import type { Turn } from '../orient.ts';
import { KINDS } from '../voxels.ts';
import { piecesOf } from '../write-volume.ts';
import type { Range } from './measure-slices.ts';
import type { Slice } from './read-image.ts';

/** A series whose slices are not axial is read once for each. The next is made while one is packed. */
const BLOCK_BYTES = 128 << 20;

const WHOLE: readonly (readonly [NiftiScalar, number, number])[] = [
  ['uint8', 0, 0xff],
  ['int8', -0x80, 0x7f],
  ['uint16', 0, 0xffff],
  ['int16', -0x8000, 0x7fff],
  ['uint32', 0, 0xffffffff],
  ['int32', -0x80000000, 0x7fffffff],
];

/** The smallest that holds all of it, 32-bit floats where that is no whole numbers. */
export function scalarFor({ min, max, isWhole }: Range): NiftiScalar {
  const fits = isWhole ? WHOLE.find(([, least, most]) => min >= least && max <= most) : undefined;
  return fits?.[0] ?? 'float32';
}

export interface Blocks {
  slices: readonly (Slice | undefined)[];
  turn: Turn;
  scalar: NiftiScalar;
  /** Where there is no slice. */
  lowest: number;
  read: (slice: Slice) => Promise<Float64Array>;
  signal: AbortSignal;
  blockBytes?: number;
}

/** Little-endian bytes, x fastest. */
export async function* turnedBlocks(blocks: Blocks): AsyncGenerator<Buffer> {
  const { slices, turn, scalar, lowest, read, signal, blockBytes = BLOCK_BYTES } = blocks;
  const [nx, ny, nz] = turn.sizes;
  const plane = nx * ny;
  const steps = [1, nx, plane];
  /** Of each axis of the stack: columns, rows, slices. */
  const axes = ([0, 1, 2] as const).map((source) => {
    const target = turn.axes.indexOf(source) as 0 | 1 | 2;
    const step = steps[target] as number;
    const size = turn.sizes[target];
    const isFlipped = turn.strides[target] < 0;
    return { size, isFlipped, step: isFlipped ? -step : step, start: isFlipped ? (size - 1) * step : 0 };
  }) as [Axis, Axis, Axis];
  const [columns, rows, depth] = axes;
  const start = columns.start + rows.start + depth.start;
  const { bytes, view } = KINDS[scalar];
  const planes = Math.max(1, Math.min(nz, Math.floor(blockBytes / (plane * bytes))));
  for (let from = 0; from < nz; from += planes) {
    const to = Math.min(nz, from + planes);
    const buffer = new ArrayBuffer((to - from) * plane * bytes);
    const out = view(buffer) as Float32Array;
    if (slices.includes(undefined)) out.fill(lowest);
    const [inRow, inColumn, inStack] = axes.map((axis, source) =>
      source === turn.axes[2] ? within(axis, from, to) : [0, axis.size],
    ) as [Span, Span, Span];
    for (let k = inStack[0]; k < inStack[1]; k++) {
      signal.throwIfAborted();
      const slice = slices[k];
      if (slice === undefined) continue;
      const values = await read(slice);
      for (let j = inColumn[0]; j < inColumn[1]; j++) {
        let at = start + k * depth.step + j * rows.step + inRow[0] * columns.step - from * plane;
        for (let i = inRow[0]; i < inRow[1]; i++) {
          out[at] = values[j * columns.size + i] as number;
          at += columns.step;
        }
      }
    }
    yield* piecesOf(out);
  }
}

interface Axis {
  size: number;
  isFlipped: boolean;
  step: number;
  start: number;
}
type Span = [from: number, to: number];

/** Which of its indices come to lie in planes `from` to `to`. */
const within = ({ size, isFlipped }: Axis, from: number, to: number): Span =>
  isFlipped ? [size - to, size - from] : [from, to];
