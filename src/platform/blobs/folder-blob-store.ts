/**
 * BlobStore on a folder of this machine. One process owns the folder. Every blob is a file of its own, named
 * by its hash, written once and never changed; whatever a crash leaves behind is in `temp/` and goes at the
 * next start, or is an upload that goes on.
 */
import { closeSync, createReadStream, open, read } from 'node:fs';
import { mkdir, readdir, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../lib/clock.ts';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { type Sha256, sha256Of } from '../../lib/hash.ts';
import { createLimit } from '../../lib/limit.ts';
import type { Logger } from '../../lib/log.ts';
import type { BlobStore, GrowingFiles } from '../ports/blobs.ts';
import { blobPaths } from './blob-paths.ts';
import { createFileBatch } from './file-batch.ts';
import { createGrowingFiles } from './growing-files.ts';
import { createUploadHasher } from './upload-hasher.ts';
import { createUploads } from './uploads.ts';
import { matchingBlobs, sizeOf, writeStream } from './write-blobs.ts';

export interface FolderBlobStoreOptions {
  clock: Clock;
  log: Logger;
  /** Bytes of every part of an upload but the last. */
  partSize?: number;
}

export interface FolderBlobStore extends BlobStore {
  /** Removes uploads that nobody touched since `before` (ms); answers how many. */
  pruneUploads(before: number): Promise<number>;
  growing: GrowingFiles;
  close(): Promise<void>;
}

const PART_SIZE = 8 << 20;
const LOOKS_AT_ONCE = 32;
/** Without a handle's bookkeeping: half the cost of reading a small blob. */
const openFile = promisify(open);
const readFile = promisify(read);

export function createFolderBlobStore(root: string, options: FolderBlobStoreOptions): FolderBlobStore {
  const { clock, log } = options;
  const paths = blobPaths(root);
  const hasher = createUploadHasher();
  const uploads = createUploads({ paths, hasher, partSize: options.partSize ?? PART_SIZE });
  const startedAt = clock.now();
  let preparing: Promise<void> | undefined;

  /** Once, at the first use: folders, and away with what an earlier process was writing. */
  function ready(): Promise<void> {
    preparing ??= prepare().catch((error: unknown) => {
      preparing = undefined;
      throw error;
    });
    return preparing;
  }

  async function prepare(): Promise<void> {
    for (const folder of [paths.objects, paths.temp, paths.uploads, paths.growing])
      await mkdir(folder, { recursive: true, mode: 0o700 });
    const left = await readdir(paths.temp);
    for (const name of left) await rm(path.join(paths.temp, name), { force: true });
    if (left.length > 0)
      log.info({ files: left.length, since: startedAt }, 'removed half-written blobs of an earlier run');
  }

  async function missing(hashes: readonly Sha256[]): Promise<Sha256[]> {
    const limit = createLimit(LOOKS_AT_ONCE);
    const sizes = await Promise.all(hashes.map((sha256) => limit(() => sizeOf(paths.object(sha256)))));
    return hashes.filter((_sha256, at) => sizes[at] === undefined);
  }

  async function putMany(blobs: readonly { sha256: Sha256; bytes: Uint8Array }[]): Promise<Sha256[]> {
    await ready();
    const good = await matchingBlobs(blobs);
    const absent = new Set(await missing(good.map(({ sha256 }) => sha256)));
    const batch = createFileBatch(paths);
    try {
      for (const { sha256, bytes } of good) if (absent.has(sha256)) await batch.write(sha256, bytes);
      await batch.commit();
    } catch (error) {
      await batch.abort();
      throw error;
    }
    const stored = new Set(good);
    return blobs.filter((blob) => !stored.has(blob)).map(({ sha256 }) => sha256);
  }

  return {
    missing,
    putMany,
    async put(sha256, bytes) {
      paths.object(sha256);
      const mismatched = await putMany([{ sha256, bytes }]);
      if (mismatched.length > 0) {
        throw new SlyError('SLY_HASH_MISMATCH', {
          detail: `${bytes.length} bytes do not have the SHA-256 ${sha256}`,
        });
      }
    },
    batch() {
      const batch = createFileBatch(paths);
      return {
        async add(bytes) {
          await ready();
          const sha256 = sha256Of(bytes);
          await batch.write(sha256, bytes);
          return sha256;
        },
        commit: () => batch.commit(),
        abort: () => batch.abort(),
      };
    },
    async putStream(body) {
      await ready();
      return writeStream(paths, body);
    },

    size: (sha256) => sizeOf(paths.object(sha256)),

    async readInto(sha256, into, start = 0) {
      const fd = await openFile(paths.object(sha256), 'r').catch(orNotFound(sha256));
      try {
        for (let at = 0; at < into.length; ) {
          const { bytesRead } = await readFile(fd, into, at, into.length - at, start + at);
          if (bytesRead === 0)
            throw new Error(`blob ${sha256}: expected ${into.length} bytes from ${start}, got ${at}`);
          at += bytesRead;
        }
      } finally {
        closeSync(fd);
      }
    },

    async open(sha256, range) {
      const file = paths.object(sha256);
      const found = await stat(file).catch(orNotFound(sha256));
      const start = Math.min(range?.start ?? 0, found.size);
      const end = Math.min(range?.end ?? found.size, found.size);
      // The stream's own end is inclusive: it has no word for "nothing".
      if (end <= start) return createReadStream('/dev/null');
      return createReadStream(file, { start, end: end - 1, highWaterMark: 256 << 10 });
    },

    async delete(hashes) {
      for (const sha256 of hashes) {
        await unlink(paths.object(sha256)).catch((error: unknown) => {
          if (errnoOf(error) !== 'ENOENT') throw error;
        });
      }
    },

    async beginUpload(name) {
      await ready();
      return uploads.beginUpload(name);
    },
    async putPart(uploadId, part, body, crc32) {
      await ready();
      await uploads.putPart(uploadId, part, body, crc32);
    },
    async completeUpload(uploadId, expected) {
      await ready();
      await uploads.completeUpload(uploadId, expected);
    },
    async abortUpload(uploadId) {
      await ready();
      await uploads.abortUpload(uploadId);
    },
    async pruneUploads(before) {
      await ready();
      return uploads.prune(before);
    },
    growing: createGrowingFiles({ paths, hasher, ready }),
    close: () => hasher.close(),
  };
}

const orNotFound =
  (sha256: Sha256) =>
  (error: unknown): never => {
    if (errnoOf(error) === 'ENOENT') throw new SlyError('SLY_NOT_FOUND', { detail: `blob ${sha256}` });
    throw error;
  };
