/** The truth about tasks after a crash: `journal/` is behind it. */
import type { AgentEvent } from '../../protocol/link.ts';
import type { Task } from '../../protocol/task.ts';
import type { TaskState } from '../../protocol/task-state.ts';

export interface AttemptRecord {
  key: string;
  attempt: number;
  task: Task;
  state: TaskState;
  /** Number of times the plugin was started from scratch in this attempt. */
  run: number;
  plugin: string | null;
  because: string | null;
  options: Record<string, unknown> | null;
  publicationId: number | null;
  /** Highest segment number whose publishing was acknowledged, without a gap. */
  segmentsPublished: number;
  /** Set when someone asked to cancel; survives a restart. */
  cancelReason: string | null;
  /** The result is being made visible: from here on a cancel comes too late, the attempt goes through. */
  committing: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface StateChange {
  state: TaskState;
  /** Sent with the event and kept in the history. */
  details?: Omit<Extract<AgentEvent, { type: 'task.state' }>, 'type' | 'key' | 'attempt' | 'state' | 'at'>;
}

/** All task SQL. Every verb is one transaction, synchronous, durable when it returns. */
export interface TaskJournal {
  /** Row + history + `task.created` in the outbox. Attempt 1, state leased. Repeating a key changes nothing. */
  createLocal(task: Task): AttemptRecord;
  /** An accepted offer. Repeating (key, attempt) returns what is there. */
  createOffered(task: Task, attempt: number): AttemptRecord;
  get(key: string): AttemptRecord | undefined;
  /** Attempts that have not ended, oldest and most urgent first. */
  active(): AttemptRecord[];
  /** Compare-and-set on (attempt, from): row, history and outbox in one; throws SLY_TASK_MOVE when it is not allowed. */
  move(ref: { key: string; attempt: number }, change: StateChange): AttemptRecord;
  /** Facts that are not a state: plugin chosen, run started, publication begun, segment published, cancel asked. */
  note(
    ref: { key: string; attempt: number },
    facts: Partial<
      Pick<
        AttemptRecord,
        | 'plugin'
        | 'because'
        | 'options'
        | 'run'
        | 'publicationId'
        | 'segmentsPublished'
        | 'cancelReason'
        | 'committing'
      >
    >,
  ): AttemptRecord;
  /** The attempt was given to someone else: forget it without a word to the platform. */
  abandon(ref: { key: string; attempt: number }): void;
}
