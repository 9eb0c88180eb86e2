/**
 * Bytes to and from storage. Small files are read once, hashed and packed many to a request; large ones
 * are hashed off the main thread (once per path, size, mtime, inode) and sent in resumable parts.
 * Memory: at most WINDOWS_IN_FLIGHT windows of WINDOW_BYTES and a few parts, whatever the number of files.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, createWriteStream, fstatSync, openSync, readSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { fsyncFolder } from '../../lib/atomic-file.ts';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { type Sha256, sha256Of } from '../../lib/hash.ts';
import { newKey } from '../../lib/ids.ts';
import { createLimit } from '../../lib/limit.ts';
import { PACK_CONTENT_TYPE } from '../../protocol/publish.ts';
import type { FileToSend, SendOptions, SentFile, Transfer } from '../ports/platform.ts';
import type { FileHasher } from './file-hasher.ts';
import type { PlatformHttp } from './platform-http.ts';
import { createPartSender, startingOver } from './send-parts.ts';

/** Hash memory between restarts; the journal implements it. */
export interface KnownHashes {
  get(file: { path: string; size: number; mtimeNs: bigint; inode: bigint }): Sha256 | undefined;
  put(file: { path: string; size: number; mtimeNs: bigint; inode: bigint }, sha256: Sha256): void;
}

export interface TransferDeps {
  http: PlatformHttp;
  hasher: FileHasher;
  hashes: KnownHashes;
}

/** Files up to this size travel in packs. */
const SMALL_BYTES = 1 << 20;
const WINDOW_BYTES = 8 << 20;
const WINDOW_FILES = 500;
const WINDOWS_IN_FLIGHT = 3;

interface SmallFile {
  index: number;
  sha256: Sha256;
  bytes: Buffer;
}

export function createTransfer({ http, hasher, hashes }: TransferDeps): Transfer {
  const parts = createPartSender(http);
  const oneLarge = createLimit(2);

  async function missingOf(wanted: readonly Sha256[], signal: AbortSignal): Promise<Set<Sha256>> {
    const reply = await http.json<{ missing: Sha256[] }>({
      method: 'POST',
      path: '/agents/v1/blobs/missing',
      headers: { 'content-type': 'application/json' },
      body: () => JSON.stringify({ hashes: wanted }),
      signal,
    });
    return new Set(reply.missing);
  }

  async function sendWindow(window: readonly SmallFile[], options: SendOptions): Promise<void> {
    const unique = new Map(window.map((file) => [file.sha256, file.bytes]));
    const missing = await missingOf([...unique.keys()], options.signal);
    if (missing.size > 0) {
      const frames: Uint8Array[] = [];
      for (const sha256 of missing) {
        const bytes = unique.get(sha256);
        if (bytes === undefined) continue;
        const head = Buffer.alloc(40);
        head.write(sha256, 0, 'hex');
        head.writeBigUInt64BE(BigInt(bytes.length), 32);
        frames.push(head, bytes);
      }
      const body = Buffer.concat(frames);
      const reply = await http.json<{ stored: number; mismatched: Sha256[] }>({
        method: 'POST',
        path: '/agents/v1/blobs/pack',
        headers: { 'content-type': PACK_CONTENT_TYPE },
        body: () => body,
        signal: options.signal,
      });
      if (reply.mismatched.length > 0) {
        throw new SlyError('SLY_HASH_MISMATCH', {
          detail: `${reply.mismatched.length} blobs arrived damaged`,
        });
      }
    }
    for (const file of window) options.onBytes?.(file.bytes.length);
  }

  async function sendLarge(file: FileToSend, options: SendOptions): Promise<SentFile> {
    const before = await stat(file.path, { bigint: true });
    const [start, end] = file.range ?? [0, Number(before.size)];
    const identity = {
      path: file.path,
      size: Number(before.size),
      mtimeNs: before.mtimeNs,
      inode: before.ino,
    };
    let sha256 = file.range === undefined ? hashes.get(identity) : undefined;
    if (sha256 === undefined) {
      const hashed = await hasher.hash(file.path, start, end);
      options.signal.throwIfAborted();
      if (hashed.mtimeNs !== before.mtimeNs || hashed.inode !== before.ino || hashed.size !== end - start) {
        throw changed(file.path);
      }
      sha256 = hashed.sha256;
      if (file.range === undefined) hashes.put(identity, sha256);
    }
    const blob = { sha256, size: end - start };
    if ((await missingOf([sha256], options.signal)).size > 0) {
      try {
        await parts.sendFile(file.path, start, blob, options);
      } catch (error) {
        // The file was rewritten between hashing and sending: that is the file's failure, not the network's.
        const after = await stat(file.path, { bigint: true });
        if (after.mtimeNs !== before.mtimeNs || after.size !== before.size) throw changed(file.path, error);
        throw error;
      }
    } else options.onBytes?.(blob.size);
    return blob;
  }

  async function sendFiles(
    files: readonly FileToSend[],
    options: SendOptions,
  ): Promise<(SentFile | Error)[]> {
    const results: (SentFile | Error)[] = new Array(files.length);
    const inFlight = createLimit(WINDOWS_IN_FLIGHT);
    const work: Promise<void>[] = [];
    let window: SmallFile[] = [];
    let windowBytes = 0;
    // The first infrastructure failure stops the reading of further files.
    const failed = new AbortController();
    const signal = AbortSignal.any([options.signal, failed.signal]);
    const track = (promise: Promise<void>): void => {
      const guarded = promise.catch((error: unknown) => {
        failed.abort(error);
        throw error;
      });
      guarded.catch(() => undefined);
      work.push(guarded);
    };
    const slots: Promise<void>[] = [];
    const flush = async (): Promise<void> => {
      if (window.length === 0) return;
      const batch = window;
      window = [];
      windowBytes = 0;
      const sent = inFlight(() => sendWindow(batch, { ...options, signal }));
      track(sent);
      slots.push(sent.catch(() => undefined));
      if (slots.length >= WINDOWS_IN_FLIGHT) await slots.shift();
    };

    for (const [index, file] of files.entries()) {
      signal.throwIfAborted();
      try {
        if (index % 32 === 31) await yieldToLoop();
        const small = readSmall(file);
        if (small === 'large') {
          track(
            oneLarge(async () => {
              try {
                results[index] = await sendLarge(file, { ...options, signal });
              } catch (error) {
                results[index] = fileError(error, file.path);
              }
            }),
          );
          continue;
        }
        const sha256 = sha256Of(small);
        results[index] = { sha256, size: small.length };
        window.push({ index, sha256, bytes: small });
        windowBytes += small.length;
        if (windowBytes >= WINDOW_BYTES || window.length >= WINDOW_FILES) await flush();
      } catch (error) {
        results[index] = fileError(error, file.path);
      }
    }
    await flush();
    await Promise.all(work);
    return results;
  }

  return {
    sendFiles,

    sendStream: (write, options) =>
      startingOver(() => parts.sendStream(write(options.signal), options.resumeKey, options)),

    async fetchBlob(sha256, size, target, options) {
      const have = await stat(target).catch(() => undefined);
      if (have?.isFile() === true && have.size === size) return;
      // A name of its own: items with the same bytes are fetched side by side into the same folder.
      const temp = path.join(path.dirname(target), `.${newKey()}.tmp`);
      const response = await http.stream({
        method: 'GET',
        path: `/agents/v1/blobs/${sha256}`,
        signal: options.signal,
      });
      const hash = createHash('sha256');
      let got = 0;
      try {
        await pipeline(
          response.body,
          async function* (chunks: AsyncIterable<Uint8Array>) {
            for await (const chunk of chunks) {
              hash.update(chunk);
              got += chunk.length;
              options.onBytes?.(chunk.length);
              yield chunk;
            }
          },
          createWriteStream(temp, { flush: true }),
          { signal: options.signal },
        );
        if (hash.digest('hex') !== sha256) {
          throw new SlyError('SLY_HASH_MISMATCH', {
            detail: `blob ${sha256}: ${got} bytes arrived damaged, expected ${size}`,
          });
        }
        await rename(temp, target);
      } catch (error) {
        await rm(temp, { force: true });
        options.signal.throwIfAborted();
        throw error;
      }
      await fsyncFolder(path.dirname(target));
    },
  };
}

