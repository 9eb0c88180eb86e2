/**
 * Bytes to disk, durable and whole: temp -> write -> fsync -> rename -> fsync(folder). A crash at any moment leaves a
 * blob that is whole, or none. Many small ones: file-batch.ts.
 */
import { createHash, webcrypto } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fsyncFolder } from '../../lib/atomic-file.ts';
import { errnoOf, toSlyError } from '../../lib/errors.ts';
import { type Sha256, sha256Of } from '../../lib/hash.ts';
import { newKey } from '../../lib/ids.ts';
import type { BlobPaths } from './blob-paths.ts';

export interface BytesOf {
  sha256: Sha256;
  bytes: Uint8Array;
}

/** Larger ones are hashed beside the event loop. */
const HASH_ASIDE_BYTES = 64 << 10;
/** Pieces of a stream are gathered to this size: sockets give a few kilobytes at a time, and a call costs more than that. */
const WRITE_BYTES = 256 << 10;

/** Those whose bytes have the hash they claim. */
export async function matchingBlobs(blobs: readonly BytesOf[]): Promise<BytesOf[]> {
  const actual = await Promise.all(blobs.map(({ bytes }) => hashOf(bytes)));
  return blobs.filter(({ sha256 }, at) => actual[at] === sha256);
}

async function hashOf(bytes: Uint8Array): Promise<Sha256> {
  if (bytes.length < HASH_ASIDE_BYTES) return sha256Of(bytes);
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString(
    'hex',
  );
}

/** Writes a stream whose hash is known at its end. */
export async function writeStream(
  paths: BlobPaths,
  body: AsyncIterable<Uint8Array>,
): Promise<{ sha256: Sha256; size: number }> {
  const temp = path.join(paths.temp, newKey());
  try {
    const hash = createHash('sha256');
    const memory = Buffer.allocUnsafeSlow(WRITE_BYTES);
    let size = 0;
    let held = 0;
    const handle = await open(temp, 'wx', 0o600);
    try {
      for await (const chunk of body) {
        hash.update(chunk);
        size += chunk.length;
        // A piece is the sender's again when the next one is asked for.
        for (let from = 0; from < chunk.length; ) {
          const taken = chunk.subarray(from, from + memory.length - held);
          memory.set(taken, held);
          held += taken.length;
          from += taken.length;
          if (held < memory.length) continue;
          await handle.writeFile(memory);
          held = 0;
        }
      }
      await handle.writeFile(memory.subarray(0, held));
      await handle.sync();
    } finally {
      await handle.close();
    }
    const sha256 = hash.digest('hex');
    await moveIn(paths, temp, sha256);
    return { sha256, size };
  } catch (error) {
    await rm(temp, { force: true });
    throw toSlyError(error);
  }
}

/** Gives a synced file its final name; when the blob is there already, the file just goes. */
export async function moveIn(paths: BlobPaths, file: string, sha256: Sha256): Promise<void> {
  const target = paths.object(sha256);
  if ((await sizeOf(target)) !== undefined) {
    await rm(file, { force: true });
    return;
  }
  await paths.makeFolders([sha256]);
  await rename(file, target);
  await fsyncFolder(path.dirname(target));
}

export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
