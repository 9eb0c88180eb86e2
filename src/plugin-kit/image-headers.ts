/**
 * Width and height out of the header of each kind of picture, and whether its end is there. Reads what it
 * needs by position: a JPEG may have megabytes of metadata before its size, a TIFF has it where it likes.
 * Throws plain errors that say what was expected; the caller knows the file.
 */
import type { ImageKind } from './image-kinds.ts';

export interface ImageBytes {
  readonly size: number;
  /** Exactly `length` bytes; throws when the file ends before. */
  at(offset: number, length: number): Buffer;
}

export interface ImageHeader {
  /** Pixels as stored, before any orientation. */
  width: number;
  height: number;
  /** False when the file visibly ends too early. */
  complete: boolean;
}

export const readImageHeader: Record<ImageKind, (bytes: ImageBytes) => ImageHeader> = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
  bmp: readBmp,
  tiff: readTiff,
  avif: readHeif,
  heif: readHeif,
};

/** Some cameras and editors put something behind the last marker. */
const TAIL_BYTES = 64 << 10;
const MAX_MARKERS = 10_000;

function readJpeg(bytes: ImageBytes): ImageHeader {
  let at = 2;
  for (let count = 0; count < MAX_MARKERS; count++) {
    const head = bytes.at(at, 4);
    const marker = head[1] as number;
    // Fill bytes before a marker and markers that stand alone.
    if (head[0] !== 0xff || marker === 0xff) at++;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const frame = bytes.at(at + 5, 4);
      const complete = endsWith(bytes, Buffer.from([0xff, 0xd9]));
      return { height: frame.readUInt16BE(0), width: frame.readUInt16BE(2), complete };
    } else if (marker === 0xda || marker === 0xd9) break;
    else at += 2 + head.readUInt16BE(2);
  }
  throw new Error('expected a frame header before the pixels of this JPEG, got none');
}

function readPng(bytes: ImageBytes): ImageHeader {
  const head = bytes.at(8, 16);
  const chunk = head.toString('latin1', 4, 8);
  if (chunk !== 'IHDR') throw new Error(`expected the PNG to begin with IHDR, got ${JSON.stringify(chunk)}`);
  return {
    width: head.readUInt32BE(8),
    height: head.readUInt32BE(12),
    complete: endsWith(bytes, Buffer.from('IEND')),
  };
}

function readWebp(bytes: ImageBytes): ImageHeader {
  const head = bytes.at(0, 30);
  const complete = head.readUInt32LE(4) + 8 <= bytes.size;
  const chunk = head.toString('latin1', 12, 16);
  if (chunk === 'VP8X')
    return { width: 1 + head.readUIntLE(24, 3), height: 1 + head.readUIntLE(27, 3), complete };
  if (chunk === 'VP8L') {
    const bits = head.readUInt32LE(21);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), complete };
  }
  if (chunk !== 'VP8 ') throw new Error(`expected a WebP of VP8, VP8L or VP8X, got ${JSON.stringify(chunk)}`);
  return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff, complete };
}

function readBmp(bytes: ImageBytes): ImageHeader {
  const head = bytes.at(0, 26);
  // Some writers leave the file's size at 0.
  const complete = head.readUInt32LE(2) <= bytes.size;
  if (head.readUInt32LE(14) < 40 && head.readUInt32LE(14) !== 16)
    return { width: head.readUInt16LE(18), height: head.readUInt16LE(20), complete };
  // Rows from the top down are written as a negative height.
  return { width: head.readInt32LE(18), height: Math.abs(head.readInt32LE(22)), complete };
}

function readTiff(bytes: ImageBytes): ImageHeader {
  const head = bytes.at(0, 16);
  const little = head[0] === 0x49;
  const number = (from: Buffer, at: number, length: 2 | 4 | 8): number => {
    if (length === 8) return Number(little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
    return little ? from.readUIntLE(at, length) : from.readUIntBE(at, length);
  };
  const big = number(head, 2, 2) === 43;
  const directory = big ? number(head, 8, 8) : number(head, 4, 4);
  const count = number(bytes.at(directory, big ? 8 : 2), 0, big ? 8 : 2);
  const [entrySize, valueAt] = big ? [20, 12] : [12, 8];
  if (count > 4096) throw new Error(`expected a directory of at most 4096 entries, got ${count}`);
  const entries = bytes.at(directory + (big ? 8 : 2), count * entrySize);
  const size = { width: 0, height: 0 };
  for (let at = 0; at < entries.length; at += entrySize) {
    const tag = number(entries, at, 2);
    if (tag !== 256 && tag !== 257) continue;
    const type = number(entries, at + 2, 2);
    const length = type === 3 ? 2 : type === 16 && big ? 8 : 4;
    size[tag === 256 ? 'width' : 'height'] = number(entries, at + valueAt, length);
  }
  return { ...size, complete: true };
}

/** Pictures in boxes: of all sizes in the metadata the largest is the picture, the others are tiles and thumbnails. */
function readHeif(bytes: ImageBytes): ImageHeader {
  for (let at = 0; at + 8 <= bytes.size; ) {
    const head = bytes.at(at, 8);
    const length = head.readUInt32BE(0);
    if (head.toString('latin1', 4, 8) === 'meta') {
      const size = largestSize(bytes.at(at, Math.min(length, bytes.size - at, 4 << 20)));
      return { ...size, complete: at + length < bytes.size };
    }
    if (length < 8) break;
    at += length;
  }
  throw new Error('expected the metadata of a picture in this file, got none');
}

function largestSize(meta: Buffer): { width: number; height: number } {
  let largest = { width: 0, height: 0 };
  for (let at = meta.indexOf('ispe'); at >= 0 && at + 16 <= meta.length; at = meta.indexOf('ispe', at + 4)) {
    const size = { width: meta.readUInt32BE(at + 8), height: meta.readUInt32BE(at + 12) };
    if (size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}

function endsWith(bytes: ImageBytes, mark: Buffer): boolean {
  const near = Math.min(bytes.size, 16);
  if (bytes.at(bytes.size - near, near).includes(mark)) return true;
  const far = Math.min(bytes.size, TAIL_BYTES);
  return bytes.at(bytes.size - far, far).includes(mark);
}
