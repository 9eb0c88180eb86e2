/** The bytes of a record file one after the other, whether it is stored as it is or compressed as a whole. */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createGunzip, createInflate } from 'node:zlib';
import { SlyError } from '../../src/lib/errors.ts';

export interface ByteReader {
  /** Up to `bytes` bytes, fewer only at the end. Valid until the next call. */
  take(bytes: number): Promise<Buffer>;
  close(): void;
}

export type Packing = 'none' | 'gzip' | 'zlib';

const WINDOW = 256 << 10;

/** By the first two bytes; a plain file may begin with them too, so ask for its own marks first. */
export function packingOf(head: Buffer): Packing {
  if (head.length < 2) return 'none';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return ((head[0] ?? 0) & 0x0f) === 8 && head.readUInt16BE(0) % 31 === 0 ? 'zlib' : 'none';
}

export function openPlain(absolute: string): ByteReader {
  const fd = openSync(absolute, 'r');
  const { size } = fstatSync(fd);
  const window = Buffer.allocUnsafe(WINDOW);
  /** Bytes of the file that are in the window, and where they begin. */
  let held = window.subarray(0, 0);
  let next = 0;

  function fill(into: Buffer): number {
    let got = 0;
    while (got < into.length) {
      const more = readSync(fd, into, got, into.length - got, next + got);
      if (more === 0) break;
      got += more;
    }
    next += got;
    return got;
  }

  return {
    async take(bytes) {
      if (bytes > held.length) {
        // Never more than there is: a damaged length must not take the memory it asks for.
        const wanted = Math.min(bytes, held.length + Math.max(0, size - next));
        const target = wanted <= WINDOW ? window : Buffer.allocUnsafe(wanted);
        const kept = held.copy(target, 0);
        const got = fill(target.subarray(kept));
        held = target.subarray(0, kept + got);
      }
      const taken = held.subarray(0, bytes);
      held = held.subarray(taken.length);
      return taken;
    },
    close: () => closeSync(fd),
  };
}

/** `take` throws SLY_FORMAT_INVALID when the packed bytes are damaged. */
export function openPacked(absolute: string, packing: 'gzip' | 'zlib'): ByteReader {
  const source = createReadStream(absolute, { highWaterMark: 256 << 10 });
  const unpacked = packing === 'gzip' ? createGunzip() : createInflate();
  source.on('error', (error) => unpacked.destroy(error));
  source.pipe(unpacked);
  const chunks = (unpacked as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let parts: Buffer[] = [];
  let held = 0;

  async function more(): Promise<boolean> {
    try {
      const { done, value } = await chunks.next();
      if (done === true) return false;
      parts.push(value);
      held += value.length;
      return true;
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('Z_')) throw error;
      throw new SlyError('SLY_FORMAT_INVALID', {
        detail: `expected ${packing} data to its end, got ${(error as Error).message}`,
        hint: 'The file is damaged or was not copied to its end.',
        cause: error,
      });
    }
  }

  return {
    async take(bytes) {
      while (held < bytes && (await more()));
      const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, held);
      const taken = all.subarray(0, bytes);
      const rest = all.subarray(taken.length);
      parts = rest.length === 0 ? [] : [rest];
      held = rest.length;
      return taken;
    },
    close() {
      source.destroy();
      unpacked.destroy();
    },
  };
}
