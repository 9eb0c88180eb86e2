/**
 * COCO's run lengths. `counts` are the lengths of alternating runs of clear and set pixels, beginning with a
 * clear run (perhaps of length 0), down the columns of the image from left to right. The compressed form
 * writes each length, from the fourth on as the difference to the one two before, in groups of five bits,
 * lowest first, as characters from `0` (48): bit 5 says that another group follows, bit 4 of the last group
 * is the sign.
 * Reference: https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c
 */
import type { BitmapRows, Mask } from '../../src/format/bitmap.ts';
import { SlyError } from '../../src/lib/errors.ts';

export interface Rle {
  /** `[height, width]` of the image. */
  size: [height: number, width: number];
  counts: string | readonly number[];
}

/** No picture is that large. */
const MAX_PIXELS = 1e9;
/** Of one object: its box is held in memory, a byte a pixel. */
const MAX_BOX_PIXELS = 2e8;
const [FIRST, LAST] = [48, 111];

/** Throws SLY_FORMAT_INVALID for characters or lengths that cannot be. */
export function decodeCounts(text: string): number[] {
  const counts: number[] = [];
  let at = 0;
  while (at < text.length) {
    let value = 0;
    let shift = 0;
    let more = true;
    while (more) {
      const code = text.charCodeAt(at);
      if (!(code >= FIRST && code <= LAST)) {
        const got = at < text.length ? `${JSON.stringify(text[at])} at ${at}` : 'the end of the text';
        throw bad(`expected a character from "0" to "o", got ${got}`);
      }
      if (shift > 30) throw bad(`expected a run of at most 7 groups, got more at ${at}`);
      const group = code - FIRST;
      value |= (group & 0x1f) << shift;
      shift += 5;
      more = (group & 0x20) !== 0;
      if (!more && (group & 0x10) !== 0 && shift < 32) value |= -1 << shift;
      at++;
    }
    if (counts.length > 2) value += counts[counts.length - 2] ?? 0;
    if (value < 0) throw bad(`expected a run of 0 or more pixels, got ${value} at ${at}`);
    counts.push(value);
  }
  return counts;
}

export function encodeCounts(counts: readonly number[]): string {
  const codes: number[] = [];
  let text = '';
  for (let i = 0; i < counts.length; i++) {
    let value = (counts[i] ?? 0) - (i > 2 ? (counts[i - 2] ?? 0) : 0);
    for (let more = true; more; ) {
      const group = value & 0x1f;
      value >>= 5;
      more = (group & 0x10) !== 0 ? value !== -1 : value !== 0;
      codes.push((more ? group | 0x20 : group) + FIRST);
    }
    if (codes.length > 4096) text += String.fromCharCode(...codes.splice(0));
  }
  return text + String.fromCharCode(...codes);
}

/** Either form as lengths, checked: whole, not negative, together no more than the image has pixels. */
export function runsOf({ size, counts }: Rle): number[] {
  const [height, width] = size;
  const pixels = height * width;
  if (!isSide(height) || !isSide(width) || pixels > MAX_PIXELS)
    throw bad(`expected a size [height, width] of at most ${MAX_PIXELS} pixels, got [${height}, ${width}]`);
  const runs = typeof counts === 'string' ? decodeCounts(counts) : [...counts];
  let sum = 0;
  for (let i = 0; i < runs.length; i++) {
    const run = Number(runs[i]);
    if (!Number.isInteger(run) || run < 0)
      throw bad(`expected a run of 0 or more pixels, got ${JSON.stringify(runs[i])} at counts[${i}]`);
    runs[i] = run;
    sum += run;
  }
  if (sum > pixels) throw bad(`expected runs of ${height} x ${width} = ${pixels} pixels, got ${sum}`);
  return runs;
}

/** The set pixels in the smallest box around them; undefined when nothing is set. */
export function maskOfRle(rle: Rle): Mask | undefined {
  const runs = runsOf(rle);
  const height = rle.size[0];
  const box = boxOfRuns(runs, height);
  if (box === undefined) return undefined;
  const { x, y, width } = box;
  if (width * box.height > MAX_BOX_PIXELS)
    throw bad(`expected an object of at most ${MAX_BOX_PIXELS} pixels, got ${width} x ${box.height}`);
  const data = new Uint8Array(width * box.height);
  let from = 0;
  for (let i = 0; i < runs.length; i++) {
    const end = from + (runs[i] ?? 0);
    if (i % 2 === 1) {
      let column = Math.floor(from / height);
      let row = from - column * height;
      let at = (row - y) * width + column - x;
      for (let left = end - from; left > 0; left--) {
        data[at] = 1;
        at += width;
        if (++row === height) {
          row = 0;
          column++;
          at = -y * width + column - x;
        }
      }
    }
    from = end;
  }
  return { x, y, width, height: box.height, data };
}

