/**
 * The PNGs masks are stored in. Writing: 1-bit indexed (mask) and 8-bit grey (alpha mask), the two forms the
 * format knows. Reading: any PNG. What masks are made of (one channel, not interlaced) is read here, about
 * ten times as fast as a general decoder does it; fast-png reads the rest. Nothing is inflated beyond what
 * the header promises.
 */
import { constants, deflateSync } from 'node:zlib';
import { decodeAnyPng } from './any-png.ts';
import { pngChunk, pngFile } from './png-file.ts';
import {
  broken,
  inflatePng,
  PLTE,
  PNG_CHANNELS,
  type PngChunks,
  type PngHeader,
  pngStride,
  readPngChunks,
  TRNS,
  unfilterPng,
} from './png-rows.ts';

export { PNG_HEADER_BYTES, type PngHeader, readPngHeader } from './png-rows.ts';

/** `rows`: per row a filter byte 0 and the packed pixels, most significant bit first. */
export function writeIndexedPng(width: number, height: number, rows: Buffer): Buffer {
  return pngFile({ width, height, depth: 1, colorType: 3 }, deflateRows(rows), [PALETTE, TRANSPARENT_INDEX]);
}

/** `rows`: per row a filter byte 0 and one byte a pixel. */
export function writeGreyPng(width: number, height: number, rows: Buffer): Buffer {
  return pngFile({ width, height, depth: 8, colorType: 0 }, deflateRows(rows), [TRANSPARENT_GREY]);
}

/**
 * One value a pixel: for a mask 0 or 1, for an alpha mask 0..255 (16-bit values lose their low byte).
 * `alphaDecides`: where a PNG has alpha, alpha alone says what is set; else any channel that is not 0.
 */
export function readPngValues(
  png: Buffer,
  header: PngHeader,
  what: { kind: 'mask'; alphaDecides: boolean } | { kind: 'grey' },
): Uint8Array {
  const simple = !header.interlaced && PNG_CHANNELS[header.colorType] === 1 && header.depth <= 8;
  const chunks = readPngChunks(png);
  if (simple) {
    const table = valueTable(header, chunks, what);
    return readSingleChannel(inflatePng(chunks.data, header), header, table);
  }
  return readAnyPng(png, header, chunks, what);
}

/** Raw value of a pixel -> what is returned for it. */
function valueTable(
  header: PngHeader,
  { palette, transparency }: PngChunks,
  what: { kind: 'mask'; alphaDecides: boolean } | { kind: 'grey' },
): Uint8Array {
  const table = new Uint8Array(256);
  const count = 1 << header.depth;
  for (let value = 0; value < count; value++) {
    if (header.colorType === 0) {
      table[value] = what.kind === 'mask' ? +(value !== 0) : Math.round((value * 255) / (count - 1));
      continue;
    }
    if (palette === undefined) throw broken('a palette', 'an indexed PNG without one');
    const red = palette[3 * value] ?? 0;
    const green = palette[3 * value + 1] ?? 0;
    const blue = palette[3 * value + 2] ?? 0;
    const known = 3 * value < palette.length;
    const alpha = known ? (transparency?.[value] ?? 255) : 0;
    if (what.kind === 'grey') table[value] = luma(red, green, blue);
    else if (transparency !== undefined && what.alphaDecides) table[value] = +(alpha !== 0);
    else table[value] = +((red | green | blue | (transparency === undefined ? 0 : alpha)) !== 0);
  }
  return table;
}