/**
 * The bytes of a small file, or 'large'. Never follows a link; notices a change while reading.
 * Synchronous on purpose: five calls on the thread pool cost ten times the read of a small file.
 */
function readSmall(file: FileToSend): Buffer | 'large' {
  const fd = openSync(file.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const before = fstatSync(fd, { bigint: true });
    if (!before.isFile())
      throw new SlyError('SLY_PLUGIN_OUTPUT', { detail: `${file.path} is not a regular file` });
    const [start, end] = file.range ?? [0, Number(before.size)];
    if (end - start > SMALL_BYTES) return 'large';
    const bytes = Buffer.allocUnsafe(end - start);
    let got = 0;
    for (let read = -1; got < bytes.length && read !== 0; got += read) {
      read = readSync(fd, bytes, got, bytes.length - got, start + got);
    }
    const after = fstatSync(fd, { bigint: true });
    if (got !== bytes.length || after.size !== before.size || after.mtimeNs !== before.mtimeNs)
      throw changed(file.path);
    return bytes;
  } finally {
    closeSync(fd);
  }
}

function changed(file: string, cause?: unknown): SlyError {
  return new SlyError('SLY_SOURCE_CHANGED', {
    detail: 'the file changed while it was read',
    hint: 'It is imported again when it has settled.',
    file,
    cause,
  });
}

/** A failure of this one file is its result; anything else stops the whole call. */
function fileError(error: unknown, file: string): Error {
  const errno = errnoOf(error);
  if (
    errno === 'ENOENT' ||
    errno === 'EACCES' ||
    errno === 'EIO' ||
    errno === 'ELOOP' ||
    errno === 'EISDIR' ||
    errno === 'EPERM'
  ) {
    return new SlyError('SLY_SOURCE_CHANGED', {
      detail: `${errno} when it was read`,
      file,
      cause: error,
      retryable: false,
    });
  }
  if (
    error instanceof SlyError &&
    (error.code === 'SLY_SOURCE_CHANGED' || error.code === 'SLY_PLUGIN_OUTPUT')
  )
    return error;
  throw error;
}
