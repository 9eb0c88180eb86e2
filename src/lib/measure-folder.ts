import { lstatSync, opendirSync, type Stats } from 'node:fs';
import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';

/** Entries read before other work gets its turn: about a millisecond. */
const BATCH = 500;
/** An empty file still costs an inode, so that a flood of them is seen. */
const ENTRY_BYTES = 256;

interface VisitOptions {
  signal?: AbortSignal;
  /** Waits before the next batch. Default: only until other work had its turn. */
  pause?: () => Promise<unknown>;
}

/** Bytes an entry takes on the disk. */
export const bytesOnDisk = (stat: Stats): number => stat.blocks * 512 + ENTRY_BYTES;

/**
 * Every entry below a folder that something else may be writing to, folders before what they hold. Links are not
 * followed, what vanishes in between is not visited. `visit` ends it by answering false; true = all were visited.
 * Synchronous calls in batches: several times faster than asynchronous ones here.
 */
export async function visitFolder(
  folder: string,
  options: VisitOptions,
  visit: (file: string, stat: Stats) => boolean,
): Promise<boolean> {
  const { signal, pause = breathe } = options;
  const waiting = [folder];
  let seen = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const dir = attempt(() => opendirSync(at, { bufferSize: 256 }));
    if (dir === undefined) continue;
    try {
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
        const file = path.join(at, entry.name);
        const stat = attempt(() => lstatSync(file));
        if (stat !== undefined && !visit(file, stat)) return false;
        if (stat?.isDirectory() === true) waiting.push(file);
        if (++seen % BATCH === 0) {
          await pause();
          signal?.throwIfAborted();
        }
      }
    } finally {
      dir.closeSync();
    }
  }
  return true;
}

/** Bytes on disk below a folder; counting ends as soon as `stopAt` is passed. */
export async function measureFolder(
  folder: string,
  options: { stopAt: number; signal: AbortSignal },
): Promise<number> {
  let bytes = 0;
  await visitFolder(folder, options, (_file, stat) => {
    bytes += bytesOnDisk(stat);
    return bytes <= options.stopAt;
  });
  return bytes;
}

/** How many files are below a folder, and the bytes in them. No folder is an empty one. */
export async function folderUsage(folder: string): Promise<{ files: number; bytes: number }> {
  const usage = { files: 0, bytes: 0 };
  await visitFolder(folder, {}, (_file, stat) => {
    if (stat.isFile()) {
      usage.files += 1;
      usage.bytes += stat.size;
    }
    return true;
  });
  return usage;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
