/** The thread that makes lines of items, or this one where there is none. */
import { availableParallelism } from 'node:os';
import { SlyError } from '../../src/lib/errors.ts';
import { createWorkers, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import type { ConvertJob, ConvertResult } from './convert-job.ts';

export interface Converters {
  run(job: ConvertJob): Promise<ConvertResult>;
  /** Jobs to be given before the first is done: enough to work on while the next block is fetched. */
  readonly ahead: number;
  close(): Promise<void>;
}

/** Less than this is done before a thread has started. */
const WORTH_A_THREAD = 6 << 20;
const [AHEAD, AHEAD_INLINE] = [32, 2];
/** Young objects of the thread: most of its work makes none. */
const YOUNG_MB = 4;

/**
 * `bytes`: of all that may be converted. The thread starts at once, so that it is ready when the first pass is. One
 * is enough to keep up with the thread that reads and writes.
 */
export function createConverters(bytes: number): Converters {
  const count = bytes < WORTH_A_THREAD || availableParallelism() < 2 ? 0 : 1;
  const workers = workersOf(count);
  try {
    workers.start();
  } catch {
    return convertersOf(workersOf(0));
  }
  return convertersOf(workers);
}

/** Where the thread cannot be started or dies, the work goes on here. */
export function convertersOf(workers: Workers<ConvertJob, ConvertResult>): Converters {
  let here: Workers<ConvertJob, ConvertResult> | undefined;
  return {
    async run(job) {
      try {
        return await workers.run(job);
      } catch (error) {
        if (workers.inline || (error instanceof SlyError && error.code !== 'SLY_INTERNAL')) throw error;
        here ??= workersOf(0);
        return here.run(job);
      }
    },
    ahead: workers.inline ? AHEAD_INLINE : AHEAD,
    close: () => workers.close(),
  };
}

function workersOf(count: number): Workers<ConvertJob, ConvertResult> {
  return createWorkers(siblingModule(import.meta.url, 'convert-worker'), {
    count,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
}
