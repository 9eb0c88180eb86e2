/**
 * Fetches many small pieces of a file at once: sorted by place, near ones by one read, into one buffer that is
 * used again for the next block. Reading a gap costs less than another call up to about 16 KB.
 */
import { readSync } from 'node:fs';
import { SlyError } from '../../src/lib/errors.ts';
import type { ByteRanges } from './byte-ranges.ts';

const MAX_GAP = 16 << 10;
const WINDOW_BYTES = 1 << 20;
/** More entries than a block of any sane file holds. */
const PLACES = 2 ** 22;

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
      if (wanted.length >= PLACES) {
        throw new SlyError('SLY_FORMAT_INVALID', {
          detail: `expected fewer than ${PLACES} annotations of one image, got ${wanted.length}`,
          file: name,
        });
      }
      // Entry and place in one number, so that sorting by the one keeps the other.
      const sorted = new Float64Array(wanted.length);
      for (let i = 0; i < wanted.length; i++) sorted[i] = (wanted[i] ?? 0) * PLACES + i;
      sorted.sort();
      const entryAt = (i: number): number => Math.floor((sorted[i] ?? 0) / PLACES);
      let bytes = 0;
      for (const entry of wanted) bytes += ranges.length(entry);
      if (arena.length < bytes) arena = Buffer.allocUnsafeSlow(bytes);
      if (places.length < wanted.length) places = new Uint32Array(wanted.length);
      let used = 0;
      for (let i = 0; i < sorted.length; ) {
        const start = ranges.offset(entryAt(i));
        let end = start + ranges.length(entryAt(i));
        let next = i + 1;
        for (; next < sorted.length; next++) {
          const offset = ranges.offset(entryAt(next));
          const stop = offset + ranges.length(entryAt(next));
          if (offset - end > MAX_GAP || stop - start > WINDOW_BYTES) break;
          end = stop;
        }
        if (next === i + 1) read(arena, used, end - start, start);
        else read(window, 0, end - start, start);
        for (let k = i; k < next; k++) {
          const entry = entryAt(k);
          const from = ranges.offset(entry) - start;
          const length = ranges.length(entry);
          if (next > i + 1) window.copy(arena, used, from, from + length);
          places[(sorted[k] ?? 0) % PLACES] = used;
          used += length;
        }
        i = next;
      }
    },
    text(i) {
      const from = places[i] ?? 0;
      return arena.toString('utf8', from, from + ranges.length(entries[i] ?? 0));
    },
  };
}
