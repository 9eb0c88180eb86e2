/** What every BlobStore must do, whatever it keeps its bytes in. */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../src/lib/hash.ts';
import type { BlobStore } from '../../../src/platform/ports/blobs.ts';

export interface BlobStoreUnderTest {
  blobs: BlobStore;
  /** The same storage seen by a new process. */
  reopen(): Promise<BlobStore>;
}

export async function* streamOf(bytes: Uint8Array, piece = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

export async function readBlob(
  blobs: BlobStore,
  sha256: string,
  range?: { start: number; end: number },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await blobs.open(sha256, range)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const code = (name: string) => expect.objectContaining({ code: name });

/** `make` gives a fresh, empty store for each test. */
export function blobStoreSuite(name: string, make: () => Promise<BlobStoreUnderTest>): void {
  /** Sends the parts of `bytes` that are named; all when none is. */
  async function sendParts(blobs: BlobStore, uploadName: string, bytes: Buffer, only?: readonly number[]) {
    const upload = await blobs.beginUpload(uploadName);
    const count = Math.ceil(bytes.length / upload.partSize);
    for (let part = 0; part < count; part++) {
      if (only !== undefined && !only.includes(part)) continue;
      const piece = bytes.subarray(part * upload.partSize, (part + 1) * upload.partSize);
      await blobs.putPart(upload.uploadId, part, streamOf(piece), crc32(piece));
    }
    return { ...upload, count };
  }

  /** More than two parts, the last one short. */
  async function threeParts(blobs: BlobStore): Promise<Buffer> {
    const { partSize, uploadId } = await blobs.beginUpload('how large is a part');
    await blobs.abortUpload(uploadId);
    return randomBytes(partSize * 2 + 1234);
  }

  describe(`blob store: ${name}`, () => {
    it('gives back what was put, whole and by ranges, also after a restart', async () => {
      const { blobs, reopen } = await make();
      const bytes = randomBytes(300_000);
      const sha256 = sha256Of(bytes);
      expect(await blobs.missing([sha256])).toEqual([sha256]);
      expect(await blobs.size(sha256)).toBeUndefined();
      await blobs.put(sha256, bytes);
      await blobs.put(sha256, bytes);
      for (const store of [blobs, await reopen()]) {
        expect(await store.missing([sha256])).toEqual([]);
        expect(await store.size(sha256)).toBe(bytes.length);
        expect((await readBlob(store, sha256)).equals(bytes)).toBe(true);
        expect((await readBlob(store, sha256, { start: 10, end: 20 })).equals(bytes.subarray(10, 20))).toBe(
          true,
        );
        expect(
          (await readBlob(store, sha256, { start: 299_990, end: 999_999 })).equals(bytes.subarray(-10)),
        ).toBe(true);
        expect(await readBlob(store, sha256, { start: 5, end: 5 })).toHaveLength(0);
      }
    });

    it('refuses bytes of another hash and keeps nothing of them', async () => {
      const { blobs } = await make();
      const claimed = sha256Of(Buffer.from('a'));
      await expect(blobs.put(claimed, Buffer.from('b'))).rejects.toEqual(code('SLY_HASH_MISMATCH'));
      expect(await blobs.missing([claimed])).toEqual([claimed]);
      await expect(blobs.open(claimed)).rejects.toEqual(code('SLY_NOT_FOUND'));
    });

    it('never takes a hash for a path', async () => {
      const { blobs } = await make();
      await expect(blobs.open('../../../etc/passwd')).rejects.toEqual(code('SLY_BAD_MESSAGE'));
      await expect(blobs.put('..', Buffer.from('x'))).rejects.toEqual(code('SLY_BAD_MESSAGE'));
    });

    it('stores many at once and names the ones whose hash is wrong', async () => {
      const { blobs } = await make();
      const many = Array.from({ length: 300 }, (_, at) => {
        const bytes = at % 50 === 0 ? randomBytes(200_000) : Buffer.from(`blob ${at}`);
        return { sha256: sha256Of(bytes), bytes };
      });
      const bad = { sha256: sha256Of(Buffer.from('what was meant')), bytes: Buffer.from('what came') };
      const twice = many[7]!;
      expect(await blobs.putMany([...many, bad, twice])).toEqual([bad.sha256]);
      expect(await blobs.missing([...many.map((one) => one.sha256), bad.sha256])).toEqual([bad.sha256]);
      for (const one of [many[0]!, many[299]!])
        expect((await readBlob(blobs, one.sha256)).equals(one.bytes)).toBe(true);
    });

    it('stores the empty blob', async () => {
      const { blobs } = await make();
      const sha256 = sha256Of(Buffer.alloc(0));
      await blobs.put(sha256, Buffer.alloc(0));
      expect(await blobs.size(sha256)).toBe(0);
      expect(await readBlob(blobs, sha256)).toHaveLength(0);
    });

    it('stores a stream of unknown size; one that breaks leaves nothing', async () => {
      const { blobs } = await make();
      const bytes = randomBytes(3_000_000);
      expect(await blobs.putStream(streamOf(bytes))).toEqual({ sha256: sha256Of(bytes), size: bytes.length });
      expect((await readBlob(blobs, sha256Of(bytes))).equals(bytes)).toBe(true);
      const half = bytes.subarray(0, 1_000_000);
      async function* broken() {
        yield* streamOf(half);
        throw new Error('the sender is gone');
      }
      await expect(blobs.putStream(broken())).rejects.toThrow('the sender is gone');
      expect(await blobs.missing([sha256Of(half)])).toHaveLength(1);
    });

    it('makes a batch of blobs there together; the memory they come in is the same for all', async () => {
      const { blobs } = await make();
      const many = Array.from({ length: 100 }, (_, at) => randomBytes(at * 40));
      const memory = Buffer.alloc(100 * 40);
      const batch = blobs.batch();
      for (const bytes of [...many, many[3]!]) {
        bytes.copy(memory);
        expect(await batch.add(memory.subarray(0, bytes.length))).toBe(sha256Of(bytes));
      }
      const hashes = many.map(sha256Of);
      expect(await blobs.missing(hashes)).toEqual(hashes);
      await batch.commit();
      expect(await blobs.missing(hashes)).toEqual([]);
      for (const bytes of many) expect((await readBlob(blobs, sha256Of(bytes))).equals(bytes)).toBe(true);
    });

    it('keeps nothing of a batch that is given up', async () => {
      const { blobs } = await make();
      const bytes = randomBytes(1000);
      const batch = blobs.batch();
      const sha256 = await batch.add(bytes);
      await batch.abort();
      await batch.abort();
      expect(await blobs.missing([sha256])).toEqual([sha256]);
      await blobs.batch().commit();
    });

    it('lets batches share blobs, whichever ends first and however', async () => {
      const { blobs } = await make();
      const many = Array.from({ length: 20 }, () => randomBytes(5000));
      const batches = [blobs.batch(), blobs.batch(), blobs.batch()] as const;
      await Promise.all(
        batches.map(async (batch) => {
          for (const bytes of many) await batch.add(bytes);
        }),
      );
      await Promise.all([batches[0].commit(), batches[1].commit(), batches[2].abort()]);
      for (const bytes of many) expect((await readBlob(blobs, sha256Of(bytes))).equals(bytes)).toBe(true);
    });

    it('reads into the memory it is given', async () => {
      const { blobs } = await make();
      const bytes = randomBytes(10_000);
      const sha256 = sha256Of(bytes);
      await blobs.put(sha256, bytes);
      const memory = Buffer.alloc(200, 7);
      await blobs.readInto(sha256, memory.subarray(50, 150), 9000);
      expect(memory.subarray(50, 150).equals(bytes.subarray(9000, 9100))).toBe(true);
      expect([memory[49], memory[150]]).toEqual([7, 7]);
      await expect(blobs.readInto(sha256, memory, 9900)).rejects.toThrow('expected 200 bytes from 9900');
      const missing = sha256Of(Buffer.from('nobody'));
      await expect(blobs.readInto(missing, memory)).rejects.toEqual(code('SLY_NOT_FOUND'));
    });

    it('deletes, and a missing one is no error', async () => {
      const { blobs } = await make();
      const bytes = Buffer.from('short life');
      await blobs.put(sha256Of(bytes), bytes);
      await blobs.delete([sha256Of(bytes), sha256Of(Buffer.from('never there'))]);
      expect(await blobs.size(sha256Of(bytes))).toBeUndefined();
      await blobs.put(sha256Of(bytes), bytes);
      expect((await readBlob(blobs, sha256Of(bytes))).equals(bytes)).toBe(true);
    });

    it('assembles an upload from parts in any order', async () => {
      const { blobs } = await make();
      const bytes = await threeParts(blobs);
      const expected = { sha256: sha256Of(bytes), size: bytes.length };
      const { uploadId } = await sendParts(blobs, 'u', bytes, [2]);
      await sendParts(blobs, 'u', bytes, [0, 1]);
      await blobs.completeUpload(uploadId, expected);
      await blobs.completeUpload(uploadId, expected);
      expect((await readBlob(blobs, expected.sha256)).equals(bytes)).toBe(true);
      expect((await blobs.beginUpload('u')).received).toEqual([]);
    });

    it('knows after a restart which parts it has', async () => {
      const { blobs, reopen } = await make();
      const bytes = await threeParts(blobs);
      const first = await sendParts(blobs, 'u', bytes, [0, 2]);
      const again = await reopen();
      const upload = await again.beginUpload('u');
      expect(upload.uploadId).toBe(first.uploadId);
      const { partSize } = upload;
      const pieceOf = (part: number) => bytes.subarray(part * partSize, (part + 1) * partSize);
      expect(upload.received).toEqual(
        [0, 2].map((part) => ({ part, crc32: crc32(pieceOf(part)), size: pieceOf(part).length })),
      );
      await sendParts(again, 'u', bytes, [1]);
      await again.completeUpload(upload.uploadId, { sha256: sha256Of(bytes), size: bytes.length });
      expect(sha256Of(await readBlob(again, sha256Of(bytes)))).toBe(sha256Of(bytes));
    });

    it('refuses a damaged part and takes the right one after it', async () => {
      const { blobs } = await make();
      const bytes = await threeParts(blobs);
      const { uploadId, partSize } = await blobs.beginUpload('u');
      const piece = bytes.subarray(0, partSize);
      const damaged = Buffer.from(piece);
      damaged[77] = damaged[77]! ^ 1;
      await expect(blobs.putPart(uploadId, 0, streamOf(damaged), crc32(piece))).rejects.toEqual(
        code('SLY_HASH_MISMATCH'),
      );
      expect((await blobs.beginUpload('u')).received).toEqual([]);
      await sendParts(blobs, 'u', bytes);
      // A damaged repetition of a part that is there must not spoil it.
      await expect(blobs.putPart(uploadId, 0, streamOf(damaged), crc32(piece))).rejects.toEqual(
        code('SLY_HASH_MISMATCH'),
      );
      await blobs.completeUpload(uploadId, { sha256: sha256Of(bytes), size: bytes.length });
      expect((await readBlob(blobs, sha256Of(bytes))).equals(bytes)).toBe(true);
    });

    it('takes the newer bytes when a part is sent with another content', async () => {
      const { blobs } = await make();
      const bytes = await threeParts(blobs);
      const other = Buffer.from(bytes);
      other.fill(7, 0, 1000);
      await sendParts(blobs, 'u', other, [0, 1]);
      const { uploadId } = await sendParts(blobs, 'u', bytes);
      await blobs.completeUpload(uploadId, { sha256: sha256Of(bytes), size: bytes.length });
      expect((await readBlob(blobs, sha256Of(bytes))).equals(bytes)).toBe(true);
    });

    it('completes only what is whole and has the promised hash', async () => {
      const { blobs } = await make();
      const bytes = await threeParts(blobs);
      const { uploadId } = await sendParts(blobs, 'u', bytes, [0, 2]);
      const expected = { sha256: sha256Of(bytes), size: bytes.length };
      await expect(blobs.completeUpload(uploadId, expected)).rejects.toEqual(code('SLY_BAD_MESSAGE'));
      expect((await blobs.beginUpload('u')).received).toHaveLength(2);
      await sendParts(blobs, 'u', bytes, [1]);
      const wrong = { sha256: sha256Of(Buffer.from('another')), size: bytes.length };
      await expect(blobs.completeUpload(uploadId, wrong)).rejects.toEqual(code('SLY_HASH_MISMATCH'));
      expect(await blobs.missing([wrong.sha256, expected.sha256])).toHaveLength(2);
    });

    it('lets two senders share an upload: the second one finishes without an error', async () => {
      const { blobs } = await make();
      const bytes = await threeParts(blobs);
      const expected = { sha256: sha256Of(bytes), size: bytes.length };
      const late = await blobs.beginUpload('u');
      const { uploadId } = await sendParts(blobs, 'u', bytes);
      await blobs.completeUpload(uploadId, expected);
      const piece = bytes.subarray(0, late.partSize);
      await blobs.putPart(late.uploadId, 0, streamOf(piece), crc32(piece));
      await blobs.completeUpload(late.uploadId, expected);
      expect((await readBlob(blobs, expected.sha256)).equals(bytes)).toBe(true);
    });

    it('survives the same part coming twice at once, and two completions at once', async () => {
      const { blobs } = await make();
      const bytes = await threeParts(blobs);
      await Promise.all([sendParts(blobs, 'u', bytes), sendParts(blobs, 'u', bytes)]);
      const { uploadId } = await blobs.beginUpload('u');
      const expected = { sha256: sha256Of(bytes), size: bytes.length };
      await Promise.all([
        blobs.completeUpload(uploadId, expected),
        blobs.completeUpload(uploadId, expected),
        blobs.completeUpload(uploadId, expected),
      ]);
      expect((await readBlob(blobs, expected.sha256)).equals(bytes)).toBe(true);
    });

    it('aborts an upload, and refuses parts of one it does not know', async () => {
      const { blobs } = await make();
      const bytes = await threeParts(blobs);
      const { uploadId } = await sendParts(blobs, 'u', bytes, [0]);
      await blobs.abortUpload(uploadId);
      await blobs.abortUpload(uploadId);
      expect((await blobs.beginUpload('u')).received).toEqual([]);
      for (const id of ['../escape', 'f'.repeat(40)]) {
        await expect(blobs.putPart(id, 0, streamOf(bytes), 0)).rejects.toEqual(code('SLY_NOT_FOUND'));
        const expected = { sha256: sha256Of(bytes), size: bytes.length };
        await expect(blobs.completeUpload(id, expected)).rejects.toEqual(code('SLY_NOT_FOUND'));
      }
    });
  });
}
