/**
 * Watches what no kernel limit covers: wall clock, silence, bytes below the output folder. Reports the first
 * breach once and ends. Measuring the folder takes at most a twentieth of the time, however many files there are.
 */
import { background } from '../../lib/background.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { measureFolder } from '../../lib/measure-folder.ts';
import type { RunLimits } from '../ports/runner.ts';

export type Breach = 'wall' | 'idle' | 'output-limit';

export interface LimitWatch {
  /** Ends the watch; nothing is reported afterwards. */
  stop(): void;
  /** After the plugin ended: did it write more than it may? Skipped where no disk could have been so fast. */
  wroteTooMuch(): Promise<boolean>;
}

export interface LimitWatchOptions {
  limits: RunLimits;
  outputFolder: string;
  /** Milliseconds since 1970; survives a restart of the agent. */
  startedAt: number;
  silenceMs: () => number;
  onBreach: (reason: Breach, detail: string) => void;
  clock: Clock;
  log: Logger;
}

const TICK_MS = 1000;
const MEASURE_MS = 2000;
/** Measuring may take one part in this many of the time. */
const MEASURE_SHARE = 20;
/** No disk writes faster than this, so a short run cannot have written more. */
const FASTEST_BYTES_PER_MS = 8 * 2 ** 30 * 1e-3;

export function watchLimits(options: LimitWatchOptions): LimitWatch {
  const { limits, outputFolder, startedAt, silenceMs, onBreach, clock, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const tick = Math.max(20, Math.min(TICK_MS, limits.wallMs / 4, limits.idleMs / 4));
  let measured = 0;
  let measuredAt = startedAt;

  async function measure(): Promise<boolean> {
    measuredAt = clock.now();
    measured = await measureFolder(outputFolder, { stopAt: limits.outputBytes, signal });
    return measured > limits.outputBytes;
  }

  function mayHavePassed(now: number): boolean {
    return measured + (now - measuredAt) * FASTEST_BYTES_PER_MS > limits.outputBytes;
  }

  async function nextBreach(): Promise<[Breach, string]> {
    let nextMeasure = clock.now() + Math.min(MEASURE_MS, tick * 2);
    for (;;) {
      await clock.sleep(tick, { signal });
      const now = clock.now();
      if (now - startedAt > limits.wallMs)
        return ['wall', `ran ${now - startedAt} ms of ${limits.wallMs} ms`];
      const silence = silenceMs();
      if (silence > limits.idleMs)
        return ['idle', `no output for ${silence} ms, allowed ${limits.idleMs} ms`];
      if (now < nextMeasure) continue;
      if (mayHavePassed(now) && (await measure()))
        return ['output-limit', `wrote more than ${limits.outputBytes} bytes`];
      nextMeasure = clock.now() + Math.max(MEASURE_MS, (clock.now() - now) * MEASURE_SHARE);
    }
  }

  async function watch(): Promise<void> {
    try {
      const [reason, detail] = await nextBreach();
      if (!signal.aborted) onBreach(reason, detail);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  background('limit watch', log, watch());

  return {
    stop: () => stopping.abort(),
    async wroteTooMuch() {
      if (!mayHavePassed(clock.now())) return false;
      const { signal: never } = new AbortController();
      return (
        (await measureFolder(outputFolder, { stopAt: limits.outputBytes, signal: never })) >
        limits.outputBytes
      );
    },
  };
}
