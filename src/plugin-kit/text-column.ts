/** Many short texts in pieces of memory, where as many strings of the heap would take four times as much. */
import { freeBuffer } from './free-buffer.ts';

export interface TextColumn {
  readonly count: number;
  /** Undefined is a text too. Returns its number, from 0. Half a surrogate pair comes back as U+FFFD. */
  add(text: string | undefined): number;
  get(number: number): string | undefined;
  /** Gives the memory back at once. Nothing may be asked afterwards. */
  free(): void;
}

const NONE = 0xffffffff;
const [FIRST_BYTES, PIECE_BYTES] = [256, 256 << 10];

export function createTextColumn(): TextColumn {
  const pieces: Buffer[] = [];
  /** Bytes in all pieces before the last, and in use of the last. */
  let before = 0;
  let used = 0;
  let last = Buffer.alloc(0);
  /** Of each text, and of each piece: bytes from the beginning of the first piece. */
  let starts = new Uint32Array(16);
  let lengths = new Uint32Array(16);
  const pieceStarts: number[] = [];
  let count = 0;

  function addPiece(least: number): void {
    before += last.length;
    last = Buffer.allocUnsafeSlow(Math.max(least, pieces.length === 0 ? FIRST_BYTES : PIECE_BYTES));
    pieceStarts.push(before);
    pieces.push(last);
    used = 0;
  }

  function pieceOf(start: number): number {
    let [low, high] = [0, pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((pieceStarts[middle] ?? 0) <= start) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    get count() {
      return count;
    },
    add(text) {
      if (count === starts.length) {
        const [longerStarts, longerLengths] = [new Uint32Array(2 * count), new Uint32Array(2 * count)];
        longerStarts.set(starts);
        longerLengths.set(lengths);
        starts = longerStarts;
        lengths = longerLengths;
      }
      if (text === undefined) lengths[count] = NONE;
      else {
        if (used + 3 * text.length > last.length) addPiece(3 * text.length);
        starts[count] = before + used;
        const written = last.write(text, used);
        lengths[count] = written;
        used += written;
      }
      return count++;
    },
    get(number) {
      const length = number < count ? (lengths[number] ?? NONE) : NONE;
      if (length === NONE) return undefined;
      // It has no bytes, and may have come before there was a piece.
      if (length === 0) return '';
      const start = starts[number] ?? 0;
      const piece = pieceOf(start);
      const from = start - (pieceStarts[piece] ?? 0);
      return pieces[piece]?.toString('utf8', from, from + length);
    },
    free() {
      for (const piece of pieces) freeBuffer(piece);
      freeBuffer(starts);
      freeBuffer(lengths);
      count = 0;
    },
  };
}
