/** The clock of the agent's own upkeep: once after the start, then by cron. One round at a time. */
import { createTask, type ScheduledTask } from 'node-cron';
import { background } from '../../lib/background.ts';
import type { Logger } from '../../lib/log.ts';
import { type SweepDeps, type Swept, sweep } from './sweep.ts';

export interface Housekeeping {
  start(): void;
  /** Times in ms since 1970. */
  state(): { lastAt: number | null; last: Swept | null; nextAt: number | null };
  stop(): Promise<void>;
}

/** Twice an hour, off the full hour when everybody else's jobs run. */
const WHEN = '17,47 * * * *';

export function createHousekeeping(given: Omit<SweepDeps, 'strangers'> & { log: Logger }): Housekeeping {
  const deps = { ...given, strangers: new Map<string, number>() };
  let lastAt: number | null = null;
  let last: Swept | null = null;
  let isFirst = true;
  let cron: ScheduledTask | undefined;
  let running: Promise<void> | undefined;

  const round = (): Promise<void> => {
    // Before the first round nobody could begin a test or a look at a source: what is there is of an earlier process.
    running ??= sweep(isFirst ? { ...deps, strangerMs: 0 } : deps)
      .then((swept) => {
        last = swept;
        lastAt = deps.clock.now();
        if (Object.values(swept).some((count) => count > 0))
          deps.log.info(swept, 'left-overs were taken away');
      })
      .catch((error: unknown) => deps.log.error({ err: error }, 'housekeeping failed; it is tried again'))
      .finally(() => {
        running = undefined;
        isFirst = false;
      });
    return running;
  };

  return {
    start() {
      if (cron !== undefined) return;
      cron = createTask(WHEN, round, { name: 'housekeeping', noOverlap: true });
      void cron.start();
      background('first housekeeping', deps.log, round());
    },
    state: () => ({ lastAt, last, nextAt: cron?.getNextRun()?.getTime() ?? null }),
    async stop() {
      await cron?.destroy();
      cron = undefined;
      await running;
    },
  };
}
