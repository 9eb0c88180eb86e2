/** From one number a pixel to one encoded bitmap a number, without masks of bytes in between. */
import { encodeBitmapRows } from '../../format/bitmap.ts';
import type { BitmapJson } from '../../format/model.ts';
import { boxesOf, findRuns, type Numbers, type RunBox } from './runs.ts';

export interface ValueBitmap {
  bitmap: BitmapJson;
  /** Tight. */
  box: RunBox;
  /** Index of the first pixel. */
  first: number;
}

/**
 * For each number that occurs and is not in `ignore`, in the order of their first pixels. Throws SLY_FORMAT_INVALID
 * for a photo, as `splitValues` does.
 */
export function valueBitmaps(
  values: Numbers,
  width: number,
  height: number,
  ignore: ReadonlySet<number> = new Set(),
): Map<number, ValueBitmap> {
  const runs = findRuns(values, width, height, ignore);
  const { count, value: valueAt, row, from, to } = runs;
  const drafts = new Map<number, Draft>();
  for (const [value, box] of boxesOf(runs, width, height)) drafts.set(value, createDraft(box));
  let last: Draft | undefined;
  let lastValue = -1;
  for (let i = 0; i < count; i++) {
    const value = valueAt[i] as number;
    if (value !== lastValue) [lastValue, last] = [value, drafts.get(value)];
    if (last === undefined) continue;
    const [y, start] = [row[i] as number, from[i] as number];
    if (last.first < 0) last.first = y * width + start;
    const { rows, stride, box } = last;
    setBits(rows, (y - box.top) * (stride + 1) + 1, start - box.left, (to[i] as number) - box.left);
  }
  const bitmaps = new Map<number, ValueBitmap>();
  for (const [value, { box, rows, first }] of drafts) {
    const { left: x, top: y, right, bottom } = box;
    const bitmap = encodeBitmapRows({ x, y, width: right - x + 1, height: bottom - y + 1, rows });
    bitmaps.set(value, { bitmap, box, first });
  }
  return bitmaps;
}

interface Draft {
  box: RunBox;
  /** Bytes of a row without the filter byte before it. */
  stride: number;
  rows: Buffer;
  first: number;
}

function createDraft(box: RunBox): Draft {
  const stride = (box.right - box.left + 8) >> 3;
  return { box, stride, rows: Buffer.alloc((stride + 1) * (box.bottom - box.top + 1)), first: -1 };
}

/** Bits `[from, to)` of the row whose first byte is at `start`; the highest bit of a byte comes first. */
function setBits(rows: Buffer, start: number, from: number, to: number): void {
  const [first, last] = [start + (from >> 3), start + ((to - 1) >> 3)];
  const head = 0xff >> (from & 7);
  const tail = (0xff00 >> (((to - 1) & 7) + 1)) & 0xff;
  if (first === last) {
    rows[first] = (rows[first] as number) | (head & tail);
    return;
  }
  rows[first] = (rows[first] as number) | head;
  if (last - first > 1) rows.fill(0xff, first + 1, last);
  rows[last] = (rows[last] as number) | tail;
}
