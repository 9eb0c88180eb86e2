/**
 * The bytes of label files, read once where they fit: the first round over them finds out what they mean, the
 * second makes labels of them. 64 MB are kept; files beyond that are read again.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { errnoOf, SlyError } from '../../src/lib/errors.ts';

export interface LabelStore {
  /** Sets `bytes`, `from` and `to`. Throws SLY_FORMAT_INVALID for a file that cannot be read or is too large. */
  read(index: number, absolute: string, size: number): void;
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

const KEPT_BYTES = 64 << 20;
const PIECE_BYTES = 4 << 20;
const MAX_BYTES = 64 << 20;

/** `total`: bytes of all files together, so that a small source takes little. */
export function createLabelStore(files: number, total: number): LabelStore {
  const pieceBytes = Math.min(PIECE_BYTES, total);
  const pieces: Buffer[] = [];
  /** Of each file that is kept: the piece it lies in, from 1, and where. */
  const pieceOf = new Uint8Array(files);
  const froms = new Uint32Array(files);
  const lengths = new Uint32Array(files);
  let used = pieceBytes;
  let spare = Buffer.alloc(0);
  let bytes: Buffer = spare;
  let from = 0;
  let to = 0;

  function keep(size: number): boolean {
    if (size > pieceBytes) return false;
    if (pieces.length > 0 && used + size <= pieceBytes) return true;
    if ((pieces.length + 1) * PIECE_BYTES > KEPT_BYTES) return false;
    pieces.push(Buffer.allocUnsafeSlow(pieceBytes));
    used = 0;
    return true;
  }

  return {
    read(index, absolute, size) {
      const piece = pieces[(pieceOf[index] ?? 0) - 1];
      if (piece !== undefined) {
        bytes = piece;
        from = froms[index] ?? 0;
        to = from + (lengths[index] ?? 0);
        return;
      }
      if (size > MAX_BYTES) {
        throw new SlyError('SLY_FORMAT_INVALID', {
          detail: `expected a label file of at most ${MAX_BYTES} bytes, got ${size}`,
        });
      }
      const kept = keep(size);
      if (!kept && spare.length < size) spare = Buffer.allocUnsafeSlow(size);
      bytes = kept ? (pieces.at(-1) ?? spare) : spare;
      from = kept ? used : 0;
      to = from + readInto(absolute, bytes, from, size);
      if (!kept) return;
      pieceOf[index] = pieces.length;
      froms[index] = from;
      lengths[index] = to - from;
      used += size;
    },
    get bytes() {
      return bytes;
    },
    get from() {
      return from;
    },
    get to() {
      return to;
    },
  };
}

/** Three calls of the system a file: its size is known from the look at its folder. */
function readInto(absolute: string, bytes: Buffer, at: number, size: number): number {
  if (size === 0) return 0;
  try {
    const fd = openSync(absolute, 'r');
    try {
      let got = 0;
      while (got < size) {
        const more = readSync(fd, bytes, at + got, size - got, got);
        if (more === 0) break;
        got += more;
      }
      return got;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `the file cannot be read (${errnoOf(error) ?? String(error)})`,
      cause: error,
    });
  }
}
