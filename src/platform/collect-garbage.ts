/**
 * What nobody can see any more, taken away in small steps: rows of archived projects and datasets, downloads past
 * their time, blobs that nothing names, uploads that nobody came back to. Each has a time of grace; a step that is interrupted is
 * simply done again in a later round.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { createLoop, type Loop } from '../lib/loop.ts';
import type { BlobStore, Retention } from './ports.ts';
import type { ArchiveStore, BlobRecords, TrashStore } from './store/repositories.ts';

export interface GarbageDeps {
  trash: TrashStore;
  archives: Pick<ArchiveStore, 'removeExpired'>;
  retention: Retention;
  records: BlobRecords;
  blobs: Pick<BlobStore, 'delete'>;
  uploads: { pruneUploads(before: number): Promise<number> };
  clock: Clock;
  log: Logger;
}

const HOUR_MS = 3600_000;
/** Archived by mistake: an operator may still bring it back from the database. */
const ARCHIVED_MS = 24 * HOUR_MS;
/** Longer than any upload from the browser waits for its import. */
const BLOB_MS = 7 * 24 * HOUR_MS;
const UPLOAD_MS = 3 * 24 * HOUR_MS;
const BLOBS_AT_ONCE = 200;
const ROWS_AT_ONCE = 500;

export function createGarbageLoop(deps: GarbageDeps): Loop {
  const { clock, log } = deps;
  return createLoop({
    name: 'garbage',
    intervalMs: HOUR_MS,
    clock,
    log,
    round: (signal) => collectGarbage(deps, signal),
  });
}

export async function collectGarbage(deps: GarbageDeps, signal: AbortSignal): Promise<void> {
  const { trash, archives, retention, records, blobs, uploads, clock, log } = deps;
  let rows = 0;
  for (let removed = -1; removed !== 0 && !signal.aborted; rows += removed) {
    removed = await trash.removeArchived(clock.now() - ARCHIVED_MS);
    await yieldToLoop();
  }
  for (let removed = -1; removed !== 0 && !signal.aborted; rows += removed)
    removed = await archives.removeExpired(clock.now() - retention.archiveMs, ROWS_AT_ONCE);
  let files = 0;
  while (!signal.aborted) {
    const unused = await records.unused(clock.now() - BLOB_MS, BLOBS_AT_ONCE);
    if (unused.length === 0) break;
    await blobs.delete(unused);
    files += unused.length;
    await yieldToLoop();
  }
  const stale = signal.aborted ? 0 : await uploads.pruneUploads(clock.now() - UPLOAD_MS);
  if (rows + files + stale > 0) log.info({ rows, blobs: files, uploads: stale }, 'collected garbage');
}
