/** Points of a file that are read by their number. A format makes one of these; `read-cloud.ts` makes the cloud of it. */
import { type Scalar, scalarReader, WIDTH } from '../../../reading/scalars.ts';

export interface Column {
  name: string;
  scalar: Scalar;
}

export interface PointSource {
  /** As the file announces them. */
  declared: number;
  /** Those that are there; fewer when the file ends early. */
  count: number;
  columns: readonly Column[];
  /** Calls `row` for each of `picks` (ascending) with the values of the `wanted` columns; the array is used again. */
  each(wanted: readonly number[], picks: Uint32Array, row: (values: Float64Array, at: number) => void): void;
}

export interface StoredColumn extends Column {
  /** Byte of the first point's value, and from one point to the next. */
  at: number;
  step: number;
  /** value = stored * scale + offset. */
  scale?: number;
  offset?: number;
}

/** Point after point, each with all its columns; `values` numbers of a column, of which the first counts. */
export function inRows(columns: readonly (Column & { values?: number })[]): {
  columns: StoredColumn[];
  step: number;
} {
  const widths = columns.map(({ scalar, values = 1 }) => values * WIDTH[scalar]);
  const step = widths.reduce((sum, width) => sum + width, 0);
  let next = 0;
  const stored = columns.map((column, k): StoredColumn => {
    const at = next;
    next += widths[k] as number;
    return { ...column, at, step };
  });
  return { columns: stored, step };
}

export function binarySource(
  bytes: Uint8Array,
  {
    declared,
    count,
    columns,
    little,
  }: {
    declared: number;
    count: number;
    columns: readonly StoredColumn[];
    little: boolean;
  },
): PointSource {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    declared,
    count,
    columns,
    each(wanted, picks, row) {
      const readers = wanted.map((one) => {
        const { at, step, scalar, scale = 1, offset = 0 } = columns[one] as StoredColumn;
        const read = scalarReader(view, scalar, little);
        return (index: number) => read(at + index * step) * scale + offset;
      });
      const values = new Float64Array(wanted.length);
      for (let at = 0; at < picks.length; at++) {
        const index = picks[at] as number;
        for (let k = 0; k < readers.length; k++) values[k] = (readers[k] as (index: number) => number)(index);
        row(values, at);
      }
    },
  };
}

const NEWLINE = 10;

/** One line a point, numbers between blanks. Lines without anything are not counted. */
export function textSource(
  bytes: Uint8Array,
  {
    declared,
    columns,
    places,
  }: {
    declared: number;
    columns: readonly Column[];
    /** Which number of a line is the value of a column. */
    places: readonly number[];
  },
): PointSource {
  const decoder = new TextDecoder('latin1');
  return {
    declared,
    count: Math.min(declared, countLines(bytes)),
    columns,
    each(wanted, picks, row) {
      const values = new Float64Array(wanted.length);
      let [line, next] = [0, 0];
      for (const [start, end] of linesOf(bytes)) {
        if (next === picks.length) return;
        if (line++ !== picks[next]) continue;
        const words = decoder.decode(bytes.subarray(start, end)).trim().split(/\s+/);
        for (const [k, one] of wanted.entries())
          values[k] = Number(words[places[one] as number] ?? Number.NaN);
        row(values, next++);
      }
    },
  };
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (const _ of linesOf(bytes)) count++;
  return count;
}

function* linesOf(bytes: Uint8Array): Generator<[start: number, end: number]> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found === -1 ? bytes.length : found;
    // A carriage return alone is an empty line too.
    if (end - start > 1 || (end > start && (bytes[start] as number) > 32)) yield [start, end];
    start = end + 1;
  }
}
