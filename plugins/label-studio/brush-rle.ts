/**
 * Brush masks: the bytes of an RGBA picture, run-length packed bit by bit. 32 bits: number of bytes; 5 bits: bits of a
 * word, less 1; four times 4 bits: the four sizes a length can have, less 1. Then blocks: 1 bit, whether one word is
 * repeated; 2 bits, which size; the length less 1 in so many bits; the word, or as many words as the length says.
 * Alpha decides what is set.
 */
import type { Mask } from '../../src/format/bitmap.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';

const CHANNELS = 4;
const ALPHA = 3;
/** More pixels are not decoded; some 256 MB. */
const MAX_PIXELS = 256e6;

/** Undefined when nothing is set. A text says what is wrong. */
export function decodeBrush(bytes: ArrayLike<number>, { width, height }: Size): Mask | undefined | string {
  if (width * height > MAX_PIXELS) return `expected at most ${MAX_PIXELS} pixels, got ${width} x ${height}`;
  const limit = bytes.length * 8;
  let at = 0;

  /** Bits beyond the end are 0; the caller looks whether there were enough. */
  function read(bits: number): number {
    let value = 0;
    for (let left = bits; left > 0; ) {
      const used = at & 7;
      const take = Math.min(8 - used, left);
      const byte = at < limit ? (bytes[at >> 3] ?? 0) : 0;
      value = value * 2 ** take + ((byte >> (8 - used - take)) & ((1 << take) - 1));
      at += take;
      left -= take;
    }
    return value;
  }

  const total = read(32);
  const wordBits = read(5) + 1;
  const sizes = [read(4) + 1, read(4) + 1, read(4) + 1, read(4) + 1];
  if (at > limit) return `expected a header of 53 bits, got ${limit} bits`;
  const wanted = width * height * CHANNELS;
  if (total !== wanted) return `expected the ${wanted} bytes of ${width} x ${height} RGBA, got ${total}`;
  const data = new Uint8Array(width * height);
  let any = false;
  for (let i = 0; i < total; ) {
    const repeated = read(1) === 1;
    const length = read(sizes[read(2)] ?? 1) + 1;
    const end = i + length;
    if (end > total) return `expected ${total} bytes, got a run to ${end}`;
    if (at > limit) return `expected ${total} bytes, got the end after ${i}`;
    if (!repeated) {
      for (; i < end; i++) {
        const value = read(wordBits);
        if (value !== 0 && i % CHANNELS === ALPHA) {
          data[(i - ALPHA) / CHANNELS] = 1;
          any = true;
        }
      }
      continue;
    }
    if (read(wordBits) !== 0) {
      // Pixels whose alpha lies in [i, end).
      const first = Math.ceil((i - ALPHA) / CHANNELS);
      const last = Math.ceil((end - ALPHA) / CHANNELS);
      if (first < last) {
        data.fill(1, Math.max(0, first), last);
        any = true;
      }
    }
    i = end;
  }
  if (at > limit) return `expected ${total} bytes, got the end of the data before`;
  return any ? { x: 0, y: 0, width, height, data } : undefined;
}

const WORD = 8;
const SIZES = [3, 4, 8, 16] as const;

/** The mask over a whole picture; what is set is 255 in all channels, as Label Studio's own tools write it. */
export function encodeBrush(mask: Mask, { width, height }: Size): number[] {
  const bytes: number[] = [];
  let byte = 0;
  let free = 8;

  function write(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit--) {
      byte = (byte << 1) | (Math.floor(value / 2 ** bit) & 1);
      if (--free > 0) continue;
      bytes.push(byte);
      byte = 0;
      free = 8;
    }
  }
  function writeRun(value: number, count: number): void {
    for (let left = count; left > 0; ) {
      const length = Math.min(left, 2 ** 16);
      const size = SIZES.findIndex((bits) => length <= 2 ** bits);
      write(length === 1 ? 0 : 1, 1);
      write(size, 2);
      write(length - 1, SIZES[size] ?? 16);
      write(value, WORD);
      left -= length;
    }
  }

  write(width * height * CHANNELS, 32);
  write(WORD - 1, 5);
  for (const bits of SIZES) write(bits - 1, 4);
  let value = 0;
  let count = 0;
  const add = (next: number, pixels: number): void => {
    if (next !== value && count > 0) {
      writeRun(value, count * CHANNELS);
      count = 0;
    }
    value = next;
    count += pixels;
  };
  for (let y = 0; y < height; y++) {
    const row = y - mask.y;
    if (row < 0 || row >= mask.height) {
      add(0, width);
      continue;
    }
    if (mask.x > 0) add(0, mask.x);
    for (let x = 0; x < mask.width; x++) add(mask.data[row * mask.width + x] === 0 ? 0 : 255, 1);
    const rest = width - mask.x - mask.width;
    if (rest > 0) add(0, rest);
  }
  if (count > 0) writeRun(value, count * CHANNELS);
  if (free < 8) bytes.push(byte << free);
  return bytes;
}
