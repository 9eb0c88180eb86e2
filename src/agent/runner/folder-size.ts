import { lstatSync, opendirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';

/** Entries read before other work gets its turn: about a millisecond. */
const BATCH = 500;
/** An empty file still costs an inode, so that a flood of them is seen. */
const ENTRY_BYTES = 256;

export interface MeasureOptions {
  /** Counting ends as soon as this is passed. */
  stopAt: number;
  signal: AbortSignal;
}

/**
 * Bytes on disk below a folder that something else is writing to. Links are not followed, what vanishes in
 * between is not counted. Synchronous calls in batches: several times faster than asynchronous ones here.
 */
export async function measureFolder(folder: string, options: MeasureOptions): Promise<number> {
  const waiting = [folder];
  let bytes = 0;
  let seen = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const dir = attempt(() => opendirSync(at, { bufferSize: 256 }));
    if (dir === undefined) continue;
    try {
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
        const full = path.join(at, entry.name);
        const stat = attempt(() => lstatSync(full));
        bytes += (stat?.blocks ?? 0) * 512 + ENTRY_BYTES;
        if (stat?.isDirectory() === true) waiting.push(full);
        if (bytes > options.stopAt) return bytes;
        if (++seen % BATCH === 0) {
          await breathe();
          options.signal.throwIfAborted();
        }
      }
    } finally {
      dir.closeSync();
    }
  }
  return bytes;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
