/** Writes records into an entry of the archive: frame, checksums, and the picture's bytes from where they are. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { SlyError } from '../../src/lib/errors.ts';
import type { ArchiveWriter } from '../../src/plugin-kit/plugin.ts';
import { type Crc32c, maskedCrc } from './crc32c.ts';
import { encodeFeature, exampleHead, featureHead } from './example-writer.ts';
import { IMAGE } from './features.ts';

/** Where the bytes of a picture come from. */
export type PictureBytes = { absolute: string; size: number } | { bytes: Uint8Array };

export interface RecordWriter {
  /** `features` are entries of the map; the picture and its SHA-256 are added to them. */
  write(features: Uint8Array, picture: PictureBytes | undefined): Promise<void>;
  end(): Promise<void>;
}

const CHUNK = 1 << 20;
const HASH_LENGTH = 64;

export async function openRecordFile(
  archive: ArchiveWriter,
  path: string,
  crc: Crc32c,
): Promise<RecordWriter> {
  const entry = await archive.open(path);
  return {
    async write(features, picture) {
      const size = picture === undefined ? 0 : sizeOf(picture);
      const head = picture === undefined ? Buffer.alloc(0) : featureHead(IMAGE.encoded, size);
      // The hash has a known length, so the length of the record is known before the picture is read.
      const tailSize = picture === undefined ? 0 : hashFeature('0'.repeat(HASH_LENGTH)).length;
      const body = features.length + head.length + size + tailSize;
      const start = Buffer.concat([exampleHead(body), features, head]);
      await entry.write(frameHead(start.length + size + tailSize, crc));
      crc.start();
      crc.add(start);
      await entry.write(start);
      if (picture !== undefined) {
        const hash = createHash('sha256');
        for (const piece of pieces(picture)) {
          crc.add(piece);
          hash.update(piece);
          await entry.write(piece);
        }
        const tail = hashFeature(hash.digest('hex'));
        crc.add(tail);
        await entry.write(tail);
      }
      await entry.write(uint32(crc.masked()));
    },
    end: () => entry.end(),
  };
}

function frameHead(length: number, crc: Crc32c): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([bytes, uint32(maskedCrc(crc, bytes))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const hashFeature = (hex: string): Buffer => encodeFeature(IMAGE.sha256, { bytes: [hex] });
const sizeOf = (picture: PictureBytes): number => ('bytes' in picture ? picture.bytes.length : picture.size);

function* pieces(picture: PictureBytes): Generator<Uint8Array> {
  if ('bytes' in picture) {
    for (let at = 0; at < picture.bytes.length; at += CHUNK) yield picture.bytes.subarray(at, at + CHUNK);
    return;
  }
  const fd = openSync(picture.absolute, 'r');
  try {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, picture.size));
    for (let at = 0; at < picture.size; ) {
      const got = readSync(fd, chunk, 0, Math.min(chunk.length, picture.size - at), at);
      if (got === 0)
        throw new SlyError('SLY_SOURCE_CHANGED', {
          detail: `expected ${picture.size} bytes in a picture of the project, got ${at}`,
        });
      yield chunk.subarray(0, got);
      at += got;
    }
  } finally {
    closeSync(fd);
  }
}
