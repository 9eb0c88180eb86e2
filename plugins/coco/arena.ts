/**
 * Memory that all threads share, filled with what belongs to a run of items: of each file the pieces are read in
 * the order of the file, near ones by one read. Reading a gap costs less than another call up to some 32 KB.
 */
import { readSync } from 'node:fs';
import { SlyError } from '../../src/lib/errors.ts';
import type { ByteRanges } from './byte-ranges.ts';

const MAX_GAP = 32 << 10;
const WINDOW_BYTES = 1 << 20;
/** More entries than a block of any sane file holds. */
const PLACES = 2 ** 22;

export interface Arena {
  readonly memory: SharedArrayBuffer;
  /** Forgets what is there and makes room. */
  clear(bytes: number): void;
  /** Where each of these entries begins now. `turn` is called between reads, to let others have theirs. */
  load(
    file: { fd: number; path: string },
    ranges: ByteRanges,
    entries: Uint32Array,
    turn: () => Promise<void> | undefined,
  ): Promise<Uint32Array>;
}

/** Used by one `load` at a time. */
export function createWindow(): Buffer {
  return Buffer.allocUnsafeSlow(WINDOW_BYTES);
}

/** `usual`: bytes of a block; one of a single item may be larger. */
export function createArena(usual: number, window: Buffer): Arena {
  let memory = new SharedArrayBuffer(usual);
  let bytes = Buffer.from(memory);
  let used = 0;

  return {
    get memory() {
      return memory;
    },
    clear(size) {
      used = 0;
      if (size <= memory.byteLength) return;
      memory = new SharedArrayBuffer(size);
      bytes = Buffer.from(memory);
    },
    async load({ fd, path }, ranges, entries, turn) {
      if (entries.length >= PLACES) {
        throw new SlyError('SLY_FORMAT_INVALID', {
          detail: `expected fewer than ${PLACES} annotations of one image, got ${entries.length}`,
          file: path,
        });
      }
      const starts = new Uint32Array(entries.length);
      const sorted = inFileOrder(entries);
      for (let i = 0; i < sorted.length; ) {
        const start = ranges.offset(entryAt(sorted, i));
        let end = start + ranges.length(entryAt(sorted, i));
        let next = i + 1;
        for (; next < sorted.length; next++) {
          const entry = entryAt(sorted, next);
          const offset = ranges.offset(entry);
          const stop = offset + ranges.length(entry);
          if (offset - end > MAX_GAP || stop - start > WINDOW_BYTES) break;
          end = stop;
        }
        const alone = next === i + 1;
        if (alone) read(fd, path, { into: bytes, at: used, length: end - start, position: start });
        else read(fd, path, { into: window, at: 0, length: end - start, position: start });
        for (let k = i; k < next; k++) {
          const entry = entryAt(sorted, k);
          const from = ranges.offset(entry) - start;
          const length = ranges.length(entry);
          if (!alone) window.copy(bytes, used, from, from + length);
          starts[(sorted[k] ?? 0) % PLACES] = used;
          used += length;
        }
        i = next;
        await turn();
      }
      return starts;
    },
  };
}

/** Entry and place in one number, so that sorting by the one keeps the other; file order is that of the entries. */
function inFileOrder(entries: Uint32Array): Float64Array {
  const sorted = new Float64Array(entries.length);
  let isSorted = true;
  for (let i = 0; i < entries.length; i++) {
    sorted[i] = (entries[i] ?? 0) * PLACES + i;
    if (i > 0 && (entries[i] ?? 0) < (entries[i - 1] ?? 0)) isSorted = false;
  }
  return isSorted ? sorted : sorted.sort();
}

const entryAt = (sorted: Float64Array, i: number): number => Math.floor((sorted[i] ?? 0) / PLACES);

interface Piece {
  into: Buffer;
  at: number;
  length: number;
  position: number;
}

function read(fd: number, path: string, { into, at, length, position }: Piece): void {
  for (let done = 0; done < length; ) {
    const got = readSync(fd, into, at + done, length - done, position + done);
    if (got === 0) {
      throw new SlyError('SLY_SOURCE_CHANGED', {
        detail: `expected ${length} bytes at ${position}, got ${done}`,
        file: path,
      });
    }
    done += got;
  }
}
