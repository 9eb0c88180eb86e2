/** Fetches files of a project side by side, a bounded number at once; the first failure ends the rest. */
import { createLimit } from '../../lib/limit.ts';

const PARALLEL_FETCHES = 4;

export interface FileFetcher {
  /** Aborted by the first failure. */
  readonly signal: AbortSignal;
  /** Waits only when enough is waiting already to keep every lane busy. */
  add(fetch: () => Promise<void>): Promise<void>;
  /** Everything is there; throws the first failure. */
  finish(): Promise<void>;
  /** Ends what still runs, and waits for its end. */
  close(): Promise<void>;
}

export function createFileFetcher(parent: AbortSignal): FileFetcher {
  const limit = createLimit(PARALLEL_FETCHES);
  const pending = new Set<Promise<void>>();
  const failed = new AbortController();
  const signal = AbortSignal.any([parent, failed.signal]);
  return {
    signal,
    async add(fetch) {
      const fetching = limit(fetch).then(
        () => void pending.delete(fetching),
        (error: unknown) => failed.abort(error),
      );
      pending.add(fetching);
      if (pending.size >= PARALLEL_FETCHES * 4) await Promise.race(pending);
    },
    async finish() {
      await Promise.all(pending);
      signal.throwIfAborted();
    },
    async close() {
      failed.abort(new Error('the fetch ended'));
      await Promise.allSettled(pending);
    },
  };
}
