/**
 * Write transactions on tasks. What a transaction changed is told (dispatcher, subscribers) after its
 * commit and never before; a failed one tells nothing.
 */
import type { Clock } from '../../lib/clock.ts';
import type { AgentsPolicy } from './policy.ts';
import type { AgentsDatabase } from './tables.ts';
import type { MoveContext } from './task-moves.ts';

export interface TaskWriter {
  /** One transaction, durable when it resolves. */
  write<T>(work: (ctx: MoveContext) => Promise<T>): Promise<T>;
}

export interface TaskWriterDeps {
  db: AgentsDatabase;
  clock: Clock;
  policy: AgentsPolicy;
  onCommitted: (taskIds: readonly number[]) => Promise<void>;
}

export function createTaskWriter({ db, clock, policy, onCommitted }: TaskWriterDeps): TaskWriter {
  return {
    async write(work) {
      const touched = new Set<number>();
      const result = await db
        .transaction()
        .execute((trx) => work({ trx, now: clock.now(), policy, touched }));
      if (touched.size > 0) await onCommitted([...touched]);
      return result;
    },
  };
}
