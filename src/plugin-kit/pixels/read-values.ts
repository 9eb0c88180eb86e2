/**
 * The numbers of a mask picture as they are stored: palette indices stay indices, 16 bits stay 16 bits. PNG is
 * decoded here; other kinds (TIFF, JPEG, WebP, AVIF; not BMP) go through the pixel library. Headers are checked before any
 * pixel is decoded.
 */

import { readFileSync } from 'node:fs';
import { decodeAnyPng } from '../../format/any-png.ts';
import {
  inflatePng,
  PNG_CHANNELS,
  type PngChunks,
  type PngHeader,
  pngStride,
  readPngChunks,
  readPngHeader,
  unfilterPng,
} from '../../format/png-rows.ts';
import { SlyError } from '../../lib/errors.ts';
import { probeImage } from '../image-probe.ts';
import { loadSharp, MAX_DECODED_PIXELS } from './load-sharp.ts';

export interface ValueImage {
  width: number;
  height: number;
  /** 1 (grey or palette index), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) numbers a pixel. */
  channels: number;
  /** Row-major, interleaved; 16-bit pictures are Uint16Array, all others Uint8Array (also of depth 1, 2, 4: 0..15). */
  data: Uint8Array | Uint16Array;
  /** RGB(A) of each index, when the numbers are indices. */
  palette?: readonly (readonly number[])[];
}

/** `file` is absolute. Throws SLY_IMAGE_UNREADABLE with expected and got; the caller knows the path in the tree. */
export async function readValues(file: string, maxPixels = MAX_DECODED_PIXELS): Promise<ValueImage> {
  const { kind } = probeImage(file, { maxPixels });
  if (kind !== 'png') return readThroughSharp(file, maxPixels);
  return decodePngValues(readFileSync(file), maxPixels);
}

/** The same for a PNG in memory. Throws SLY_IMAGE_UNREADABLE. */
export function decodePngValues(bytes: Uint8Array, maxPixels = MAX_DECODED_PIXELS): ValueImage {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const header = readPngHeader(png);
    if (header === undefined) throw new Error('the header is missing');
    if (header.width === 0 || header.height === 0) throw new Error('there are no pixels');
    if (header.width * header.height > maxPixels) throw new Error('there are too many pixels');
    return header.interlaced || !DEPTHS.has(header.depth) ? decodeAny(png, header) : decodeRows(png, header);
  } catch (error) {
    const detail = error instanceof SlyError ? error.detail : (error as Error).message;
    throw unreadable(`expected a PNG that can be decoded, got one where ${detail}`, error);
  }
}

const DEPTHS = new Set([1, 2, 4, 8, 16]);

/** Rows in order, which nearly all are: native inflate, no copies but the one without filter bytes. */
function decodeRows(png: Buffer, header: PngHeader): ValueImage {
  const { width, height, depth, colorType } = header;
  const chunks = readPngChunks(png);
  const raw = inflatePng(chunks.data, header);
  unfilterPng(raw, header);
  const stride = pngStride(header);
  const packed = withoutFilters(raw, stride, height);
  const channels = PNG_CHANNELS[colorType] ?? 1;
  const data =
    depth === 8
      ? packed
      : depth === 16
        ? bigEndian(packed)
        : unpackBits(packed, width * channels, height, depth);
  const image: ValueImage = { width, height, channels, data };
  return colorType === 3 ? { ...image, palette: paletteOf(chunks) } : image;
}

/** Over itself: the rows only move towards the front. */
function withoutFilters(raw: Buffer, stride: number, height: number): Uint8Array {
  const bytes = new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let y = 0, to = 0, from = 1; y < height; y++, to += stride, from += stride + 1)
    bytes.copyWithin(to, from, from + stride);
  return bytes.subarray(0, stride * height);
}

function bigEndian(bytes: Uint8Array): Uint16Array {
  const values = new Uint16Array(bytes.length >> 1);
  for (let i = 0, at = 0; i < values.length; i++, at += 2)
    values[i] = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return values;
}

