/** From one number a pixel to one mask a number, or one mask a connected part. */
import type { Mask } from '../../format/bitmap.ts';
import { SlyError } from '../../lib/errors.ts';

export type Numbers = Uint8Array | Uint16Array | Uint32Array;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

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
  const boxes = boxesOf(runs);
  refusePhotos(boxes, width, height);
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

/** Pieces of rows with one number, each in its row; those to be ignored are left out. */
interface Runs {
  count: number;
  value: Uint32Array;
  row: Uint32Array;
  from: Uint32Array;
  /** Exclusive. */
  to: Uint32Array;
}

function findRuns(values: Numbers, width: number, height: number, ignore: ReadonlySet<number>): Runs {
  let room = 4 * height + 64;
  const runs: Runs = { count: 0, ...arrays(room) };
  const add = (value: number, row: number, from: number, to: number): void => {
    if (runs.count === room) {
      room *= 2;
      for (const [key, array] of Object.entries(arrays(room)) as ['value', Uint32Array][]) {
        array.set(runs[key]);
        runs[key] = array;
      }
    }
    const at = runs.count++;
    runs.value[at] = value;
    runs.row[at] = row;
    runs.from[at] = from;
    runs.to[at] = to;
  };
  // All rows as one: background that reaches over many rows is one run.
  const total = width * height;
  let ignored = -1;
  for (let start = 0; start < total; ) {
    const value = values[start] as number;
    const end = endOfRun(values, start, total, value);
    if (value !== ignored) {
      if (ignore.has(value)) ignored = value;
      else {
        let row = Math.floor(start / width);
        for (let at = start; at < end; row++) {
          const stop = Math.min(end, (row + 1) * width);
          add(value, row, at - row * width, stop - row * width);
          at = stop;
        }
      }
    }
    start = end;
  }
  return runs;
}

/** Index behind the last number equal to `value`. */
function endOfRun(values: Numbers, start: number, total: number, value: number): number {
  let at = start + 1;
  // Eight at a time: most runs are long.
  while (
    at + 8 <= total &&
    values[at] === value &&
    values[at + 1] === value &&
    values[at + 2] === value &&
    values[at + 3] === value &&
    values[at + 4] === value &&
    values[at + 5] === value &&
    values[at + 6] === value &&
    values[at + 7] === value
  )
    at += 8;
  while (at < total && values[at] === value) at++;
  return at;
}

const arrays = (room: number): Omit<Runs, 'count'> => ({
  value: new Uint32Array(room),
  row: new Uint32Array(room),
  from: new Uint32Array(room),
  to: new Uint32Array(room),
});

function boxesOf({ count, value: valueAt, row, from, to }: Runs): Map<number, Box> {
  const boxes = new Map<number, Box>();
  let box: Box | undefined;
  let lastValue = -1;
  for (let i = 0; i < count; i++) {
    const value = valueAt[i] as number;
    const [y, left, right] = [row[i] as number, from[i] as number, (to[i] as number) - 1];
    if (value !== lastValue) [lastValue, box] = [value, boxes.get(value)];
    if (box === undefined) {
      box = { left, top: y, right, bottom: y };
      boxes.set(value, box);
      continue;
    }
    if (left < box.left) box.left = left;
    if (right > box.right) box.right = right;
    box.bottom = y;
  }
  return boxes;
}

/** Numbers that may each cover the whole picture, and pixels small pictures may have beside. */
const FULL_BOXES = 64;
const FREE_PIXELS = 64e6;

function refusePhotos(boxes: ReadonlyMap<number, Box>, width: number, height: number): void {
  let work = 0;
  for (const { left, top, right, bottom } of boxes.values()) work += (right - left + 1) * (bottom - top + 1);
  if (work <= FREE_PIXELS + FULL_BOXES * width * height) return;
  throw new SlyError('SLY_FORMAT_INVALID', {
    detail: `expected a mask with few different numbers, got ${boxes.size} spread over ${width} x ${height} pixels`,
    hint: 'It looks like a photo.',
  });
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
