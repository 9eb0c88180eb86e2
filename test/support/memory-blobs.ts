/** A blob store in memory, for tests without a disk. */
import { Readable } from 'node:stream';
import { SlyError } from '../../src/lib/errors.ts';
import { sha256Of } from '../../src/lib/hash.ts';
import type { BlobStore } from '../../src/platform/ports.ts';

export function createMemoryBlobs(): BlobStore & { largest(): number } {
  const blobs = new Map<string, Buffer>();
  let largest = 0;
  const put = (bytes: Uint8Array): string => {
    const sha256 = sha256Of(bytes);
    blobs.set(sha256, Buffer.from(bytes));
    return sha256;
  };
  const refuse = async (): Promise<never> => {
    throw new Error('not part of this test');
  };
  return {
    largest: () => largest,
    missing: async (hashes) => hashes.filter((one) => !blobs.has(one)),
    put: async (_sha256, bytes) => void put(bytes),
    putMany: async (many) =>
      many.filter(({ sha256, bytes }) => put(bytes) !== sha256).map((one) => one.sha256),
    putStream: async (body) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) {
        chunks.push(chunk);
        largest = Math.max(largest, chunk.length);
      }
      const bytes = Buffer.concat(chunks);
      return { sha256: put(bytes), size: bytes.length };
    },
    size: async (sha256) => blobs.get(sha256)?.length,
    open: async (sha256, range) => {
      const bytes = blobs.get(sha256);
      if (bytes === undefined) throw new SlyError('SLY_NOT_FOUND', { detail: `blob ${sha256}` });
      return Readable.from([range === undefined ? bytes : bytes.subarray(range.start, range.end)], {
        objectMode: false,
      });
    },
    beginUpload: refuse,
    putPart: refuse,
    completeUpload: refuse,
    abortUpload: refuse,
    delete: async (hashes) => {
      for (const hash of hashes) blobs.delete(hash);
    },
  };
}
