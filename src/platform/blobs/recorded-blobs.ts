/**
 * A BlobStore that keeps the table of blobs in step: whatever is stored has its row before the caller hears of
 * it, with kind and size in pixels read from the first bytes. A row that a crash left out is made when
 * somebody asks whether the blob is there. Nothing is deleted between the moment a caller learns that a blob is
 * stored and the row that says so. Works over any backend.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { Sha256 } from '../../lib/hash.ts';
import { createLimit } from '../../lib/limit.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { BlobFacts, BlobRecords } from '../store/repositories/blobs.ts';
import { HEAD_BYTES, pictureFacts } from './picture-facts.ts';
import { createSharedLock } from './shared-lock.ts';

const READS_AT_ONCE = 8;
const FACTS_AT_ONCE = 64;

export function recordBlobs<Store extends BlobStore>(blobs: Store, records: BlobRecords): Store {
  async function factsOf(sha256: Sha256): Promise<BlobFacts | undefined> {
    const size = await blobs.size(sha256);
    if (size === undefined) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of await blobs.open(sha256, { start: 0, end: Math.min(size, HEAD_BYTES) }))
      chunks.push(chunk as Uint8Array);
    return { sha256, size, ...pictureFacts(Buffer.concat(chunks)) };
  }

  /** Makes the rows that are missing for blobs that are stored. */
  async function recordStored(hashes: readonly Sha256[]): Promise<void> {
    const unknown = await records.unknown(hashes);
    if (unknown.length === 0) return;
    const limit = createLimit(READS_AT_ONCE);
    const facts = await Promise.all(unknown.map((sha256) => limit(() => factsOf(sha256))));
    await records.put(facts.filter((one) => one !== undefined));
  }

  async function recordBytes(stored: readonly { sha256: Sha256; bytes: Uint8Array }[]): Promise<void> {
    const facts: BlobFacts[] = [];
    for (const { sha256, bytes } of stored) {
      facts.push({ sha256, size: bytes.length, ...pictureFacts(bytes) });
      if (facts.length % FACTS_AT_ONCE === 0) await yieldToLoop();
    }
    await records.put(facts);
  }

  const lock = createSharedLock();

  return {
    ...blobs,
    missing: (hashes) =>
      lock.shared(async () => {
        const missing = await blobs.missing(hashes);
        const absent = new Set(missing);
        await recordStored([...new Set(hashes)].filter((one) => !absent.has(one)));
        return missing;
      }),
    put: (sha256, bytes) =>
      lock.shared(async () => {
        await blobs.put(sha256, bytes);
        await recordBytes([{ sha256, bytes }]);
      }),
    putMany: (many) =>
      lock.shared(async () => {
        const mismatched = await blobs.putMany(many);
        const bad = new Set(mismatched);
        await recordBytes(many.filter(({ sha256 }) => !bad.has(sha256)));
        return mismatched;
      }),
    batch() {
      const batch = blobs.batch();
      const facts: BlobFacts[] = [];
      return {
        ...batch,
        async add(bytes) {
          const sha256 = await batch.add(bytes);
          facts.push({ sha256, size: bytes.length, ...pictureFacts(bytes) });
          return sha256;
        },
        commit: () =>
          lock.shared(async () => {
            await batch.commit();
            await records.put(facts);
          }),
      };
    },
    // A stream may take hours: it holds up nobody.
    async putStream(body) {
      const stored = await blobs.putStream(body);
      await lock.shared(() => recordStored([stored.sha256]));
      return stored;
    },
    completeUpload: (uploadId, expected) =>
      lock.shared(async () => {
        await blobs.completeUpload(uploadId, expected);
        await recordStored([expected.sha256]);
      }),
    // The row goes first: it stays while anything names the blob.
    delete: (hashes) => lock.alone(async () => blobs.delete(await records.remove(hashes))),
  };
}
