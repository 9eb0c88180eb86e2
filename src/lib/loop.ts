import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

/**
 * A loop that stops properly.
 * Invariants: at most one round runs at a time; `notify()` during a round causes exactly one more round;
 * an error in a round is logged and never ends the loop; `stop()` aborts the round's signal and resolves
 * when the round is over; `start` and `stop` may be called twice.
 */
export interface Loop {
  start(): void;
  /** Run a round now instead of waiting out the interval. */
  notify(): void;
  stop(): Promise<void>;
}

export interface LoopOptions {
  name: string;
  intervalMs: number;
  round: (signal: AbortSignal) => Promise<void>;
  clock: Clock;
  log: Logger;
}

export function createLoop(options: LoopOptions): Loop {
  const stopping = new AbortController();
  let wake: AbortController | undefined;
  let notified = false;
  let done: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      notified = false;
      try {
        await options.round(stopping.signal);
      } catch (error) {
        if (!stopping.signal.aborted) options.log.error({ err: error, loop: options.name }, 'a round failed');
      }
      if (notified || stopping.signal.aborted) continue;
      wake = new AbortController();
      const signal = AbortSignal.any([stopping.signal, wake.signal]);
      await options.clock.sleep(options.intervalMs, { signal }).catch(() => undefined);
      wake = undefined;
    }
  }

  return {
    start() {
      done ??= run();
    },
    notify() {
      notified = true;
      wake?.abort();
    },
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