function readSingleChannel(raw: Buffer, header: PngHeader, table: Uint8Array): Uint8Array {
  const { width, height, depth } = header;
  const stride = pngStride(header);
  unfilterPng(raw, header);
  // Most masks have background 0 and foreground 1: only what is set has to be written.
  const values = new Uint8Array(width * height);
  const zero = table[0] === 0;
  const perByte = 8 / depth;
  const bits = (1 << depth) - 1;
  for (let y = 0, at = 0, row = 0; y < height; y++, at += stride + 1, row += width) {
    for (let i = 0, x = 0; i < stride; i++, x += perByte) {
      const byte = raw[at + 1 + i] ?? 0;
      if (byte === 0 && zero) continue;
      const count = Math.min(perByte, width - x);
      if (byte === 0xff && depth === 1) {
        values.fill(table[1] as number, row + x, row + x + count);
        continue;
      }
      for (let n = 0, shift = 8 - depth; n < count; n++, shift -= depth)
        values[row + x + n] = table[(byte >> shift) & bits] ?? 0;
    }
  }
  return values;
}

function readAnyPng(
  png: Buffer,
  header: PngHeader,
  chunks: PngChunks,
  what: { kind: 'mask'; alphaDecides: boolean } | { kind: 'grey' },
): Uint8Array {
  if (header.interlaced && header.depth < 8)
    throw broken('rows in order', 'an interlaced PNG of less than 8 bits a pixel');
  // fast-png inflates without a bound of its own, so this asks first how much there is.
  inflatePng(chunks.data, header);
  const { data, depth, channels } = decodeAnyPng(png);
  const { width, height } = header;
  const shift = depth === 16 ? 8 : 0;
  const values = new Uint8Array(width * height);
  if (channels === 1 && header.colorType === 3) {
    const table = valueTable(header, chunks, what);
    return values.map((_, i) => table[data[i] ?? 0] ?? 0);
  }
  const transparent = transparentColor(chunks.transparency, channels);
  const hasAlpha = channels === 2 || channels === 4 || (transparent !== undefined && channels === 3);
  const alphaDecides = what.kind === 'mask' && what.alphaDecides && hasAlpha;
  for (let i = 0; i < values.length; i++) {
    const at = i * channels;
    const first = data[at] ?? 0;
    if (what.kind === 'grey') {
      const rgb = channels > 2 ? luma(first, data[at + 1] ?? 0, data[at + 2] ?? 0) : first;
      values[i] = rgb >> shift;
    } else if (alphaDecides && transparent === undefined) {
      values[i] = +((data[at + channels - 1] ?? 0) !== 0);
    } else if (alphaDecides && transparent !== undefined) {
      values[i] = +!transparent.every((value, channel) => data[at + channel] === value);
    } else {
      let any = 0;
      for (let channel = 0; channel < channels; channel++) any |= data[at + channel] ?? 0;
      values[i] = +(any !== 0);
    }
  }
  return values;
}

/** The colour a tRNS chunk makes transparent in an RGB picture. */
function transparentColor(chunk: Buffer | undefined, channels: number): number[] | undefined {
  if (chunk === undefined || channels !== 3 || chunk.length < 6) return undefined;
  return [chunk.readUInt16BE(0), chunk.readUInt16BE(2), chunk.readUInt16BE(4)];
}

const luma = (red: number, green: number, blue: number): number =>
  Math.round(0.299 * red + 0.587 * green + 0.114 * blue);

/** From here on the usual level takes most of the time of writing a mask. Level 4 halves it for 10 % more bytes. */
const LARGE_ROWS = 2048;
const LARGE_LEVEL = 4;

function deflateRows(rows: Buffer): Buffer {
  return deflate(rows, rows.length > LARGE_ROWS ? LARGE_LEVEL : undefined);
}

/** zlib with its usual settings, or another level; small output buffers, because most masks are small. */
export function deflate(bytes: Buffer, level: number = constants.Z_DEFAULT_COMPRESSION): Buffer {
  return deflateSync(bytes, { level, chunkSize: chunkFor(bytes.length + 64) });
}

export function chunkFor(bytes: number): number {
  return Math.max(constants.Z_MIN_CHUNK, Math.min(64 << 10, bytes));
}

const PALETTE = pngChunk(PLTE, Buffer.from([0, 0, 0, 255, 255, 255]));
const TRANSPARENT_INDEX = pngChunk(TRNS, Buffer.from([0]));
const TRANSPARENT_GREY = pngChunk(TRNS, Buffer.from([0, 0]));
