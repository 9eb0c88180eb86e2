/** From one number a pixel to one mask a number, or one mask a connected part. */
import type { Mask } from '../../format/bitmap.ts';

export type Numbers = Uint8Array | Uint16Array | Uint32Array;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * A tight mask for each number that occurs and is not in `ignore`, in the order of their first pixels. Runs of
 * equal numbers are looked at once, so cost follows the number of edges, not of masks times pixels.
 */
export function splitValues(
  values: Numbers,
  width: number,
  height: number,
  ignore: ReadonlySet<number> = new Set(),
): Map<number, Mask> {
  const boxes = new Map<number, Box>();
  eachRun(values, width, height, (value, y, from, to) => {
    const box = boxes.get(value);
    if (box === undefined) {
      if (!ignore.has(value)) boxes.set(value, { left: from, top: y, right: to - 1, bottom: y });
      return;
    }
    if (from < box.left) box.left = from;
    if (to > box.right + 1) box.right = to - 1;
    box.bottom = y;
  });
  const masks = new Map<number, Mask>();
  for (const [value, { left, top, right, bottom }] of boxes) {
    const [w, h] = [right - left + 1, bottom - top + 1];
    masks.set(value, { x: left, y: top, width: w, height: h, data: new Uint8Array(w * h) });
  }
  eachRun(values, width, height, (value, y, from, to) => {
    const mask = masks.get(value);
    if (mask === undefined) return;
    const row = (y - mask.y) * mask.width - mask.x;
    mask.data.fill(1, row + from, row + to);
  });
  return masks;
}

function eachRun(
  values: Numbers,
  width: number,
  height: number,
  run: (value: number, y: number, from: number, to: number) => void,
): void {
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let from = 0;
    let value = values[row] as number;
    for (let x = 1; x < width; x++) {
      const next = values[row + x] as number;
      if (next === value) continue;
      run(value, y, from, x);
      from = x;
      value = next;
    }
    run(value, y, from, width);
  }
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
