/** From one number a pixel to one mask a number, or one mask a connected part. */
import type { Mask } from '../../format/bitmap.ts';
import { boxesOf, findRuns, type Numbers } from './runs.ts';

export type { Numbers } from './runs.ts';

/**
 * A tight mask for each number that occurs and is not in `ignore`, in the order of their first pixels. Runs of
 * equal numbers are found once and looked at twice, so cost follows the number of edges, not of masks times pixels.
 * Throws SLY_FORMAT_INVALID when there are so many numbers all over the picture that it must be a photo.
 */
export function splitValues(
  values: Numbers,
  width: number,
  height: number,
  ignore: ReadonlySet<number> = new Set(),
): Map<number, Mask> {
  const runs = findRuns(values, width, height, ignore);
  const boxes = boxesOf(runs, width, height);
  const masks = new Map<number, Mask>();
  for (const [value, { left, top, right, bottom }] of boxes) {
    const [w, h] = [right - left + 1, bottom - top + 1];
    masks.set(value, { x: left, y: top, width: w, height: h, data: new Uint8Array(w * h) });
  }
  const { count, value: valueAt, row, from, to } = runs;
  let last: Mask | undefined;
  let lastValue = -1;
  for (let i = 0; i < count; i++) {
    const value = valueAt[i] as number;
    if (value !== lastValue) [lastValue, last] = [value, masks.get(value)];
    if (last === undefined) continue;
    const start = ((row[i] as number) - last.y) * last.width - last.x;
    last.data.fill(1, start + (from[i] as number), start + (to[i] as number));
  }
  return masks;
}

/**
 * Connected parts of a mask as tight masks, holes kept, in the order of their first pixels. `diagonal` joins
 * pixels that touch at a corner (8-connected); default 4-connected.
 */
export function connectedParts(mask: Mask, { diagonal = false }: { diagonal?: boolean } = {}): Mask[] {
  const { width, height, data } = mask;
  const seen = new Uint8Array(data.length);
  const parts: Mask[] = [];
  const stack: number[] = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] === 0 || seen[start] === 1) continue;
    const pixels: number[] = [];
    const box = { left: width, right: 0, top: height, bottom: 0 };
    seen[start] = 1;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      pixels.push(at);
      const x = at % width;
      const y = (at - x) / width;
      if (x < box.left) box.left = x;
      if (x > box.right) box.right = x;
      if (y < box.top) box.top = y;
      if (y > box.bottom) box.bottom = y;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if ((dx === 0 && dy === 0) || (!diagonal && dx !== 0 && dy !== 0)) continue;
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          const next = ny * width + nx;
          if (data[next] === 0 || seen[next] === 1) continue;
          seen[next] = 1;
          stack.push(next);
        }
      }
    }
    const [w, h] = [box.right - box.left + 1, box.bottom - box.top + 1];
    const part: Mask = {
      x: mask.x + box.left,
      y: mask.y + box.top,
      width: w,
      height: h,
      data: new Uint8Array(w * h),
    };
    for (const at of pixels) {
      const x = at % width;
      part.data[((at - x) / width - box.top) * w + x - box.left] = 1;
    }
    parts.push(part);
  }
  return parts;
}
