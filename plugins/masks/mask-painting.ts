/** The labels of one picture -> PNG masks. Pure work on pixels, done in worker threads (paint-worker.ts). */
import type { Mask } from '../../src/format/bitmap.ts';
import { labelMask, paintMask } from '../../src/format/label-mask.ts';
import type { Geometry } from '../../src/format/model.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { writeColours, writeGrey } from '../../src/plugin-kit/pixels/write-png.ts';
import { paintOver } from './human-mask.ts';

export interface PaintLabel {
  /** Place in the list of classes. */
  which: number;
  /** Place in the list of objects. */
  at: number;
  geometry: Geometry;
}

export interface PaintJob {
  width: number;
  height: number;
  labels: readonly PaintLabel[];
  /** Pixels. */
  thickness: number;
  /** Depth of machine masks; undefined = none wanted. */
  machine?: 8 | 16;
  rgb: boolean;
  instances: boolean;
  /** Absolute path of the picture. */
  human?: { picture: string; scale: number };
  /** By the place of a class. Only those the labels use have to be there. */
  numbers: Readonly<Record<number, number>>;
  colours: Readonly<Record<number, number>>;
}

export interface Painted {
  machine?: Uint8Array;
  rgb?: Uint8Array;
  human?: Uint8Array;
  instances: { which: number; png: Uint8Array }[];
  humanFault?: { code: string; message: string };
  /** Labels that gave no pixel, and why. */
  lost: { at: number; code: string; message: string }[];
}

interface LabelPixels {
  which: number;
  mask: Mask;
  area: number;
}

export async function paintMasks(job: PaintJob): Promise<Painted> {
  const { width, height } = job;
  const painted: Painted = { instances: [], lost: [] };
  const labels = pixelsOf(job, painted);
  if (job.instances) {
    for (const { which, mask } of labels) {
      const whole = new Uint8Array(width * height);
      paintMask(mask, whole, width, 255);
      painted.instances.push({ which, png: writeGrey(whole, job) });
    }
  }
  // Small ones stay visible on large ones; of two alike the later one does.
  labels.sort((a, b) => b.area - a.area);
  if (job.machine !== undefined) {
    const numbers = job.machine === 16 ? new Uint16Array(width * height) : new Uint8Array(width * height);
    for (const { which, mask } of labels) paintMask(mask, numbers, width, job.numbers[which] ?? 0);
    painted.machine = writeGrey(numbers, job);
  }
  if (!job.rgb && job.human === undefined) return painted;
  const colours = new Uint32Array(width * height);
  for (const { which, mask } of labels) paintMask(mask, colours, width, job.colours[which] ?? 0);
  if (job.rgb) painted.rgb = writeColours(colours, job);
  if (job.human !== undefined) {
    try {
      painted.human = await paintOver({ ...job.human, width, height, colours });
    } catch (error) {
      const { code, detail } = toSlyError(error);
      painted.humanFault = { code, message: detail };
    }
  }
  return painted;
}

function pixelsOf({ labels, width, height, thickness }: PaintJob, painted: Painted): LabelPixels[] {
  const found: LabelPixels[] = [];
  for (const { which, at, geometry } of labels) {
    try {
      const mask = labelMask(geometry, { width, height }, thickness);
      if (mask === undefined)
        throw new SlyError('SLY_FORMAT_INVALID', {
          detail: `expected a ${geometry.geometryType} with pixels in the picture, got one without any`,
        });
      found.push({ which, mask, area: countSet(mask) });
    } catch (error) {
      const { code, detail } = toSlyError(error);
      painted.lost.push({ at, code, message: detail });
    }
  }
  return found;
}

function countSet({ data }: Mask): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) count++;
  return count;
}

/** Buffers that are handed over to the main thread. */
export function buffersOf({ machine, rgb, human, instances }: Painted): ArrayBuffer[] {
  return [machine, rgb, human, ...instances.map(({ png }) => png)].flatMap((bytes) =>
    // A small Buffer lies in a pool that others use.
    bytes === undefined || bytes.byteLength !== bytes.buffer.byteLength ? [] : [bytes.buffer as ArrayBuffer],
  );
}
