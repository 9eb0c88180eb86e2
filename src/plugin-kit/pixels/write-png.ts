/**
 * Mask pictures as PNG bytes: grey of 8 or 16 bits, palette indices, RGB. Native zlib, no row filters: a picture
 * of 500 x 375 takes some 0.2 ms.
 */
import { constants, deflateSync } from 'node:zlib';
import { type PngShape, pngChunk, pngFile } from '../../format/png-file.ts';
import { PLTE } from '../../format/png-rows.ts';

export interface PixelPicture {
  width: number;
  height: number;
}

/** One number a pixel, row-major; 16 bits when `values` has 16. */
export function writeGrey(values: Uint8Array | Uint16Array, size: PixelPicture): Buffer {
  const { width, height } = size;
  if (values instanceof Uint8Array) return assemble(size, 8, 0, plainRows(values, width, height));
  const rows = roomFor((2 * width + 1) * height);
  for (let y = 0, at = 0, i = 0; y < height; y++) {
    rows[at++] = 0;
    for (let x = 0; x < width; x++, i++, at += 2) {
      const value = values[i] as number;
      rows[at] = value >> 8;
      rows[at + 1] = value;
    }
  }
  return assemble(size, 16, 0, rows);
}

/** One index a pixel into `palette` (`0xRRGGBB`, at most 256). */
export function writeIndexed(
  indices: Uint8Array,
  size: PixelPicture & { palette: readonly number[] },
): Buffer {
  const plte = Buffer.alloc(3 * size.palette.length);
  for (const [i, colour] of size.palette.entries()) plte.writeUIntBE(colour, 3 * i, 3);
  const rows = plainRows(indices, size.width, size.height);
  return assemble(size, 8, 3, rows, [pngChunk(PLTE, plte)]);
}

/** Three bytes a pixel. */
export function writeRgb(rgb: Uint8Array, size: PixelPicture): Buffer {
  return assemble(size, 8, 2, plainRows(rgb, size.width * 3, size.height));
}

/** RGB of one `0xRRGGBB` a pixel. */
export function writeColours(colours: Uint32Array, size: PixelPicture): Buffer {
  const { width, height } = size;
  const rows = roomFor((3 * width + 1) * height).fill(0);
  for (let y = 0, at = 1, i = 0; y < height; y++, at++) {
    for (let x = 0; x < width; x++, i++, at += 3) {
      const colour = colours[i] as number;
      if (colour === 0) continue;
      rows[at] = colour >> 16;
      rows[at + 1] = colour >> 8;
      rows[at + 2] = colour;
    }
  }
  return assemble(size, 8, 2, rows);
}

/** Filter byte 0 (none) before each row: long runs of one number are what zlib is best at. */
function plainRows(bytes: Uint8Array, stride: number, height: number): Uint8Array {
  const rows = roomFor((stride + 1) * height);
  for (let y = 0, to = 0, from = 0; y < height; y++, from += stride) {
    rows[to++] = 0;
    rows.set(bytes.subarray(from, from + stride), to);
    to += stride;
  }
  return rows;
}

/** Larger pictures get room of their own, so that a thread does not keep it. */
const KEPT_BYTES = 16 << 20;
/** Fresh memory for each picture costs as much as compressing it. Free again as soon as a PNG is assembled. */
let kept = new Uint8Array(0);

function roomFor(bytes: number): Uint8Array {
  if (bytes > KEPT_BYTES) return new Uint8Array(bytes);
  if (kept.length < bytes) kept = new Uint8Array(bytes);
  return kept.subarray(0, bytes);
}

function assemble(
  { width, height }: PixelPicture,
  depth: PngShape['depth'],
  colorType: PngShape['colorType'],
  rows: Uint8Array,
  chunks: readonly Buffer[] = [],
): Buffer {
  // Of one byte a pixel only repeated pixels are looked for, which costs least and is smaller than level 3.
  const strategy = depth === 8 && colorType !== 2 ? constants.Z_RLE : constants.Z_DEFAULT_STRATEGY;
  const data = deflateSync(rows, { level: LEVEL, strategy, chunkSize: 64 << 10 });
  return pngFile({ width, height, depth, colorType }, data, chunks);
}

/** Of more bytes a pixel. Level 6 makes masks a third smaller and takes six times as long. */
const LEVEL = 3;
