/**
 * The PNGs masks are stored in. Writing: 1-bit indexed (mask) and 8-bit grey (alpha mask), the two forms the
 * format knows. Reading: any PNG. What masks are made of (one channel, not interlaced) is read here, about
 * ten times as fast as a general decoder does it; fast-png reads the rest. Nothing is inflated beyond what
 * the header promises.
 */
import { constants, crc32, deflateSync, inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { SlyError } from '../lib/errors.ts';

export interface PngHeader {
  width: number;
  height: number;
  depth: number;
  /** 0 grey, 2 RGB, 3 indexed, 4 grey + alpha, 6 RGBA. */
  colorType: number;
  interlaced: boolean;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
export const PNG_HEADER_BYTES = 33;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The header of a PNG, or undefined when the bytes are none. Needs the first 33 bytes. */
export function readPngHeader(bytes: Buffer): PngHeader | undefined {
  if (bytes.length < PNG_HEADER_BYTES || !bytes.subarray(0, 8).equals(SIGNATURE)) return undefined;
  if (bytes.readUInt32BE(12) !== IHDR) return undefined;
  return {
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    depth: bytes.readUInt8(24),
    colorType: bytes.readUInt8(25),
    interlaced: bytes.readUInt8(28) !== 0,
  };
}

/** `rows`: per row a filter byte 0 and the packed pixels, most significant bit first. */
export function writeIndexedPng(width: number, height: number, rows: Buffer): Buffer {
  return writePng(width, height, 1, 3, [PALETTE, TRANSPARENT_INDEX], rows);
}

/** `rows`: per row a filter byte 0 and one byte a pixel. */
export function writeGreyPng(width: number, height: number, rows: Buffer): Buffer {
  return writePng(width, height, 8, 0, [TRANSPARENT_GREY], rows);
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
  const simple = !header.interlaced && CHANNELS[header.colorType] === 1 && header.depth <= 8;
  const chunks = readChunks(png);
  if (simple) {
    const table = valueTable(header, chunks, what);
    return readSingleChannel(inflateBounded(chunks.data, header), header, table);
  }
  return readAnyPng(png, header, chunks, what);
}

interface Chunks {
  palette: Buffer | undefined;
  transparency: Buffer | undefined;
  data: Buffer;
}

function readChunks(png: Buffer): Chunks {
  let palette: Buffer | undefined;
  let transparency: Buffer | undefined;
  const data: Buffer[] = [];
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.readUInt32BE(at + 4);
    const body = png.subarray(at + 8, at + 8 + length);
    if (body.length !== length) break;
    if (type === IDAT) data.push(body);
    else if (type === PLTE) palette = body;
    else if (type === TRNS) transparency = body;
    else if (type === IEND) break;
    at += 12 + length;
  }
  const [only] = data;
  if (only === undefined) throw broken('pixel data (an IDAT chunk)', 'a PNG without any');
  return { palette, transparency, data: data.length === 1 ? only : Buffer.concat(data) };
}

/** Raw value of a pixel -> what is returned for it. */
function valueTable(
  header: PngHeader,
  { palette, transparency }: Chunks,
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
  const stride = Math.ceil((width * depth) / 8);
  // Most masks have background 0 and foreground 1: only what is set has to be written.
  const values = new Uint8Array(width * height);
  const zero = table[0] === 0;
  const perByte = 8 / depth;
  const bits = (1 << depth) - 1;
  for (let y = 0, at = 0, row = 0; y < height; y++, at += stride + 1, row += width) {
    unfilter(raw, at, stride);
    for (let i = 0, x = 0; i < stride; i++, x += perByte) {
      const byte = raw[at + 1 + i] ?? 0;
      if (byte === 0 && zero) continue;
      const count = Math.min(perByte, width - x);
      for (let n = 0, shift = 8 - depth; n < count; n++, shift -= depth)
        values[row + x + n] = table[(byte >> shift) & bits] ?? 0;
    }
  }
  return values;
}

/** Undoes the filter of the row at `at` in place; pixels are at most a byte. The row above is done already. */
function unfilter(raw: Buffer, at: number, stride: number): void {
  const filter = raw[at] ?? 0;
  if (filter === 0) return;
  const start = at + 1;
  const above = at - stride;
  const up = at === 0 ? () => 0 : (i: number) => raw[above + i] ?? 0;
  for (let i = 0; i < stride; i++) {
    const left = i === 0 ? 0 : (raw[start + i - 1] ?? 0);
    const corner = i === 0 ? 0 : up(i - 1);
    let guess: number;
    if (filter === 1) guess = left;
    else if (filter === 2) guess = up(i);
    else if (filter === 3) guess = (left + up(i)) >> 1;
    else if (filter === 4) guess = paeth(left, up(i), corner);
    else throw broken('a row filter from 0 to 4', String(filter));
    raw[start + i] = ((raw[start + i] ?? 0) + guess) & 0xff;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const byLeft = Math.abs(up - corner);
  const byUp = Math.abs(left - corner);
  const byCorner = Math.abs(left + up - 2 * corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

function readAnyPng(
  png: Buffer,
  header: PngHeader,
  chunks: Chunks,
  what: { kind: 'mask'; alphaDecides: boolean } | { kind: 'grey' },
): Uint8Array {
  if (header.interlaced && header.depth < 8)
    throw broken('rows in order', 'an interlaced PNG of less than 8 bits a pixel');
  // fast-png inflates without a bound of its own, so this asks first how much there is.
  inflateBounded(chunks.data, header);
  const { data, depth, channels } = decode(png);
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

function inflateBounded(data: Buffer, header: PngHeader): Buffer {
  const channels = CHANNELS[header.colorType];
  if (channels === undefined) throw broken('a PNG colour type', String(header.colorType));
  const row = Math.ceil((header.width * header.depth * channels) / 8) + 1;
  // Each of the seven passes of an interlaced picture has its own rows.
  const expected = row * header.height + (header.interlaced ? 8 * (header.height + row) : 0);
  let raw: Buffer;
  try {
    raw = inflateSync(data, { maxOutputLength: expected, chunkSize: chunkFor(expected) });
  } catch (error) {
    throw broken(`${expected} bytes of pixels`, `data that does not inflate (${(error as Error).message})`);
  }
  if (!header.interlaced && raw.length < expected)
    throw broken(`${expected} bytes of pixels`, `${raw.length}`);
  return raw;
}

function writePng(
  width: number,
  height: number,
  depth: number,
  colorType: number,
  chunks: readonly Buffer[],
  rows: Buffer,
): Buffer {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13, 0);
  header.writeUInt32BE(IHDR, 4);
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  header[16] = depth;
  header[17] = colorType;
  header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
  const data = deflate(rows);
  const pixels = Buffer.allocUnsafe(12 + data.length);
  pixels.writeUInt32BE(data.length, 0);
  pixels.writeUInt32BE(IDAT, 4);
  data.copy(pixels, 8);
  pixels.writeUInt32BE(crc32(pixels.subarray(4, 8 + data.length)), 8 + data.length);
  return Buffer.concat([SIGNATURE, header, ...chunks, pixels, END]);
}

/** zlib with its usual settings; small output buffers, because most masks are small. */
export function deflate(bytes: Buffer): Buffer {
  return deflateSync(bytes, { chunkSize: chunkFor(bytes.length + 64) });
}

export function chunkFor(bytes: number): number {
  return Math.max(constants.Z_MIN_CHUNK, Math.min(64 << 10, bytes));
}

function chunk(type: number, body: readonly number[]): Buffer {
  const bytes = Buffer.alloc(12 + body.length);
  bytes.writeUInt32BE(body.length, 0);
  bytes.writeUInt32BE(type, 4);
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + body.length)), 8 + body.length);
  return bytes;
}

function broken(expected: string, got: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail: `a mask: expected ${expected}, got ${got}` });
}

const IHDR = 0x49484452;
const PLTE = 0x504c5445;
const TRNS = 0x74524e53;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const PALETTE = chunk(PLTE, [0, 0, 0, 255, 255, 255]);
const TRANSPARENT_INDEX = chunk(TRNS, [0]);
const TRANSPARENT_GREY = chunk(TRNS, [0, 0]);
const END = chunk(IEND, []);
