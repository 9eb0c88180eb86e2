/**
 * `bitmap` and `alpha_mask` geometries: base64(zlib(PNG)) and the pixels they mean. The writer gives the
 * bytes every reader of the format takes; the reader takes what any writer ever wrote.
 */
import { constants, inflateSync } from 'node:zlib';
import { SlyError } from '../lib/errors.ts';
import type { BitmapJson } from './model.ts';
import {
  chunkFor,
  deflate,
  PNG_HEADER_BYTES,
  type PngHeader,
  readPngHeader,
  readPngValues,
  writeGreyPng,
  writeIndexedPng,
} from './png-mask.ts';

/** A box of pixels somewhere in an image (also partly outside it). */
export interface Mask {
  /** Column and row of the left top pixel in the image. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Row-major, one byte a pixel: 0 | 1; for an alpha mask 0..255. */
  data: Uint8Array;
}

export interface DecodeOptions {
  /** Larger ones are refused before any pixel is decoded. */
  maxPixels?: number;
}

const MAX_PIXELS = 1e9;
/** A PNG of 1e9 one-bit pixels that cannot be compressed stays below this. */
const MAX_PNG_BYTES = 256 << 20;
/** Enough deflated bytes to hold the code tables of a block (some 300) and the header of a PNG behind them. */
const HEAD_BYTES = 1024;
/** The last chunk of a PNG. */
const END = Buffer.from('0000000049454e44ae426082', 'hex');

/** Crops to what is set. Throws SLY_FORMAT_INVALID when nothing is. */
export function encodeBitmap(mask: Mask): BitmapJson {
  const box = tightBox(mask);
  const width = box.right - box.left + 1;
  const height = box.bottom - box.top + 1;
  const stride = Math.ceil(width / 8);
  const rows = Buffer.alloc((stride + 1) * height);
  const { data } = mask;
  for (let y = 0; y < height; y++) {
    let from = (box.top + y) * mask.width + box.left;
    const end = from + width;
    let to = y * (stride + 1) + 1;
    for (; from + 8 <= end; to++, from += 8) {
      rows[to] =
        (data[from] !== 0 ? 0x80 : 0) |
        (data[from + 1] !== 0 ? 0x40 : 0) |
        (data[from + 2] !== 0 ? 0x20 : 0) |
        (data[from + 3] !== 0 ? 0x10 : 0) |
        (data[from + 4] !== 0 ? 0x08 : 0) |
        (data[from + 5] !== 0 ? 0x04 : 0) |
        (data[from + 6] !== 0 ? 0x02 : 0) |
        (data[from + 7] !== 0 ? 0x01 : 0);
    }
    let byte = 0;
    for (let bit = 0x80; from < end; from++, bit >>= 1) if (data[from] !== 0) byte |= bit;
    if (byte !== 0) rows[to] = byte;
  }
  return encodeBitmapRows({ x: mask.x + box.left, y: mask.y + box.top, width, height, rows });
}

export interface BitmapRows {
  /** Of the left top pixel in the image. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Per row a byte 0 and the packed pixels, most significant bit first. The outer rows and columns have a pixel. */
  rows: Buffer;
}

/** The same for pixels that are packed and cropped already. */
export function encodeBitmapRows({ x, y, width, height, rows }: BitmapRows): BitmapJson {
  return { origin: [x, y], data: packed(writeIndexedPng(width, height, rows)) };
}

/** Throws SLY_FORMAT_INVALID for what is no mask or has more than `maxPixels` (default 1e9). */
export function decodeBitmap(json: BitmapJson, options: DecodeOptions = {}): Mask {
  const { png, header, packed } = unpack(json, options);
  const data = readPngValues(png, header, { kind: 'mask', alphaDecides: packed });
  return { x: json.origin[0], y: json.origin[1], width: header.width, height: header.height, data };
}

/** `mask.data` holds the alpha, 0..255. Crops to what is not 0; throws SLY_FORMAT_INVALID when nothing is. */
export function encodeAlphaMask(mask: Mask): BitmapJson {
  const box = tightBox(mask);
  const width = box.right - box.left + 1;
  const height = box.bottom - box.top + 1;
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const from = (box.top + y) * mask.width + box.left;
    rows.set(mask.data.subarray(from, from + width), y * (width + 1) + 1);
  }
  return pack(mask, box, writeGreyPng(width, height, rows));
}

