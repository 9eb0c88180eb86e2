/** A picture of mask numbers: which mask lies on top of each pixel. Classes and objects are looked up at the end. */
import type { Mask } from '../../src/format/bitmap.ts';

export interface Canvas {
  /** `number` from 1. The mask must lie inside. */
  paint(mask: Mask, number: number): void;
  /** Border on all pixels up to `reach` away from the mask, and under it. */
  around(mask: Mask, reach: number): void;
  /** `values[n - 1]` where mask n is, 255 on borders, else 0. */
  indices(values: readonly number[]): Uint8Array;
  /** The same as three bytes a pixel; values are 0xRRGGBB. */
  rgb(border: number, values: readonly number[]): Uint8Array;
  /** How many masks lost a pixel to one with another number in `owners`. */
  covered(owners: readonly number[]): number;
}

export function createCanvas({ width, height }: { width: number; height: number }, masks: number): Canvas {
  // Small numbers halve the time of all that follows.
  const border = masks < 255 ? 255 : masks + 1;
  const top = masks < 255 ? new Uint8Array(width * height) : new Uint32Array(width * height);
  /** `below * 2^26 + above`, each once. */
  const overlaps = new Set<number>();

  function noteOverlap(below: number, above: number): void {
    if (below !== border) overlaps.add(below * 0x4000000 + above);
  }

  function tableOf(values: readonly number[], onBorder: number): Uint32Array {
    const table = new Uint32Array(border + 1);
    table.set(values, 1);
    table[border] = onBorder;
    return table;
  }

  return {
    paint({ x, y, width: across, height: down, data }, number) {
      let last = 0;
      for (let row = 0, from = 0; row < down; row++) {
        const end = from + across;
        const shift = (y + row) * width + x - from;
        while (from < end) {
          while (from < end && data[from] === 0) from++;
          const start = from;
          for (; from < end && data[from] !== 0; from++) {
            const below = top[from + shift] as number;
            if (below === last) continue;
            if (below !== 0) noteOverlap(below, number);
            last = below;
          }
          if (from > start) top.fill(number, start + shift, from + shift);
        }
      }
    },

    around({ x, y, width: across, height: down, data }, reach) {
      const halves = Array.from({ length: 2 * reach + 1 }, (_, i) =>
        Math.floor(Math.sqrt(reach * reach - (i - reach) ** 2)),
      );
      for (let row = 0; row < down; row++) {
        for (let i = 0; i < across; i++) {
          if (data[row * across + i] === 0) continue;
          const from = i;
          while (i < across && data[row * across + i] !== 0) i++;
          for (const [at, half] of halves.entries()) {
            const line = y + row + at - reach;
            if (line < 0 || line >= height) continue;
            const start = Math.max(0, x + from - half);
            const end = Math.min(width, x + i + half);
            top.fill(border, line * width + start, line * width + end);
          }
        }
      }
    },

    indices(values) {
      const table = tableOf(values, 255);
      const bytes = new Uint8Array(top.length);
      const words = top instanceof Uint8Array ? top.length >> 2 : 0;
      if (words > 0) lookUpWords(top as Uint8Array, bytes, table, words);
      for (let i = 4 * words; i < top.length; i++) bytes[i] = table[top[i] as number] as number;
      return bytes;
    },

    rgb(onBorder, values) {
      const table = tableOf(values, onBorder);
      const bytes = new Uint8Array(3 * top.length);
      for (let i = 0, to = 0; i < top.length; i++, to += 3) {
        const colour = table[top[i] as number] as number;
        if (colour === 0) continue;
        bytes[to] = colour >> 16;
        bytes[to + 1] = (colour >> 8) & 0xff;
        bytes[to + 2] = colour & 0xff;
      }
      return bytes;
    },

    covered(owners) {
      const lost = new Set<number>();
      for (const overlap of overlaps) {
        const below = Math.floor(overlap / 0x4000000);
        if (owners[below - 1] !== owners[(overlap % 0x4000000) - 1]) lost.add(below);
      }
      return lost.size;
    },
  };
}

/** Four pixels at a time: most are like the four before them. */
function lookUpWords(from: Uint8Array, to: Uint8Array, table: Uint32Array, words: number): void {
  const source = new Uint32Array(from.buffer, 0, words);
  const target = new Uint32Array(to.buffer, 0, words);
  let last = 0;
  let made = 0;
  for (let i = 0; i < words; i++) {
    const word = source[i] as number;
    if (word !== last || i === 0) {
      last = word;
      made =
        (table[word & 0xff] as number) |
        ((table[(word >> 8) & 0xff] as number) << 8) |
        ((table[(word >> 16) & 0xff] as number) << 16) |
        ((table[word >>> 24] as number) << 24);
    }
    target[i] = made;
  }
}
