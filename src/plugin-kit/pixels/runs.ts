/** Pieces of rows with one number, found in one quick round over a picture of numbers, and the boxes around them. */
import { SlyError } from '../../lib/errors.ts';

/** One number a pixel. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** Inclusive pixels. */
export interface RunBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Pieces of rows with one number, each in its row; those to be ignored are left out. */
export interface Runs {
  count: number;
  value: Uint32Array;
  row: Uint32Array;
  from: Uint32Array;
  /** Exclusive. */
  to: Uint32Array;
}

export function findRuns(values: Numbers, width: number, height: number, ignore: ReadonlySet<number>): Runs {
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
export function endOfRun(values: Numbers, start: number, total: number, value: number): number {
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

/**
 * Tight boxes in the order of first pixels. Throws SLY_FORMAT_INVALID when there are so many numbers all over the
 * picture that it must be a photo.
 */
export function boxesOf(runs: Runs, width: number, height: number): Map<number, RunBox> {
  const boxes = boxesByValue(runs);
  refusePhotos(boxes, width, height);
  return boxes;
}

function boxesByValue({ count, value: valueAt, row, from, to }: Runs): Map<number, RunBox> {
  const boxes = new Map<number, RunBox>();
  let box: RunBox | undefined;
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

function refusePhotos(boxes: ReadonlyMap<number, RunBox>, width: number, height: number): void {
  let work = 0;
  for (const { left, top, right, bottom } of boxes.values()) work += (right - left + 1) * (bottom - top + 1);
  if (work <= FREE_PIXELS + FULL_BOXES * width * height) return;
  throw new SlyError('SLY_FORMAT_INVALID', {
    detail: `expected a mask with few different numbers, got ${boxes.size} spread over ${width} x ${height} pixels`,
    hint: 'It looks like a photo.',
  });
}
