/**
 * From one number a pixel to one mask a number, one after the other: only one mask is in memory at a time, and
 * a picture that is no mask (a photo has a box as large as itself for each of its numbers) is refused by the
 * work it would be, before any of it is done.
 */
import type { Mask } from '../../format/bitmap.ts';
import { SlyError } from '../../lib/errors.ts';
import type { Numbers } from './split-values.ts';

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Numbers that may each cover the whole picture. */
const FULL_BOXES = 64;
/** Small pictures may have more of them. */
const FREE_PIXELS = 64e6;

/**
 * A tight mask for each number that is not in `ignore`, in the order of their first pixels. Throws
 * SLY_FORMAT_INVALID when there are so many numbers all over the picture that it cannot be a mask.
 */
export function* valueMasks(
  values: Numbers,
  { width, height }: { width: number; height: number },
  ignore: ReadonlySet<number> = new Set([0]),
): Generator<{ value: number; mask: Mask }> {
  const boxes = valueBoxes(values, width, height, ignore);
  let work = 0;
  for (const { left, top, right, bottom } of boxes.values()) work += (right - left + 1) * (bottom - top + 1);
  if (work > FREE_PIXELS + FULL_BOXES * width * height)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected a mask with few different numbers, got ${boxes.size} spread over ${width} x ${height} pixels`,
      hint: 'It looks like a photo.',
    });
  for (const [value, { left, top, right, bottom }] of boxes) {
    const [w, h] = [right - left + 1, bottom - top + 1];
    const data = new Uint8Array(w * h);
    for (let y = 0, to = 0; y < h; y++) {
      const from = (top + y) * width + left;
      for (let x = 0; x < w; x++, to++) if (values[from + x] === value) data[to] = 1;
    }
    yield { value, mask: { x: left, y: top, width: w, height: h, data } };
  }
}

function valueBoxes(
  values: Numbers,
  width: number,
  height: number,
  ignore: ReadonlySet<number>,
): Map<number, Box> {
  const boxes = new Map<number, Box>();
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; ) {
      const value = values[row + x] as number;
      const from = x;
      do x++;
      while (x < width && values[row + x] === value);
      if (ignore.has(value)) continue;
      const box = boxes.get(value);
      if (box === undefined) {
        boxes.set(value, { left: from, top: y, right: x - 1, bottom: y });
        continue;
      }
      if (from < box.left) box.left = from;
      if (x - 1 > box.right) box.right = x - 1;
      box.bottom = y;
    }
  }
  return boxes;
}
