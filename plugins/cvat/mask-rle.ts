/** CVAT's masks: runs over the rows of a box, beginning with a run of pixels that are not set. */
import type { Mask } from '../../src/format/bitmap.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';

export interface MaskBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** More pixels are not decoded; some 256 MB. */
const MAX_PIXELS = 256e6;

/**
 * The part inside the picture; undefined when nothing of it is set. A text for what is wrong: runs that are no whole
 * numbers or do not add up to the box.
 */
export function decodeRuns(rle: string, box: MaskBox, size: Size): Mask | undefined | string {
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const right = Math.min(size.width, box.left + box.width);
  const bottom = Math.min(size.height, box.top + box.height);
  if (left >= right || top >= bottom) return undefined;
  const [width, height] = [right - left, bottom - top];
  if (width * height > MAX_PIXELS) return `expected at most ${MAX_PIXELS} pixels, got ${width} x ${height}`;
  const data = new Uint8Array(width * height);
  const total = box.width * box.height;
  let at = 0;
  let isSet = false;
  let any = false;
  for (const text of rle.split(',')) {
    const run = Number(text);
    if (text.trim() === '' || !Number.isInteger(run) || run < 0)
      return `expected whole numbers, got ${JSON.stringify(text.slice(0, 40))}`;
    if (at + run > total) return `expected runs of ${total} pixels together, got more`;
    if (isSet && run > 0) any = fill(at, at + run) || any;
    at += run;
    isSet = !isSet;
  }
  if (at !== total) return `expected runs of ${total} pixels together, got ${at}`;
  return any ? { x: left, y: top, width, height, data } : undefined;

  /** Pixels `[from, to)` of the box. True when one of them is in the picture. */
  function fill(from: number, to: number): boolean {
    let hit = false;
    const first = Math.max(Math.floor(from / box.width), top - box.top);
    const last = Math.min(Math.floor((to - 1) / box.width), bottom - 1 - box.top);
    for (let row = first; row <= last; row++) {
      const start = Math.max(from - row * box.width, left - box.left);
      const end = Math.min(to - row * box.width, right - box.left, box.width);
      if (start >= end) continue;
      const base = (row + box.top - top) * width + box.left - left;
      data.fill(1, base + start, base + end);
      hit = true;
    }
    return hit;
  }
}

export function encodeRuns({ data }: Pick<Mask, 'data'>): string {
  const runs: number[] = [];
  let isSet = 0;
  let from = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] === 0 ? 0 : 1;
    if (value === isSet) continue;
    runs.push(i - from);
    from = i;
    isSet = value;
  }
  runs.push(data.length - from);
  return runs.join(', ');
}
