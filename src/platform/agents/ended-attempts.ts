/**
 * Tells the rest of the platform that an attempt ended without success, so that what it staged is dropped.
 * The wish is part of the transaction that ended the attempt; it is kept until the answer came, also across
 * a restart.
 */
import { sql } from 'kysely';
import type { Logger } from '../../lib/log.ts';
import type { TaskState } from '../../protocol/task-state.ts';
import type { AgentsDatabase } from './tables.ts';

/** `state`: how the attempt ended; `queued` when it lost its lease or is tried again. May be called twice. */
export type OnAttemptEnded = (key: string, attempt: number, state: TaskState) => Promise<void>;

export interface EndedAttempts {
  /** Works off what is pending; a failure is logged and tried again in the next round. */
  round(): Promise<void>;
}

export function createEndedAttempts(deps: {
  db: AgentsDatabase;
  log: Logger;
  onAttemptEnded: OnAttemptEnded;
}): EndedAttempts {
  const { db, log, onAttemptEnded } = deps;
  return {
    async round() {
      const pending = await db
        .selectFrom('attempts')
        .innerJoin('tasks', 'tasks.id', 'attempts.task_id')
        .select(['task_id', 'tasks.key', 'attempts.attempt', 'end_state'])
        // A literal: SQLite uses a partial index only when it sees the condition itself.
        .where('drop_pending', '=', sql.lit(1))
        .limit(100)
        .execute();
      for (const { task_id, key, attempt, end_state } of pending) {
        try {
          await onAttemptEnded(key, attempt, end_state ?? 'queued');
        } catch (error) {
          log.error(
            { err: error, taskKey: key, attempt },
            'what an ended attempt staged could not be dropped',
          );
          continue;
        }
        await db
          .updateTable('attempts')
          .set({ drop_pending: 0 })
          .where('task_id', '=', task_id)
          .where('attempt', '=', attempt)
          .execute();
      }
    },
  };
}
