/**
 * Files that become blobs together. Each is written to a temporary file and sent to the disk as it comes, so that the
 * disk works while the next ones still arrive; at the commit all get their names, with one wait for the folders they
 * are in. A crash or an abort before that leaves none of them.
 */
import { closeSync, fsync, openSync, renameSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { toSlyError } from '../../lib/errors.ts';
import type { Sha256 } from '../../lib/hash.ts';
import { newKey } from '../../lib/ids.ts';
import type { BlobPaths } from './blob-paths.ts';

/** Waits for the disk at once: a process may have a thousand files open, and others wait for the disk too. */
const SYNCS_AT_ONCE = 32;
const WORK_AT_ONCE = 16;

export interface FileBatch {
  /** `sha256` is the hash of the bytes, which may be used again when this resolves. Twice the same is written once. */
  write(sha256: Sha256, bytes: Uint8Array): Promise<void>;
  /** All of them are blobs, durable. */
  commit(): Promise<void>;
  /** Removes what is not committed. */
  abort(): Promise<void>;
}

export function createFileBatch(paths: BlobPaths): FileBatch {
  const temps = new Map<Sha256, string>();
  const syncs = createSyncs();

  /** Synchronous but for the wait for the disk: a call on the thread pool costs ten times the write of a small file. */
  function writeTemp(temp: string, bytes: Uint8Array): void {
    const fd = openSync(temp, 'wx', 0o600);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    syncs.begin(fd);
  }

  return {
    async write(sha256, bytes) {
      paths.object(sha256);
      if (temps.has(sha256)) return;
      const temp = path.join(paths.temp, newKey());
      temps.set(sha256, temp);
      try {
        writeTemp(temp, bytes);
        await syncs.room();
      } catch (error) {
        throw toSlyError(error);
      }
      if (temps.size % WORK_AT_ONCE === 0) await yieldToLoop();
    },

    async commit() {
      try {
        await paths.makeFolders(temps.keys());
        await syncs.end();
        const folders = new Set<string>();
        let renamed = 0;
        for (const [sha256, temp] of temps) {
          const target = paths.object(sha256);
          renameSync(temp, target);
          temps.delete(sha256);
          folders.add(path.dirname(target));
          renamed += 1;
          if (renamed % WORK_AT_ONCE === 0) await yieldToLoop();
        }
        for (const folder of folders) {
          syncs.begin(openSync(folder, 'r'));
          await syncs.room();
        }
        await syncs.end();
      } catch (error) {
        throw toSlyError(error);
      }
    },

    async abort() {
      await syncs.settled();
      await Promise.all([...temps.values()].map((temp) => rm(temp, { force: true })));
      temps.clear();
    },
  };
}

/** Open files on their way to the disk; each is closed when it is there. */
function createSyncs() {
  let running = 0;
  let problem: unknown;
  let oneLess = Promise.withResolvers<void>();

  function done(fd: number, error: unknown): void {
    problem ??= error;
    try {
      closeSync(fd);
    } catch (closing) {
      problem ??= closing;
    }
    running -= 1;
    oneLess.resolve();
    oneLess = Promise.withResolvers();
  }

  /** Waits until no more than these are left. */
  async function left(most: number): Promise<void> {
    while (running > most) await oneLess.promise;
  }

  function throwProblem(): void {
    if (problem != null) throw problem;
  }

  return {
    begin(fd: number): void {
      running += 1;
      fsync(fd, (error) => done(fd, error));
    },
    /** Waits until another may begin; throws what went wrong so far. */
    async room(): Promise<void> {
      await left(SYNCS_AT_ONCE - 1);
      throwProblem();
    },
    /** Waits for all; throws what went wrong. */
    async end(): Promise<void> {
      await left(0);
      throwProblem();
    },
    settled: () => left(0),
  };
}
