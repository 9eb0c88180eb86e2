import type { Clock } from './clock.ts';
import { toSlyError } from './errors.ts';

export interface BackoffOptions {
  /** First upper bound, ms. */
  baseMs?: number;
  /** Largest upper bound, ms. */
  capMs?: number;
  random?: () => number;
}

/** Full jitter: a uniformly random delay in [0, min(cap, base * 2^attempt)). Attempts count from 0. */
export function backoffDelay(attempt: number, options: BackoffOptions = {}): number {
  const { baseMs = 500, capMs = 30_000, random = Math.random } = options;
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
}

export interface RetryOptions extends BackoffOptions {
  clock: Clock;
  signal?: AbortSignal;
  /** Give up when this much time has passed since the first try, ms. */
  deadlineMs: number;
  onRetry?: (error: Error, attempt: number, delayMs: number) => void;
}

/** Repeats `work` while it fails with a retryable error and the deadline has not passed; then throws its last error. */
export async function retrying<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const startedAt = options.clock.now();
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (thrown) {
      const error = toSlyError(thrown);
      const delayMs = backoffDelay(attempt, options);
      const spent = options.clock.now() - startedAt;
      if (!error.retryable || options.signal?.aborted === true || spent + delayMs > options.deadlineMs)
        throw thrown;
      options.onRetry?.(error, attempt, delayMs);
      await options.clock.sleep(delayMs, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}
