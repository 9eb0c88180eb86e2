/**
 * Fetches many small pieces of a file at once: sorted by place, near ones by one read, into one buffer that is
 * used again for the next block. Reading a gap costs less than another call up to about 16 KB.
 */
import { readSync } from 'node:fs';
import { SlyError } from '../../src/lib/errors.ts';
import type { ByteRanges } from './byte-ranges.ts';

const MAX_GAP = 16 << 10;
const WINDOW_BYTES = 1 << 20;

export interface BlockReader {
  /** Loads these entries (any order); the block before is gone. */
  load(entries: Uint32Array): void;
  /** Of the i-th entry of `load`. */
  text(i: number): string;
}

export function createBlockReader(fd: number, ranges: ByteRanges, name: string): BlockReader {
  let arena = Buffer.alloc(0);
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  let entries: Uint32Array = new Uint32Array(0);
  let places = new Uint32Array(0);

  function read(into: Buffer, at: number, length: number, position: number): void {
    for (let done = 0; done < length; ) {
      const got = readSync(fd, into, at + done, length - done, position + done);
      if (got === 0) {
        throw new SlyError('SLY_SOURCE_CHANGED', {
          detail: `expected ${length} bytes at ${position}, got ${done}`,
          file: name,
        });
      }
      done += got;
    }
  }

  return {
    load(wanted) {
      entries = wanted;
      const sorted = wanted.slice().sort();
      let bytes = 0;
      for (const entry of sorted) bytes += ranges.length(entry);
      if (arena.length < bytes) arena = Buffer.allocUnsafeSlow(bytes);
      const placeOf = new Map<number, number>();
      let used = 0;
      for (let i = 0; i < sorted.length; ) {
        const start = ranges.offset(sorted[i] ?? 0);
        let end = start + ranges.length(sorted[i] ?? 0);
        let next = i + 1;
        for (; next < sorted.length; next++) {
          const offset = ranges.offset(sorted[next] ?? 0);
          const stop = offset + ranges.length(sorted[next] ?? 0);
          if (offset - end > MAX_GAP || stop - start > WINDOW_BYTES) break;
          end = stop;
        }
        if (next === i + 1) read(arena, used, end - start, start);
        else read(window, 0, end - start, start);
        for (let k = i; k < next; k++) {
          const entry = sorted[k] ?? 0;
          const from = ranges.offset(entry) - start;
          const length = ranges.length(entry);
          if (next > i + 1) window.copy(arena, used, from, from + length);
          placeOf.set(entry, used);
          used += length;
        }
        i = next;
      }
      if (places.length < wanted.length) places = new Uint32Array(wanted.length);
      for (let i = 0; i < wanted.length; i++) places[i] = placeOf.get(wanted[i] ?? 0) ?? 0;
    },
    text(i) {
      const from = places[i] ?? 0;
      return arena.toString('utf8', from, from + ranges.length(entries[i] ?? 0));
    },
  };
}