/** Same limits as `decodeBitmap`. */
export function decodeAlphaMask(json: BitmapJson, options: DecodeOptions = {}): Mask {
  const { png, header } = unpack(json, options);
  const data = readPngValues(png, header, { kind: 'grey' });
  return { x: json.origin[0], y: json.origin[1], width: header.width, height: header.height, data };
}

/** Pixels of the crop, from its header alone. Throws SLY_FORMAT_INVALID when there is none. */
export function bitmapSize(json: BitmapJson): { width: number; height: number } {
  // 33 bytes are wanted; what is behind them need not be decoded, however long it is.
  const start = Buffer.from(json.data.slice(0, Math.ceil(HEAD_BYTES / 3) * 4), 'base64');
  const { width, height } = checkedHeader(inflateStart(start) ?? start, json);
  return { width, height };
}

function pack(mask: Mask, box: Box, png: Buffer): BitmapJson {
  return { origin: [mask.x + box.left, mask.y + box.top], data: packed(png) };
}

/** A small PNG is mostly header, which shrinks. A larger one is deflated data, which does not: it is only wrapped. */
const WORTH_DEFLATING = 512;

function packed(png: Buffer): string {
  return deflate(png, png.length > WORTH_DEFLATING ? 0 : undefined).toString('base64');
}

function unpack(
  json: BitmapJson,
  options: DecodeOptions,
): { png: Buffer; header: PngHeader; packed: boolean } {
  const bytes = Buffer.from(json.data, 'base64');
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  const start = inflateStart(bytes.subarray(0, HEAD_BYTES));
  const header = checkedHeader(start ?? bytes, json);
  if (header.width * header.height > maxPixels) {
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `a mask: expected at most ${maxPixels} pixels, got ${header.width} x ${header.height}`,
    });
  }
  if (start === undefined) return { png: bytes, header, packed: false };
  // A small mask came out whole at the first look.
  if (bytes.length <= HEAD_BYTES && start.subarray(-END.length).equals(END))
    return { png: start, header, packed: true };
  try {
    const png = inflateSync(bytes, {
      maxOutputLength: MAX_PNG_BYTES,
      chunkSize: chunkFor(4 * bytes.length),
    });
    return { png, header, packed: true };
  } catch (error) {
    throw noMask(json, (error as Error).message);
  }
}

/** The first bytes of a PNG inside zlib data, undefined when it is none. */
function inflateStart(bytes: Buffer): Buffer | undefined {
  if (((bytes[0] ?? 0) & 0x0f) !== 8) return undefined;
  try {
    return inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 4096 });
  } catch {
    return undefined;
  }
}

function checkedHeader(png: Buffer, json: BitmapJson): PngHeader {
  const header = readPngHeader(png);
  if (header === undefined)
    throw noMask(json, png.length < PNG_HEADER_BYTES ? 'it is too short' : 'it has no PNG header');
  if (header.width === 0 || header.height === 0)
    throw noMask(json, `it is ${header.width} x ${header.height} pixels`);
  return header;
}

function noMask(json: BitmapJson, why: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', {
    detail: `a mask: expected base64(zlib(PNG)), got ${JSON.stringify(json.data.slice(0, 24))}...: ${why}`,
  });
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Smallest box around what is set, in pixels of the mask. */
function tightBox({ width, height, data }: Mask): Box {
  if (data.length !== width * height) {
    throw new SlyError('SLY_INTERNAL', {
      detail: `a mask of ${width} x ${height} needs ${width * height} bytes, got ${data.length}`,
    });
  }
  let first = 0;
  while (first < data.length && data[first] === 0) first++;
  if (first === data.length) {
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `a mask: expected at least one pixel that is set, got ${width} x ${height} without any`,
      hint: 'Leave an object out when nothing of it is visible.',
    });
  }
  let last = data.length - 1;
  while (data[last] === 0) last--;
  const top = Math.floor(first / width);
  const bottom = Math.floor(last / width);
  let left = first % width;
  let right = last % width;
  for (let y = top; y <= bottom; y++) {
    const row = y * width;
    for (let x = 0; x < left; x++) if (data[row + x] !== 0) left = x;
    for (let x = width - 1; x > right; x--) if (data[row + x] !== 0) right = x;
  }
  return { left, top, right, bottom };
}
