/**
 * Gives memory back when there is nothing to do. V8 keeps what the start and a busy hour needed until it
 * needs to collect again, which an idle daemon never does: a third of its resident memory is then waste. One
 * full collection (some 60 ms) after the start and after each busy time returns it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { createLoop, type Loop } from '../../lib/loop.ts';

export interface MemoryTrimOptions {
  /** Something runs or waits for a slot. */
  busy(): boolean;
  clock: Clock;
  log: Logger;
  intervalMs?: number;
}

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

export function createMemoryTrim({ busy, clock, log, intervalMs = 3_000 }: MemoryTrimOptions): Loop {
  let collect: Collect | undefined;
  /** Work was done since the last collection; the start is work too. */
  let dirty = true;
  let wasBusy = true;

  return createLoop({
    name: 'memory trim',
    intervalMs,
    clock,
    log,
    async round() {
      const isBusy = busy();
      dirty ||= isBusy;
      // Idle for one whole interval: whoever imports folder after folder is not interrupted.
      if (dirty && !isBusy && !wasBusy) {
        collect ??= collector();
        collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
        dirty = false;
      }
      wasBusy = isBusy;
    },
  });
}

/** V8's own collector; it has no other name than the flag that exposes it. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
