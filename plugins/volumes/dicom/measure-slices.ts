/** Reads the pixels of all slices once: which can be read, and what numbers they hold. */
import { SlyError } from '../../../src/lib/errors.ts';
import type { ImportContext } from '../../../src/plugin-kit/plugin.ts';
import type { DicomImage, Slice } from './read-image.ts';
import type { PixelReader } from './read-pixels.ts';

export interface Range {
  min: number;
  max: number;
  isWhole: boolean;
}

/** Slices that cannot be read are told and left out. */
export async function measureSlices(
  { report, signal }: ImportContext,
  slices: readonly Slice[],
  reader: PixelReader,
): Promise<Map<Slice, Range>> {
  const ranges = new Map<Slice, Range>();
  const broken = new Map<DicomImage, { frame: number; message: string }[]>();
  const sound = new Set<DicomImage>();
  for (const slice of slices) {
    signal.throwIfAborted();
    try {
      ranges.set(slice, rangeOf(await reader.read(slice)));
      sound.add(slice.image);
    } catch (error) {
      if (!(error instanceof SlyError) || error.code !== 'SLY_FORMAT_INVALID') throw error;
      const list = broken.get(slice.image) ?? [];
      list.push({ frame: slice.frame, message: error.detail });
      broken.set(slice.image, list);
    }
  }
  for (const [image, [first, ...others]] of broken) {
    if (first === undefined) continue;
    const { file } = image;
    const code = 'SLY_FORMAT_INVALID';
    if (!sound.has(image)) await report.failed({ file, code, message: first.message });
    else
      await report.warning({
        file,
        place: `frame ${first.frame + 1}`,
        code,
        message: `${first.message}; ${others.length === 0 ? 'it is' : `it and ${others.length} others are`} left out`,
      });
  }
  return ranges;
}

export function joinRanges(ranges: Iterable<Range | undefined>): Range {
  const all: Range = { min: Infinity, max: -Infinity, isWhole: true };
  for (const one of ranges) {
    if (one === undefined) continue;
    all.min = Math.min(all.min, one.min);
    all.max = Math.max(all.max, one.max);
    all.isWhole &&= one.isWhole;
  }
  return all;
}

function rangeOf(values: Float64Array): Range {
  let [min, max, isWhole] = [Infinity, -Infinity, true];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    if (isWhole && !Number.isInteger(value)) isWhole = false;
  }
  return { min, max, isWhole };
}
