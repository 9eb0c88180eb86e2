/**
 * Runs of the doctor that somebody asked for from afar: one at a time, the last one kept with its time, also over a
 * restart. A run ends: each check has a deadline of its own.
 */
import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import { background } from '../../lib/background.ts';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { createParser } from '../../lib/schema.ts';
import { type DoctorState, DoctorStateSchema } from '../../protocol/questions.ts';
import type { DoctorCheck } from '../ports/runner.ts';

export interface DoctorRuns {
  state(): DoctorState;
  /** Answers at once; throws SLY_TOO_MANY while one runs. */
  start(options: { security: boolean }): DoctorState;
}

const kept = createParser(DoctorStateSchema);

export function createDoctorRuns(deps: {
  run(options: { security: boolean }): Promise<DoctorCheck[]>;
  /** Where the last one is kept. */
  file: string;
  clock: Clock;
  log: Logger;
}): DoctorRuns {
  const { clock, log } = deps;
  let running: DoctorState['running'] = null;
  let last: DoctorState['last'] = readLast(deps.file);
  const now = (): string => new Date(clock.now()).toISOString();

  async function run(started: NonNullable<DoctorState['running']>): Promise<void> {
    const checks = await deps
      .run({ security: started.security })
      .catch((error: unknown): DoctorCheck[] => [
        { name: 'doctor', state: 'failed', detail: error instanceof Error ? error.message : String(error) },
      ])
      .finally(() => {
        running = null;
      });
    last = { ...started, endedAt: now(), checks };
    await writeFileAtomic(deps.file, JSON.stringify({ running: null, last }), 0o600);
  }

  return {
    state: () => ({ running, last }),
    start({ security }) {
      if (running !== null) {
        throw new SlyError('SLY_TOO_MANY', {
          detail: `the doctor runs since ${running.startedAt}`,
          hint: 'Its result shows up here when it has ended.',
        });
      }
      running = { startedAt: now(), security };
      background('doctor', log, run(running));
      return { running, last };
    },
  };
}

/** What cannot be read is as good as never run. */
function readLast(file: string): DoctorState['last'] {
  try {
    return kept.parse(JSON.parse(readFileSync(file, 'utf8')), file).last;
  } catch {
    return null;
  }
}
