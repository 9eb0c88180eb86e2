import { setTimeout as delay } from 'node:timers/promises';

/** Time as a port, so that tests can own it. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. Does not keep the process alive by itself. */
  sleep(ms: number, options?: { signal?: AbortSignal }): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, options = {}) {
    options.signal?.throwIfAborted();
    try {
      await delay(ms, undefined, options.signal === undefined ? {} : { signal: options.signal });
    } catch (error) {
      throw options.signal?.aborted === true ? options.signal.reason : error;
    }
  },
};
