/** What `blobs/` gives the others: bytes by their hash, and files that grow. */

import type { Readable } from 'node:stream';
import type { Sha256 } from '../../lib/hash.ts';

/** Larger blobs are streams, not part of a batch. */
export const BATCHED_BYTES = 1 << 20;

/** Small blobs that come one after the other and are there, durable, together. */
export interface BlobBatch {
  /** Answers the hash; the bytes may be used again when it resolves. Nobody sees the blob before the commit. */
  add(bytes: Uint8Array): Promise<Sha256>;
  /** Whoever calls `add` calls this or `abort`; after a failed commit `abort` too. */
  commit(): Promise<void>;
  /** Removes what is not committed. */
  abort(): Promise<void>;
}

export interface BlobStore {
  /** Which of these are not stored (any number; callers batch). */
  missing(hashes: readonly Sha256[]): Promise<Sha256[]>;
  /** Stores bytes under their hash; returns when durable. An existing blob is not written again. Rejects SLY_HASH_MISMATCH. */
  put(sha256: Sha256, bytes: Uint8Array): Promise<void>;
  /** Many small ones with one wait for durability; answers which did not match their hash. */
  putMany(blobs: readonly { sha256: Sha256; bytes: Uint8Array }[]): Promise<Sha256[]>;
  batch(): BlobBatch;
  /**
   * A stream of unknown hash and size; returns both when durable. A piece is not used any more when the next one is
   * asked for.
   */
  putStream(body: AsyncIterable<Uint8Array>): Promise<{ sha256: Sha256; size: number }>;
  size(sha256: Sha256): Promise<number | undefined>;
  /** Fills `into` with the bytes from `start` on, for what fits in memory. Rejects SLY_NOT_FOUND. */
  readInto(sha256: Sha256, into: Uint8Array, start?: number): Promise<void>;
  /** `end` is exclusive. Rejects SLY_NOT_FOUND. */
  open(sha256: Sha256, range?: { start: number; end: number }): Promise<Readable>;
  /** The same name finds the same unfinished upload. Parts come in any order, twice is harmless. */
  beginUpload(name: string): Promise<{
    uploadId: string;
    partSize: number;
    received: { part: number; crc32: number; size: number }[];
  }>;
  putPart(uploadId: string, part: number, body: AsyncIterable<Uint8Array>, crc32: number): Promise<void>;
  /** Checks hash and size, then the blob is there and the upload gone. Repeating after success is harmless. */
  completeUpload(uploadId: string, expected: { sha256: Sha256; size: number }): Promise<void>;
  abortUpload(uploadId: string): Promise<void>;
  delete(hashes: readonly Sha256[]): Promise<void>;
}

/**
 * Files that arrive from their start to their end, for uploads from the browser. Who calls keeps track of how far
 * each is and lets one request at a time write to it. Ids are 43 characters of base64url, chosen by the caller.
 */
export interface GrowingFiles {
  create(id: string): Promise<void>;
  /**
   * Writes the body from byte `from` on. `onDurable` hears how far the file is safe on disk, every few megabytes and
   * at the end of what came, also when the body broke off: nothing that arrived is lost. With a checksum all of
   * the body counts or nothing does. Rejects SLY_HASH_MISMATCH, SLY_TOO_LARGE past `size`, SLY_NOT_FOUND, or
   * with what broke the body off.
   */
  append(
    id: string,
    body: AsyncIterable<Uint8Array>,
    options: {
      from: number;
      size: number;
      checksum?: { algorithm: string; digest: Uint8Array };
      onDurable(upTo: number): Promise<void>;
    },
  ): Promise<void>;
  /** Of the first `size` bytes, hashed as they came where that was possible. */
  hash(id: string, size: number): Promise<Sha256>;
  /** Makes the file the blob `sha256`. Repeating after success is harmless. */
  moveIn(id: string, sha256: Sha256): Promise<void>;
  remove(id: string): Promise<void>;
  /** Ids of files nobody wrote to since `before` (ms). */
  untouchedSince(before: number): Promise<string[]>;
  /** Bytes that may still be written to the disk. */
  freeBytes(): Promise<number>;
}
