/** What `agents/` gives the others about tasks: the queue, its log and its own tasks. */

import type { Readable } from 'node:stream';
import type { FailureInfo } from '../../lib/errors.ts';
import type { RunRecord } from '../../protocol/run-record.ts';
import type { Progress, Task, TaskResult, TaskSpec } from '../../protocol/task.ts';
import type { TaskState } from '../../protocol/task-state.ts';
import type { Visible } from '../store/repositories/accounts.ts';

export interface TaskView {
  /** Small integer for people and the public API. */
  id: number;
  key: string;
  title: string;
  state: TaskState;
  attempt: number;
  priority: number;
  spec: TaskSpec;
  plugin: string | null;
  because: string | null;
  /** Null only in a database without any workspace. */
  workspaceId: number | null;
  teamId: number | null;
  agentId: number | null;
  agentName: string | null;
  progress: Progress | null;
  failure: FailureInfo | null;
  result: TaskResult | null;
  /** While queued: why no agent has taken it yet; while held: why it does not go on (agent away, cancel asked). One sentence. */
  waitingBecause: string | null;
  createdAt: string;
  updatedAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

export interface TaskHistoryEntry {
  attempt: number;
  state: TaskState;
  at: string;
  agentName: string | null;
  failure: FailureInfo | null;
}

export type TaskEvent =
  | { type: 'task'; task: TaskView }
  | { type: 'progress'; id: number; teamId: number | null; key: string; progress: Progress }
  | {
      type: 'log';
      id: number;
      teamId: number | null;
      key: string;
      attempt: number;
      offset: number;
      text: string;
    }
  | { type: 'agent'; agentId: number };

/** What a task wants that the platform does itself. No plugin can have this name. */
export const PLATFORM_PLUGIN = '@platform';

export interface OwnTask {
  id: number;
  key: string;
  teamId: number | null;
  spec: TaskSpec;
}

/** Tasks the platform does itself, one at a time. */
export interface OwnTasks {
  /** The oldest that has not ended, also one that a stopped process had taken. */
  take(): Promise<OwnTask | undefined>;
  isCanceled(task: OwnTask): Promise<boolean>;
  progress(task: OwnTask, progress: Progress): void;
  end(
    task: OwnTask,
    end:
      | { state: 'succeeded'; result: TaskResult }
      | { state: 'failed'; failure: FailureInfo }
      | { state: 'canceled' },
  ): Promise<void>;
}

export interface TaskService {
  /** Idempotent by `task.key`. `agentId` pins it to one agent (sources in an upload folder are always pinned). */
  create(
    task: Task,
    options: { agentId?: number; workspaceId?: number; createdBy?: number },
  ): Promise<TaskView>;
  get(ref: { id: number } | { key: string }): Promise<TaskView | undefined>;
  /**
   * Newest first; `before` is an id for paging. Here and in events the file list of a browser upload is cut
   * to its first hundred; `get` has all of it.
   */
  list(query: {
    states?: readonly TaskState[];
    before?: number;
    limit: number;
    text?: string;
    workspaceId?: number;
    /** Only tasks of these teams. */
    visible?: Visible;
  }): Promise<TaskView[]>;
  history(id: number): Promise<TaskHistoryEntry[]>;
  /** Queued: ends at once. Held by an agent: asks it; the state changes when the agent says so. */
  cancel(id: number, reason: string): Promise<TaskView>;
  /** Only ended tasks; a new attempt is queued. */
  retry(id: number): Promise<TaskView>;
  /** NDJSON log lines from a byte offset. */
  readLog(id: number, options: { attempt?: number; offset: number; maxBytes: number }): Promise<LogSlice>;
  putReport(key: string, attempt: number, body: Readable): Promise<void>;
  /** The last one counts, but for one that comes late. */
  putRun(key: string, attempt: number, record: RunRecord): Promise<void>;
  /** What the plugin's runs were and used, by attempt; the latest attempts when there are very many. */
  runs(id: number): Promise<{ attempt: number; run: RunRecord }[]>;
  /** NDJSON ReportLines, or undefined when there is none yet. */
  openReport(id: number): Promise<Readable | undefined>;
  /** Throws SLY_LEASE_LOST unless `agentId` holds `attempt` of this task right now; SLY_TASK_UNKNOWN (retryable) before task.created or accept arrived. */
  assertHeld(key: string, attempt: number, agentId: number): Promise<TaskView>;
  subscribe(listener: (event: TaskEvent) => void): () => void;
}

export interface LogSlice {
  attempt: number;
  offset: number;
  text: string;
  nextOffset: number;
  size: number;
}
