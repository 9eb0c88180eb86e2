/** The pages of a TIFF from its directories alone, so that one page of many is known before a pixel is decoded. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface TiffPage {
  /** Position in the file, from 0: what a pixel library calls the page. */
  index: number;
  width: number;
  height: number;
  /** Bits of one sample; 8 when nothing is said. */
  bits: number;
  /** True for IEEE floating point. */
  float: boolean;
  /** A smaller copy of another page (thumbnail, pyramid level) or a transparency mask. */
  derived: boolean;
}

const MAX_PAGES = 100_000;
const MAX_ENTRIES = 4096;

/** Throws plain errors for what is no TIFF or ends too early; directories that go in circles end the list. */
export function readTiffPages(file: string): TiffPage[] {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const at = (offset: number, length: number): Buffer => {
      if (offset + length > size) throw new Error(`expected ${offset + length} bytes at least, got ${size}`);
      const buffer = Buffer.allocUnsafe(length);
      readSync(fd, buffer, 0, length, offset);
      return buffer;
    };
    return pagesOf(at);
  } finally {
    closeSync(fd);
  }
}

/** `at` gives bytes of the file and throws where it ends before. */
export function pagesOf(at: (offset: number, length: number) => Buffer): TiffPage[] {
  const head = at(0, 8);
  const little = head[0] === 0x49;
  const number = (from: Buffer, offset: number, length: 2 | 4 | 8): number => {
    if (length === 8) return Number(little ? from.readBigUInt64LE(offset) : from.readBigUInt64BE(offset));
    return little ? from.readUIntLE(offset, length) : from.readUIntBE(offset, length);
  };
  const big = number(head, 2, 2) === 43;
  const word = big ? 8 : 4;
  const entrySize = big ? 20 : 12;
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  for (let directory = number(at(big ? 8 : 4, word), 0, word); directory > 0 && !seen.has(directory); ) {
    seen.add(directory);
    const count = number(at(directory, big ? 8 : 2), 0, big ? 8 : 2);
    if (count > MAX_ENTRIES) throw new Error(`expected at most ${MAX_ENTRIES} entries, got ${count}`);
    const start = directory + (big ? 8 : 2);
    const entries = at(start, count * entrySize + word);
    const page: TiffPage = {
      index: pages.length,
      width: 0,
      height: 0,
      bits: 8,
      float: false,
      derived: false,
    };
    for (let from = 0; from < count * entrySize; from += entrySize) {
      const tag = number(entries, from, 2);
      const type = number(entries, from + 2, 2);
      const values = number(entries, from + 4, word);
      // More values than fit stand elsewhere; of these tags the first one is enough.
      const size = type === 3 ? 2 : type === 16 ? 8 : 4;
      const fits = values * size <= word;
      const held = from + 4 + word;
      const value = fits
        ? number(entries, held, size === 8 && !big ? 4 : (size as 2 | 4 | 8))
        : firstValue(at, number(entries, held, word), size, number);
      if (tag === 254) page.derived = (value & 5) !== 0;
      else if (tag === 256) page.width = value;
      else if (tag === 257) page.height = value;
      else if (tag === 258) page.bits = value;
      else if (tag === 339) page.float = value === 3;
    }
    pages.push(page);
    if (pages.length > MAX_PAGES) throw new Error(`expected at most ${MAX_PAGES} pages`);
    directory = number(entries, count * entrySize, word);
  }
  return pages;
}

function firstValue(
  at: (offset: number, length: number) => Buffer,
  offset: number,
  size: number,
  number: (from: Buffer, offset: number, length: 2 | 4 | 8) => number,
): number {
  try {
    return number(at(offset, size), 0, size as 2 | 4 | 8);
  } catch {
    // Only what is asked for matters, and that is checked by the page having a size.
    return 0;
  }
}
