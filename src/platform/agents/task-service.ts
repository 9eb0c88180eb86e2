/** Tasks as the rest of the platform sees them. */
import { SlyError } from '../../lib/errors.ts';
import { isActive } from '../../protocol/task-state.ts';
import type { TaskService, TaskView } from '../ports/tasks.ts';
import { find } from './apply-event.ts';
import { checkNewTask } from './check-new-task.ts';
import type { Feed } from './feed.ts';
import type { LiveAgents } from './live-agents.ts';
import type { LogStore } from './log-store.ts';
import type { ReportStore } from './report-store.ts';
import type { RunStore } from './run-store.ts';
import { askCancel, insertTask, retry } from './task-moves.ts';
import type { NamedTaskRow, TaskReader } from './task-reader.ts';
import { shortened, toHistoryEntry } from './task-view.ts';
import type { TaskWriter } from './task-writer.ts';

export interface TaskServiceDeps {
  reader: TaskReader;
  writer: TaskWriter;
  live: LiveAgents;
  logs: LogStore;
  reports: ReportStore;
  runs: RunStore;
  feed: Feed;
  view(row: NamedTaskRow): TaskView;
}

/** Of a task with more attempts the latest are shown. */
const MOST_RUNS = 20;

export function createTaskService(deps: TaskServiceDeps): TaskService {
  const { reader, writer, live, logs, reports, runs, feed, view } = deps;

  async function taskIdOf(key: string, attempt: number): Promise<number> {
    const owner = await reader.ownerOf(key, attempt);
    if (owner !== undefined) return owner.taskId;
    throw new SlyError('SLY_TASK_UNKNOWN', { detail: `task ${key}, attempt ${attempt}`, retryable: true });
  }

  return {
    async create(task, { agentId, workspaceId = null, createdBy = null }) {
      checkNewTask(task, agentId);
      const { id } = await writer.write(async (ctx) => {
        const known = await find(ctx, task.key);
        if (known !== undefined) return known;
        const pinnedAgentId = agentId ?? null;
        return insertTask(ctx, { task, pinnedAgentId, workspaceId, createdBy });
      });
      return view(await reader.need(id));
    },
    async get(ref) {
      const row = 'id' in ref ? await reader.byId(ref.id) : await reader.byKey(ref.key);
      return row === undefined ? undefined : view(row);
    },
    async list(query) {
      return (await reader.list(query)).map((row) => shortened(view(row)));
    },
    async history(id) {
      await reader.need(id);
      return (await reader.history(id)).map(toHistoryEntry);
    },
    async cancel(id, reason) {
      const { key } = await reader.need(id);
      const row = await writer.write(async (ctx) => {
        const at = await find(ctx, key);
        return at === undefined ? undefined : askCancel(ctx, at, reason);
      });
      if (row !== undefined && isActive(row.state) && row.agent_id !== null)
        live.get(row.agent_id)?.send({ type: 'cancel', key, attempt: row.attempt, reason });
      return view(await reader.need(id));
    },
    async retry(id) {
      const { key } = await reader.need(id);
      await writer.write(async (ctx) => {
        const row = await find(ctx, key);
        if (row === undefined) return;
        if (row.state === 'queued' || isActive(row.state)) {
          throw new SlyError('SLY_TASK_MOVE', {
            detail: `task ${id} is ${row.state}; only an ended task can be retried`,
          });
        }
        await retry(ctx, row);
      });
      return view(await reader.need(id));
    },
    async readLog(id, { attempt, offset, maxBytes }) {
      const row = await reader.need(id);
      let which = attempt ?? row.attempt;
      // A queued attempt has no log yet; the last one that ran has.
      while (attempt === undefined && which > 1 && !logs.has(id, which)) which--;
      return logs.read(id, which, { offset, maxBytes });
    },
    async putReport(key, attempt, body) {
      await reports.put(await taskIdOf(key, attempt), attempt, body);
    },
    async putRun(key, attempt, record) {
      await runs.put(await taskIdOf(key, attempt), attempt, record);
    },
    async runs(id) {
      await reader.need(id);
      return runs.list(id, MOST_RUNS);
    },
    async openReport(id) {
      const row = await reader.need(id);
      return reports.openNewest(id, row.attempt);
    },
    async assertHeld(key, attempt, agentId) {
      const row = await reader.byKey(key);
      if (row === undefined) {
        throw new SlyError('SLY_TASK_UNKNOWN', {
          detail: `task ${key} is not known here yet`,
          retryable: true,
        });
      }
      if (row.state === 'queued' && row.attempt === attempt) {
        throw new SlyError('SLY_TASK_UNKNOWN', {
          detail: `attempt ${attempt} of task ${key} is not accepted here yet`,
          retryable: true,
        });
      }
      if (row.attempt !== attempt || row.agent_id !== agentId || !isActive(row.state)) {
        throw new SlyError('SLY_LEASE_LOST', {
          detail: `task ${key} is ${row.state} in attempt ${row.attempt}; attempt ${attempt} of agent ${agentId} does not hold it`,
        });
      }
      return view(row);
    },
    subscribe: (listener) => feed.subscribe(listener),
  };
}
