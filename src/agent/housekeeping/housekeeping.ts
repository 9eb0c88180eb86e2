/** The clock of the agent's own upkeep: once after the start, then by cron. One round at a time. */
import { createTask, type ScheduledTask } from 'node-cron';
import { background } from '../../lib/background.ts';
import type { Logger } from '../../lib/log.ts';
import { type SweepDeps, sweep } from './sweep.ts';

export interface Housekeeping {
  start(): void;
  stop(): Promise<void>;
}

/** Twice an hour, off the full hour when everybody else's jobs run. */
const WHEN = '17,47 * * * *';

export function createHousekeeping(deps: SweepDeps & { log: Logger }): Housekeeping {
  let cron: ScheduledTask | undefined;
  let running: Promise<void> | undefined;

  const round = (): Promise<void> => {
    running ??= sweep(deps)
      .then(({ runs, folders }) => {
        if (runs > 0 || folders > 0) deps.log.info({ runs, folders }, 'left-overs were taken away');
      })
      .catch((error: unknown) => deps.log.error({ err: error }, 'housekeeping failed; it is tried again'))
      .finally(() => {
        running = undefined;
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
    async stop() {
      await cron?.destroy();
      cron = undefined;
      await running;
    },
  };
}
