/** A PNG around pixels that are deflated already. */
import { crc32 } from 'node:zlib';
import { IDAT, IEND, IHDR, PNG_SIGNATURE } from './png-rows.ts';

export interface PngShape {
  width: number;
  height: number;
  /** Bits of one number. */
  depth: 1 | 8 | 16;
  /** 0 grey, 2 RGB, 3 indexed. */
  colorType: 0 | 2 | 3;
}

/** `deflated`: zlib data of all rows, each with its filter byte. `chunks` come between header and pixels. */
export function pngFile(shape: PngShape, deflated: Uint8Array, chunks: readonly Buffer[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(shape.width, 0);
  header.writeUInt32BE(shape.height, 4);
  header[8] = shape.depth;
  header[9] = shape.colorType;
  return Buffer.concat([PNG_SIGNATURE, pngChunk(IHDR, header), ...chunks, pngChunk(IDAT, deflated), END]);
}

/** Length, type, body, checksum. */
export function pngChunk(type: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(12 + body.length);
  bytes.writeUInt32BE(body.length, 0);
  bytes.writeUInt32BE(type, 4);
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + body.length)), 8 + body.length);
  return bytes;
}

const END = pngChunk(IEND, new Uint8Array(0));