function paletteOf({ palette, transparency }: PngChunks): number[][] {
  if (palette === undefined) throw new Error('the palette is missing');
  const colours: number[][] = [];
  for (let at = 0; at + 3 <= palette.length; at += 3) {
    const rgb = [palette[at] as number, palette[at + 1] as number, palette[at + 2] as number];
    colours.push(transparency === undefined ? rgb : [...rgb, transparency[colours.length] ?? 255]);
  }
  return colours;
}

function decodeAny(png: Buffer, header: PngHeader): ValueImage {
  // The decoder inflates without a bound of its own, so this asks first how much there is.
  inflatePng(readPngChunks(png).data, header);
  const { width, height, channels, depth, palette, data } = decodeAnyPng(png);
  const image: ValueImage = {
    width,
    height,
    channels,
    data:
      depth < 8
        ? unpackBits(data as Uint8Array, width * channels, height, depth)
        : (data as Uint8Array | Uint16Array),
  };
  return palette === undefined ? image : { ...image, palette };
}

async function readThroughSharp(file: string, maxPixels: number): Promise<ValueImage> {
  const sharp = await loadSharp();
  try {
    const picture = sharp(file, { limitInputPixels: maxPixels, failOn: 'error' });
    const { depth, channels } = await picture.metadata();
    // Without the conversion 16 bits silently become 8.
    const raw =
      depth === 'ushort'
        ? picture.toColourspace(channels === 1 ? 'grey16' : 'rgb16').raw({ depth: 'ushort' })
        : picture.raw();
    const { data, info } = await raw.toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const values =
      depth === 'ushort'
        ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
        : new Uint8Array(data);
    return { width, height, channels: info.channels, data: values };
  } catch (error) {
    throw unreadable((error as Error).message, error);
  }
}

/** Rows start at whole bytes, the first pixel in the highest bits. */
function unpackBits(packed: Uint8Array, perRow: number, height: number, depth: number): Uint8Array {
  const stride = Math.ceil((perRow * depth) / 8);
  if (packed.length !== stride * height) return packed;
  const values = new Uint8Array(perRow * height);
  const perByte = 8 / depth;
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < perRow; x++) {
      const byte = packed[y * stride + Math.floor(x / perByte)] as number;
      values[y * perRow + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & mask;
    }
  }
  return values;
}

/** One number a pixel: `0xRRGGBB`, palettes looked up, alpha ignored; of 16-bit channels the high byte. */
export function toColours(image: ValueImage): Uint32Array {
  const { data, channels, palette } = image;
  const count = image.width * image.height;
  const colours = new Uint32Array(count);
  const shift = data instanceof Uint16Array ? 8 : 0;
  if (palette !== undefined) {
    const table = palette.map(([r = 0, g = 0, b = 0]) => (r << 16) | (g << 8) | b);
    for (let i = 0; i < count; i++) colours[i] = table[data[i] as number] ?? 0;
  } else if (channels < 3) {
    for (let i = 0; i < count; i++) colours[i] = ((data[i * channels] as number) >> shift) * 0x010101;
  } else {
    for (let i = 0, at = 0; i < count; i++, at += channels) {
      const [r, g, b] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
      colours[i] = ((r >> shift) << 16) | ((g >> shift) << 8) | (b >> shift);
    }
  }
  return colours;
}

/** One number a pixel: the first channel (or the palette index). No copy where there is only one. */
export function toValues(image: ValueImage): Uint8Array | Uint16Array {
  const { data, channels } = image;
  if (channels === 1) return data;
  const count = image.width * image.height;
  const values = data instanceof Uint16Array ? new Uint16Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) values[i] = data[i * channels] as number;
  return values;
}

function unreadable(detail: string, cause: unknown): SlyError {
  return new SlyError('SLY_IMAGE_UNREADABLE', { detail, cause });
}
