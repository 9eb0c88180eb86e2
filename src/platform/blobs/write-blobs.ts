/**
 * Bytes to disk, durable and whole: temp -> write -> fsync -> rename -> fsync(folder), many blobs with one round
 * of each. A crash at any moment leaves a blob that is whole, or none.
 */
import { createHash, webcrypto } from 'node:crypto';
import { closeSync, fsync as fsyncCallback, openSync, renameSync, writeSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
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
/** Open at once: a process may have a thousand. */
const FILES_AT_ONCE = 64;
/** Pieces of a stream are gathered to about this size. */
const WRITE_BYTES = 1 << 20;
const fsync = promisify(fsyncCallback);

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

/** Writes blobs that are not there yet and whose hashes are checked. */
export async function writeBlobs(paths: BlobPaths, blobs: readonly BytesOf[]): Promise<void> {
  const unique = [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()];
  const written: { temp: string; target: string }[] = [];
  try {
    const folders = [...new Set(unique.map(({ sha256 }) => path.dirname(paths.object(sha256))))];
    await makeFolders(folders);
    for (let from = 0; from < unique.length; from += FILES_AT_ONCE) {
      const some = unique.slice(from, from + FILES_AT_ONCE);
      const files = some.map((blob) => ({ ...blob, temp: path.join(paths.temp, newKey()) }));
      for (const { temp, sha256 } of files) written.push({ temp, target: paths.object(sha256) });
      await writeFiles(files);
    }
    for (const { temp, target } of written) renameSync(temp, target);
    for (let from = 0; from < folders.length; from += FILES_AT_ONCE)
      await syncAll(folders.slice(from, from + FILES_AT_ONCE).map((folder) => openSync(folder, 'r')));
  } catch (error) {
    await Promise.all(written.map(({ temp }) => rm(temp, { force: true })));
    throw toSlyError(error);
  }
}

/** Synchronous but for the wait for the disk: a call on the thread pool costs ten times the write of a small file. */
async function writeFiles(files: readonly { temp: string; bytes: Uint8Array }[]): Promise<void> {
  const open: number[] = [];
  try {
    for (const { temp, bytes } of files) {
      const fd = openSync(temp, 'wx', 0o600);
      open.push(fd);
      writeAll(fd, bytes);
      if (open.length % 16 === 0) await yieldToLoop();
    }
  } catch (error) {
    for (const fd of open) closeSync(fd);
    throw error;
  }
  await syncAll(open);
}

/** The disk serves many waits at once in little more than the time of one. Closes all of them. */
async function syncAll(open: readonly number[]): Promise<void> {
  const results = await Promise.allSettled(open.map((fd) => fsync(fd)));
  for (const fd of open) closeSync(fd);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Writes a stream whose hash is known at its end. */
export async function writeStream(
  paths: BlobPaths,
  body: AsyncIterable<Uint8Array>,
): Promise<{ sha256: Sha256; size: number }> {
  const temp = path.join(paths.temp, newKey());
  try {
    const hash = createHash('sha256');
    let size = 0;
    const handle = await open(temp, 'wx', 0o600);
    try {
      let waiting: Uint8Array[] = [];
      let waitingBytes = 0;
      // Sockets give a few kilobytes at a time; a call for each would cost more than the write.
      const write = async (): Promise<void> => {
        const bytes = Buffer.concat(waiting, waitingBytes);
        waiting = [];
        waitingBytes = 0;
        await handle.writeFile(bytes);
      };
      for await (const chunk of body) {
        hash.update(chunk);
        size += chunk.length;
        waiting.push(chunk);
        waitingBytes += chunk.length;
        if (waitingBytes >= WRITE_BYTES) await write();
      }
      await write();
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
  await makeFolders([path.dirname(target)]);
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

async function makeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of new Set(folders)) {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await fsyncFolder(path.dirname(folder));
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
