/** The latest progress of each attempt this process holds, for the command line. */
import type { Progress } from '../protocol/task.ts';
import { isFinal } from '../protocol/task-state.ts';
import type { AttemptRecord } from './ports/journal.ts';

export interface ProgressBoard {
  put(key: string, progress: Progress): void;
  get(key: string): Progress | undefined;
  /** An ended task has no progress any more. */
  onState(record: Pick<AttemptRecord, 'key' | 'state'>): void;
}

export function createProgressBoard(): ProgressBoard {
  const latest = new Map<string, Progress>();
  return {
    put: (key, progress) => void latest.set(key, progress),
    get: (key) => latest.get(key),
    onState(record) {
      if (isFinal(record.state)) latest.delete(record.key);
    },
  };
}