/** The same packed, as a bitmap is written, without a byte for each pixel in between. Valid until the next call. */
export function bitmapRowsOfRle(rle: Rle): BitmapRows | undefined {
  const runs = runsOf(rle);
  const height = rle.size[0];
  const box = boxOfRuns(runs, height);
  if (box === undefined) return undefined;
  const stride = Math.ceil(box.width / 8) + 1;
  const bytes = stride * box.height;
  if (bytes > MAX_BOX_PIXELS)
    throw bad(
      `expected an object of at most ${MAX_BOX_PIXELS} bytes, got ${box.width} x ${box.height} pixels`,
    );
  if (bytes > packedRows.length) packedRows = Buffer.allocUnsafeSlow(Math.max(bytes, 64 << 10));
  const rows = packedRows.subarray(0, bytes).fill(0);
  let from = 0;
  for (let i = 0; i < runs.length; i++) {
    const end = from + (runs[i] ?? 0);
    if (i % 2 === 1) {
      let column = Math.floor(from / height);
      let row = from - column * height;
      for (let left = end - from; left > 0; ) {
        const x = column - box.x;
        const bit = 0x80 >> (x & 7);
        const stop = Math.min(height, row + left);
        left -= stop - row;
        for (let at = (row - box.y) * stride + 1 + (x >> 3); row < stop; row++, at += stride)
          rows[at] = (rows[at] as number) | bit;
        row = 0;
        column++;
      }
    }
    from = end;
  }
  return { ...box, rows };
}

let packedRows = Buffer.alloc(0);

/** Run lengths over the whole image; what of the mask lies outside of it is left out. */
export function runsOfMask(mask: Mask, [height, width]: readonly [height: number, width: number]): number[] {
  const left = Math.max(0, mask.x);
  const right = Math.min(width, mask.x + mask.width);
  const top = Math.max(0, mask.y);
  const bottom = Math.min(height, mask.y + mask.height);
  const runs: number[] = [];
  let set = 0;
  let start = 0;
  for (let x = left; x < right; x++) {
    const column = x * height;
    // Rows above and below the mask are clear: a set run of the column before ends at its last row at the latest.
    for (let y = top, at = (top - mask.y) * mask.width + x - mask.x; y < bottom; y++, at += mask.width) {
      const value = mask.data[at] === 0 ? 0 : 1;
      if (value !== set) {
        runs.push(column + y - start);
        start = column + y;
        set = value;
      }
    }
    if (set === 1 && bottom < height) {
      runs.push(column + bottom - start);
      start = column + bottom;
      set = 0;
    }
    if (set === 1 && top > 0) {
      runs.push(column + height - start);
      start = column + height;
      set = 0;
    }
  }
  if (set === 1) {
    runs.push(right * height - start);
    start = right * height;
  }
  if (start < height * width || runs.length === 0) runs.push(height * width - start);
  return runs;
}

/** Set pixels. */
export function areaOfRuns(runs: readonly number[]): number {
  let area = 0;
  for (let i = 1; i < runs.length; i += 2) area += runs[i] ?? 0;
  return area;
}

/** Smallest box around the set pixels, in pixels; undefined when nothing is set. */
export function boxOfRuns(
  runs: readonly number[],
  height: number,
): { x: number; y: number; width: number; height: number } | undefined {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, -1, height, -1];
  let from = 0;
  for (let i = 0; i < runs.length; i++) {
    const end = from + (runs[i] ?? 0);
    if (i % 2 === 1 && end > from) {
      const first = Math.floor(from / height);
      const last = Math.floor((end - 1) / height);
      left = Math.min(left, first);
      right = Math.max(right, last);
      if (first === last) {
        top = Math.min(top, from - first * height);
        bottom = Math.max(bottom, end - 1 - first * height);
      } else {
        top = 0;
        bottom = height - 1;
      }
    }
    from = end;
  }
  if (right < 0) return undefined;
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

const isSide = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0;

function bad(detail: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail: `run lengths: ${detail}` });
}
