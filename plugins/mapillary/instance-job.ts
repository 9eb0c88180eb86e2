/** Labels of one mask of numbers: the class times 256 plus the object, or the class alone. Runs in a worker. */
import { encodeBitmap } from '../../src/format/bitmap.ts';
import type { BitmapJson } from '../../src/format/model.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { fitNumbers } from '../../src/plugin-kit/pixels/fit-numbers.ts';
import { readValues } from '../../src/plugin-kit/pixels/read-values.ts';
import { valueParts } from '../../src/plugin-kit/pixels/value-parts.ts';

export interface InstanceJob {
  /** Absolute. */
  file: string;
  source: 'instances' | 'labels';
  /** Of the picture. */
  size: { width: number; height: number };
  objects: 'parts' | 'instance';
  /** How many classes there are; higher numbers are none. */
  classes: number;
}

export interface InstanceLabel {
  /** Number of its class. */
  index: number;
  /** The number of the mask: labels of one number are one object. */
  value: number;
  bitmap: BitmapJson;
}

export interface InstanceResult {
  labels: InstanceLabel[];
  /** Class numbers no class has, with their pixels. */
  unknown: { index: number; pixels: number }[];
  /** Numbers that fell into too many parts. */
  noisy: number[];
  scaled?: { width: number; height: number };
  /** It is as wide as the picture is high: nothing was made of it. */
  turned?: boolean;
}

const MAX_PIXELS = 100e6;
/** More parts of one number are noise, and stay one bitmap. */
const MAX_PARTS = 20_000;

/** Throws SLY_IMAGE_UNREADABLE or SLY_FORMAT_INVALID. */
export async function labelInstances(job: InstanceJob): Promise<InstanceResult> {
  const { size } = job;
  const image = await readValues(job.file, MAX_PIXELS);
  const bits = image.data instanceof Uint16Array ? 16 : 8;
  if (image.channels !== 1 || (job.source === 'instances' && bits !== 16))
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected a mask of one channel and ${job.source === 'instances' ? 16 : 8} bits, got ${image.channels} of ${bits} bits`,
    });
  const { width, height } = image;
  const same = width === size.width && height === size.height;
  const scaled = same ? {} : { scaled: { width, height } };
  if (!same && width === size.height && height === size.width)
    return { labels: [], unknown: [], noisy: [], ...scaled, turned: true };
  const { numbers } = fitNumbers({ width, height, numbers: image.data }, size);
  const labels: InstanceLabel[] = [];
  const noisy = new Set<number>();
  const unknown = new Map<number, number>();
  const options = job.objects === 'parts' ? ({ connected: 4, maxParts: MAX_PARTS } as const) : {};
  for (const part of valueParts({ ...size, numbers }, options)) {
    const { value, mask } = part;
    const index = job.source === 'instances' ? value >> 8 : value;
    if (index >= job.classes) {
      const pixels = mask.data.reduce((sum, one) => sum + one, 0);
      unknown.set(index, (unknown.get(index) ?? 0) + pixels);
      continue;
    }
    if (part.noisy) noisy.add(value);
    labels.push({ index, value, bitmap: encodeBitmap(mask) });
  }
  return {
    labels,
    unknown: [...unknown].map(([index, pixels]) => ({ index, pixels })),
    noisy: [...noisy],
    ...scaled,
  };
}
