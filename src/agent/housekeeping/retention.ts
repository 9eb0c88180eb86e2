/** What the agent keeps, for how long and why. Pure. */
import type { Origin } from '../../lib/config/options.ts';
import type { RetentionTable } from '../../protocol/questions.ts';
import type { Swept } from './sweep.ts';

const DAY_MS = 86_400_000;

export function retentionOf(options: {
  keepDays: number;
  keepDaysFrom: Origin;
  state: { lastAt: number | null; last: Swept | null; nextAt: number | null };
}): RetentionTable {
  const { keepDays, keepDaysFrom, state } = options;
  const keepMs = keepDays * DAY_MS;
  const setting = { name: 'keep_days', origin: keepDaysFrom };
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    rows: [
      {
        what: 'Sources in the upload folder',
        keptMs: null,
        until: 'until a person takes them away',
        why: 'They are yours. Only a sly-task.yaml that says after: move or delete lets the agent touch them.',
        setting: null,
      },
      {
        what: 'Unpacked archives, downloads and results of a task',
        keptMs: null,
        until: 'until the task ends',
        why: 'The task works with them; what was published lies on the platform.',
        setting: null,
      },
      {
        what: 'Logs and reports of ended tasks',
        keptMs: keepMs,
        until: 'from the end of the task',
        why: 'To look into a failure later, also without the platform.',
        setting,
      },
      {
        what: 'Remembered hashes of large files',
        keptMs: keepMs,
        until: 'from their last use',
        why: 'So that a retry does not read terabytes again.',
        setting,
      },
      {
        what: 'Plugin runs and folders that belong to no task',
        keptMs: null,
        until: 'until the next clean-up, or a day when a test may still use them',
        why: 'A crash may leave them.',
        setting: null,
      },
    ],
    lastAt: time(state.lastAt),
    lastRemoved: state.last === null ? null : state.last.runs + state.last.folders + state.last.logs,
    nextAt: time(state.nextAt),
  };
}
