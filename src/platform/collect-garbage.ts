/**
 * What nobody can see any more, taken away in small steps: rows of archived projects and datasets, downloads past
 * their time, blobs that nothing names, uploads that nobody came back to. Each has a time of grace; a step that is interrupted is
 * simply done again in a later round. Beside it a look at whether what is kept twice still says the same.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { createLoop, type Loop } from '../lib/loop.ts';
import type { BlobStore } from './ports/blobs.ts';
import { type Garbage, type GarbagePreview, GRACE_MS, type Retention } from './ports/keeping.ts';
import type { BlobRecords, LabelCheck, TrashStore } from './store/repositories/blobs.ts';
import type { ArchiveStore } from './store/repositories/publications.ts';

export interface GarbageDeps {
  trash: TrashStore;
  archives: Pick<ArchiveStore, 'removeExpired' | 'countExpired'>;
  retention: Retention;
  records: BlobRecords;
  blobs: Pick<BlobStore, 'delete'>;
  uploads: { pruneUploads(before: number): Promise<number> };
  labelCheck: LabelCheck;
  clock: Clock;
  log: Logger;
}

const HOUR_MS = 3600_000;
const BLOBS_AT_ONCE = 200;
const ROWS_AT_ONCE = 500;

export function createGarbageLoop(deps: GarbageDeps): Loop & Garbage {
  const { clock, log } = deps;
  let checked = 0;
  let state: ReturnType<Garbage['state']> = { lastAt: null, lastRemoved: null, nextAt: null };
  const loop = createLoop({
    name: 'garbage',
    intervalMs: HOUR_MS,
    clock,
    log,
    async round(signal) {
      const lastRemoved = await collectGarbage(deps, signal);
      state = { lastAt: clock.now(), lastRemoved, nextAt: clock.now() + HOUR_MS };
      checked = await checkLabels(deps, checked);
    },
  });
  return { ...loop, state: () => state, preview: () => previewGarbage(deps) };
}

/** Blobs are counted no further than this. */
const MOST_BLOBS = 1000;

export async function previewGarbage(
  deps: Pick<GarbageDeps, 'trash' | 'archives' | 'retention' | 'records' | 'clock'>,
): Promise<GarbagePreview> {
  const now = deps.clock.now();
  const blobs = await deps.records.unused(now - GRACE_MS.blobs, MOST_BLOBS + 1);
  return {
    archives: await deps.archives.countExpired(now - deps.retention.archiveMs),
    archived: await deps.trash.countArchived(now - GRACE_MS.archived),
    blobs: Math.min(blobs.length, MOST_BLOBS),
    more: blobs.length > MOST_BLOBS,
  };
}

/** A few items each time, round and round. Gives the last one. */
export async function checkLabels(
  { labelCheck, log }: Pick<GarbageDeps, 'labelCheck' | 'log'>,
  after: number,
): Promise<number> {
  const { differing, next } = await labelCheck.next(after);
  if (differing.length > 0)
    log.error(
      { items: differing.slice(0, 20), count: differing.length },
      'filters by class and tag know something else of these items than their annotations say',
    );
  return next ?? 0;
}

/** Answers how many rows, blobs and uploads went. */
export async function collectGarbage(
  deps: Omit<GarbageDeps, 'labelCheck'>,
  signal: AbortSignal,
): Promise<number> {
  const { trash, archives, retention, records, blobs, uploads, clock, log } = deps;
  let rows = 0;
  for (let removed = -1; removed !== 0 && !signal.aborted; rows += removed) {
    removed = await trash.removeArchived(clock.now() - GRACE_MS.archived);
    await yieldToLoop();
  }
  for (let removed = -1; removed !== 0 && !signal.aborted; rows += removed)
    removed = await archives.removeExpired(clock.now() - retention.archiveMs, ROWS_AT_ONCE);
  let files = 0;
  while (!signal.aborted) {
    const unused = await records.unused(clock.now() - GRACE_MS.blobs, BLOBS_AT_ONCE);
    if (unused.length === 0) break;
    await blobs.delete(unused);
    files += unused.length;
    await yieldToLoop();
  }
  const stale = signal.aborted ? 0 : await uploads.pruneUploads(clock.now() - GRACE_MS.uploads);
  if (rows + files + stale > 0) log.info({ rows, blobs: files, uploads: stale }, 'collected garbage');
  return rows + files + stale;
}
