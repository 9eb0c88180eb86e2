/** A blob store in memory that keeps the database's rows of blobs in step, for tests that need no disk. */
import { Readable } from 'node:stream';
import { imageSize } from 'image-size';
import { SlyError } from '../../src/lib/errors.ts';
import { sha256Of } from '../../src/lib/hash.ts';
import type { BlobStore } from '../../src/platform/ports/blobs.ts';
import type { BlobRecords } from '../../src/platform/store/repositories/blobs.ts';

export function createMemoryBlobs(records: BlobRecords): BlobStore {
  const blobs = new Map<string, Buffer>();
  async function put(many: readonly Uint8Array[]): Promise<string[]> {
    const facts = many.map((bytes) => ({
      sha256: sha256Of(bytes),
      size: bytes.length,
      ...pictureFacts(bytes),
    }));
    for (const [at, { sha256 }] of facts.entries()) blobs.set(sha256, Buffer.from(many[at] ?? []));
    await records.put(facts);
    return facts.map((one) => one.sha256);
  }
  const refuse = async (): Promise<never> => {
    throw new Error('not part of this test');
  };
  return {
    missing: async (hashes) => hashes.filter((one) => !blobs.has(one)),
    put: async (_sha256, bytes) => void (await put([bytes])),
    putMany: async (many) => {
      const stored = await put(many.map((one) => one.bytes));
      return many.map((one) => one.sha256).filter((one) => !stored.includes(one));
    },
    batch: () => {
      let added: Buffer[] = [];
      return {
        add: async (bytes) => {
          added.push(Buffer.from(bytes));
          return sha256Of(bytes);
        },
        commit: async () => void (await put(added)),
        abort: async () => {
          added = [];
        },
      };
    },
    putStream: async (body) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(Buffer.from(chunk));
      const bytes = Buffer.concat(chunks);
      const [sha256 = ''] = await put([bytes]);
      return { sha256, size: bytes.length };
    },
    size: async (sha256) => blobs.get(sha256)?.length,
    readInto: async (sha256, into, start = 0) => {
      const bytes = blobs.get(sha256);
      if (bytes === undefined) throw new SlyError('SLY_NOT_FOUND', { detail: `blob ${sha256}` });
      into.set(bytes.subarray(start, start + into.length));
    },
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

function pictureFacts(bytes: Uint8Array): {
  mime: string | null;
  width: number | null;
  height: number | null;
} {
  if (bytes.length < 12) return { mime: null, width: null, height: null };
  try {
    const { type, width, height } = imageSize(bytes);
    return { mime: type === 'svg' ? 'image/svg+xml' : `image/${type}`, width, height };
  } catch {
    return { mime: null, width: null, height: null };
  }
}
