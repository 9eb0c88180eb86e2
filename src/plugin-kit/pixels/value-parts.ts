/**
 * The masks of a grid of numbers one after the other: all pixels of a number, or each connected part of them. The grid
 * is turned into runs once, and only the mask at hand exists as pixels, so memory follows the runs and not how many
 * numbers there are.
 */
import type { Mask } from '../../format/bitmap.ts';
import type { NumberGrid } from './fit-numbers.ts';
import type { Numbers } from './split-values.ts';

export interface ValuePart {
  value: number;
  /** Tight. */
  mask: Mask;
  /** It fell into more than `maxParts` parts, and is whole. */
  noisy: boolean;
}

export interface ValuePartsOptions {
  /** Numbers that are passed over. */
  ignore?: ReadonlySet<number>;
  /** Pixels belong together side by side (4) or also corner to corner (8). Absent: all of a number do. */
  connected?: 4 | 8;
  maxParts?: number;
}

/** In the order of their first pixels. */
export function* valueParts(grid: NumberGrid, options: ValuePartsOptions = {}): Generator<ValuePart> {
  const runs = collectRuns(grid, options.ignore ?? new Set());
  const { value } = runs;
  const first = new Int32Array(value.length);
  const noisy = new Set<number>();
  if (options.connected === undefined) groupByValue(runs, first, undefined);
  else {
    connectRuns(runs, first, options.connected === 8 ? 1 : 0);
    for (const one of manyParts(runs, first, options.maxParts ?? Number.POSITIVE_INFINITY)) noisy.add(one);
    if (noisy.size > 0) groupByValue(runs, first, noisy);
  }
  for (const members of groupsOf(first)) {
    const of = value[members[0] as number] as number;
    yield { value: of, mask: paint(runs, members), noisy: noisy.has(of) };
  }
}

interface Runs {
  row: Int32Array;
  /** First column and the one after the last. */
  from: Int32Array;
  to: Int32Array;
  value: Uint32Array;
  /** Number of the first run of each row, and how many there are. */
  starts: Int32Array;
}

function collectRuns({ width, height, numbers }: NumberGrid, ignore: ReadonlySet<number>): Runs {
  const count = eachRun(numbers, width, height, ignore, () => undefined);
  const runs: Runs = {
    row: new Int32Array(count),
    from: new Int32Array(count),
    to: new Int32Array(count),
    value: new Uint32Array(count),
    starts: new Int32Array(height + 1),
  };
  let at = 0;
  eachRun(numbers, width, height, ignore, (y, from, to, value) => {
    runs.row[at] = y;
    runs.from[at] = from;
    runs.to[at] = to;
    runs.value[at] = value;
    runs.starts[y + 1] = ++at;
  });
  for (let y = 1; y <= height; y++)
    runs.starts[y] = Math.max(runs.starts[y] as number, runs.starts[y - 1] as number);
  return runs;
}

function eachRun(
  numbers: Numbers,
  width: number,
  height: number,
  ignore: ReadonlySet<number>,
  run: (y: number, from: number, to: number, value: number) => void,
): number {
  let count = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let from = 0; from < width; ) {
      const value = numbers[row + from] as number;
      let to = from + 1;
      while (to < width && numbers[row + to] === value) to++;
      if (!ignore.has(value)) {
        run(y, from, to, value);
        count++;
      }
      from = to;
    }
  }
  return count;
}

/** `first[run]` becomes the first run of its part. `reach` 1 joins corners. */
function connectRuns({ from, to, value, starts }: Runs, first: Int32Array, reach: 0 | 1): void {
  for (let i = 0; i < first.length; i++) first[i] = i;
  const find = (run: number): number => {
    let at = run;
    while (first[at] !== at) {
      first[at] = first[first[at] as number] as number;
      at = first[at] as number;
    }
    return at;
  };
  for (let y = 1; y + 1 < starts.length; y++) {
    const above = starts[y] as number;
    let near = starts[y - 1] as number;
    for (let j = above; j < (starts[y + 1] as number); j++) {
      while (near < above && (to[near] as number) + reach <= (from[j] as number)) near++;
      for (let i = near; i < above && (from[i] as number) < (to[j] as number) + reach; i++) {
        if (value[i] !== value[j]) continue;
        const [a, b] = [find(i), find(j)];
        if (a < b) first[b] = a;
        else first[a] = b;
      }
    }
  }
  for (let i = 0; i < first.length; i++) first[i] = find(i);
}

/** Numbers with more parts than allowed. */
function manyParts({ value }: Runs, first: Int32Array, most: number): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < first.length; i++) {
    if (first[i] !== i) continue;
    const one = value[i] as number;
    counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > most).map(([one]) => one);
}

/** All runs of a number are one group; of all numbers, or of `only` these. */
function groupByValue({ value }: Runs, first: Int32Array, only: ReadonlySet<number> | undefined): void {
  const firsts = new Map<number, number>();
  for (let i = 0; i < first.length; i++) {
    const one = value[i] as number;
    if (only !== undefined && !only.has(one)) continue;
    const known = firsts.get(one);
    if (known === undefined) firsts.set(one, i);
    first[i] = known ?? i;
  }
}

/** Runs by group, the groups by their first run. */
function* groupsOf(first: Int32Array): Generator<Int32Array> {
  // Counting sort: sizes, then places.
  const places = new Int32Array(first.length + 1);
  for (const group of first) places[group + 1] = (places[group + 1] as number) + 1;
  for (let i = 0; i < first.length; i++) places[i + 1] = (places[i + 1] as number) + (places[i] as number);
  const sorted = new Int32Array(first.length);
  const next = places.slice();
  for (let i = 0; i < first.length; i++) {
    const group = first[i] as number;
    sorted[next[group] as number] = i;
    next[group] = (next[group] as number) + 1;
  }
  for (let group = 0; group < first.length; group++) {
    const [from, to] = [places[group] as number, places[group + 1] as number];
    if (to > from) yield sorted.subarray(from, to);
  }
}

function paint({ row, from, to }: Runs, members: Int32Array): Mask {
  const top = row[members[0] as number] as number;
  const bottom = row[members[members.length - 1] as number] as number;
  let left = Number.POSITIVE_INFINITY;
  let right = 0;
  for (const run of members) {
    left = Math.min(left, from[run] as number);
    right = Math.max(right, to[run] as number);
  }
  const [width, height] = [right - left, bottom - top + 1];
  const data = new Uint8Array(width * height);
  for (const run of members) {
    const at = ((row[run] as number) - top) * width - left;
    data.fill(1, at + (from[run] as number), at + (to[run] as number));
  }
  return { x: left, y: top, width, height, data };
}
