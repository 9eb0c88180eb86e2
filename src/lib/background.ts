import type { Logger } from './log.ts';

/** Detached work: nobody awaits it, so its error is logged here and nowhere lost. */
export function background(name: string, log: Logger, work: Promise<unknown>): void {
  work.catch((error: unknown) => log.error({ err: error, work: name }, 'background work failed'));
}
