/** Black pictures in place of those an annotation belongs to and that are not there: one bit a pixel, one file a size. */
import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';

/** Pixels; more are not made. */
const MAX_PIXELS = 256e6;

export interface BlankPictures {
  /** Path below `results/` of a picture of that size; undefined when it would be too large. */
  of(size: { width: number; height: number }): string | undefined;
}

export function createBlankPictures(project: Pick<ProjectWriter, 'resultFile'>): BlankPictures {
  const made = new Map<string, string>();
  return {
    of({ width, height }) {
      if (width * height > MAX_PIXELS) return undefined;
      const key = `${width} ${height}`;
      let result = made.get(key);
      if (result === undefined) {
        const file = project.resultFile('blank.png');
        writeFileSync(file.absolute, blankPng(width, height));
        result = file.result;
        made.set(key, result);
      }
      return result;
    },
  };
}

function blankPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
