/**
 * Lets timers and signals have their turn in a loop that never really waits. Without it a plugin that reads
 * files synchronously would not notice SIGTERM before its last file.
 */
const SLICE_MS = 25;

export type Breathe = () => Promise<void> | undefined;

/** Call it once a round: undefined, or every 25 ms a promise to wait for, which rejects once `signal` is aborted. */
export function createBreathe(signal: AbortSignal): Breathe {
  let since = performance.now();
  return () => {
    if (performance.now() - since < SLICE_MS) return undefined;
    return new Promise((resolve) => setImmediate(resolve)).then(() => {
      since = performance.now();
      signal.throwIfAborted();
    });
  };
}
