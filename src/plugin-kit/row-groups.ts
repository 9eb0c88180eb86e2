/**
 * Rows of tables by what they speak of: a picture's rows may lie all over several files. Kept is where they are (22
 * bytes for rows that follow each other), not what they say; sorted tables need one such entry a picture.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { SlyError } from '../lib/errors.ts';
import { type CsvBytesRow, rowsIn } from './csv-rows.ts';

export interface RowSource {
  /** Path in the tree, and absolute. */
  file: string;
  absolute: string;
  delimiter: string;
}

export interface GroupedRow {
  /** Number of the source. */
  source: number;
  line: number;
  bytes: Buffer;
}

export interface RowGroups {
  add(group: number, source: number, row: Pick<CsvBytesRow, 'start' | 'end' | 'line'>): void;
  /** Rows of one group in the order they were added. Not after the next `add`. Throws SLY_SOURCE_CHANGED. */
  rows(group: number): Generator<GroupedRow>;
  close(): void;
}

/** Rows that follow each other are one entry up to this size. */
const MAX_RUN = 1 << 20;
const WINDOW = 256 << 10;
const SMALL = 8 << 10;

export function createRowGroups(sources: readonly RowSource[]): RowGroups {
  let starts = new Float64Array(1024);
  let sizes = new Uint32Array(1024);
  let lines = new Uint32Array(1024);
  let groups = new Uint32Array(1024);
  let origins = new Uint16Array(1024);
  let runs = 0;
  let highest = -1;
  let sorted: { first: Uint32Array; order: Uint32Array } | undefined;
  const readers = new Map<number, WindowReader>();

  function grow(): void {
    const length = runs * 2;
    starts = copied(starts, new Float64Array(length));
    sizes = copied(sizes, new Uint32Array(length));
    lines = copied(lines, new Uint32Array(length));
    groups = copied(groups, new Uint32Array(length));
    origins = copied(origins, new Uint16Array(length));
  }

  /** Runs of each group side by side, in the order they came. */
  function sort(): { first: Uint32Array; order: Uint32Array } {
    const first = new Uint32Array(highest + 2);
    for (let i = 0; i < runs; i++)
      first[(groups[i] as number) + 1] = (first[(groups[i] as number) + 1] as number) + 1;
    for (let g = 1; g < first.length; g++) first[g] = (first[g] as number) + (first[g - 1] as number);
    const next = first.slice();
    const order = new Uint32Array(runs);
    for (let i = 0; i < runs; i++) {
      const group = groups[i] as number;
      order[next[group] as number] = i;
      next[group] = (next[group] as number) + 1;
    }
    return { first, order };
  }

  function readerOf(source: number): WindowReader {
    let reader = readers.get(source);
    if (reader === undefined) {
      const { absolute, file } = sources[source] as RowSource;
      reader = createWindowReader(absolute, file);
      readers.set(source, reader);
    }
    return reader;
  }

  return {
    add(group, source, { start, end, line }) {
      sorted = undefined;
      const last = runs - 1;
      if (last >= 0 && groups[last] === group && origins[last] === source) {
        const from = starts[last] as number;
        // Empty lines between two rows are read with them.
        if (start >= from && end - from <= MAX_RUN && start - from - (sizes[last] as number) <= 4) {
          sizes[last] = end - from;
          return;
        }
      }
      if (runs === starts.length) grow();
      starts[runs] = start;
      sizes[runs] = end - start;
      lines[runs] = line;
      groups[runs] = group;
      origins[runs] = source;
      if (group > highest) highest = group;
      runs++;
    },
    *rows(group) {
      sorted ??= sort();
      const { first, order } = sorted;
      for (let i = first[group] ?? 0; i < (first[group + 1] ?? 0); i++) {
        const run = order[i] as number;
        const source = origins[run] as number;
        const offset = starts[run] as number;
        const { delimiter } = sources[source] as RowSource;
        const bytes = readerOf(source).read(offset, sizes[run] as number);
        for (const row of rowsIn(bytes, { offset, line: lines[run] as number, delimiter }, 'all'))
          yield { source, line: row.line, bytes: row.bytes };
      }
    },
    close() {
      for (const reader of readers.values()) reader.close();
      readers.clear();
    },
  };
}

function copied<T extends Float64Array | Uint32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

interface WindowReader {
  /** Valid until the next call. */
  read(start: number, length: number): Buffer;
  close(): void;
}

/** Reads ahead while it is asked for one place after the other, and little where it is asked for any. */
function createWindowReader(absolute: string, file: string): WindowReader {
  const fd = openSync(absolute, 'r');
  const window = Buffer.allocUnsafe(WINDOW);
  let held = window.subarray(0, 0);
  let at = 0;

  function fill(into: Buffer, offset: number): number {
    let got = 0;
    while (got < into.length) {
      const more = readSync(fd, into, got, into.length - got, offset + got);
      if (more === 0) break;
      got += more;
    }
    return got;
  }

  return {
    read(start, length) {
      if (start >= at && start + length <= at + held.length)
        return held.subarray(start - at, start - at + length);
      const ahead = start >= at && start <= at + held.length + SMALL;
      const wanted = Math.max(length, ahead ? WINDOW : Math.min(SMALL, WINDOW));
      const target = wanted <= WINDOW ? window.subarray(0, wanted) : Buffer.allocUnsafe(wanted);
      const got = fill(target, start);
      at = start;
      held = target.subarray(0, got);
      if (got < length)
        throw new SlyError('SLY_SOURCE_CHANGED', {
          detail: `expected ${length} bytes at byte ${start}, got ${got}`,
          file,
        });
      return held.subarray(0, length);
    },
    close: () => closeSync(fd),
  };
}
