/** Reads tasks. Rows come with the names of their agents, so that a view needs no second query. */
import { type Selectable, sql } from 'kysely';
import { SlyError } from '../../lib/errors.ts';
import type { TaskState } from '../../protocol/task-state.ts';
import type { Visible } from '../store/repositories/accounts.ts';
import type { AgentsDatabase, TaskHistoryTable, TaskRow } from './tables.ts';

export type NamedTaskRow = TaskRow & { agent_name: string | null; pinned_name: string | null };

export interface TaskQuery {
  states?: readonly TaskState[];
  before?: number;
  limit: number;
  text?: string;
  workspaceId?: number;
  visible?: Visible;
}

export interface AttemptOwner {
  taskId: number;
  teamId: number | null;
  agentId: number;
}

export interface TaskReader {
  byId(id: number): Promise<NamedTaskRow | undefined>;
  byKey(key: string): Promise<NamedTaskRow | undefined>;
  /** SLY_TASK_UNKNOWN when there is none. */
  need(id: number): Promise<NamedTaskRow>;
  /** Newest first. */
  list(query: TaskQuery): Promise<NamedTaskRow[]>;
  history(id: number): Promise<(Selectable<TaskHistoryTable> & { agent_name: string | null })[]>;
  /** Who had this attempt, whether or not it still goes on. */
  ownerOf(key: string, attempt: number): Promise<AttemptOwner | undefined>;
  /** Attempts that go on, of one agent or of all, of all teams or of some. */
  running(query?: {
    agentId?: number;
    visible?: Visible | undefined;
  }): Promise<{ agentId: number; key: string; attempt: number }[]>;
}

export function createTaskReader(db: AgentsDatabase): TaskReader {
  const rows = () =>
    db
      .selectFrom('tasks')
      .leftJoin('agents as holder', 'holder.id', 'tasks.agent_id')
      .leftJoin('agents as pinned', 'pinned.id', 'tasks.pinned_agent_id')
      .selectAll('tasks')
      .select(['holder.name as agent_name', 'pinned.name as pinned_name']);

  const byId = (id: number) => rows().where('tasks.id', '=', id).executeTakeFirst();

  return {
    byId,
    byKey: (key) => rows().where('tasks.key', '=', key).executeTakeFirst(),
    async need(id) {
      const row = await byId(id);
      if (row === undefined) throw new SlyError('SLY_TASK_UNKNOWN', { detail: `task ${id}` });
      return row;
    },
    list({ states, before, limit, text, workspaceId, visible }) {
      let query = rows().orderBy('tasks.id', 'desc').limit(limit);
      if (visible !== undefined) query = query.where('tasks.team_id', 'in', [...visible.teams]);
      if (workspaceId !== undefined) query = query.where('tasks.workspace_id', '=', workspaceId);
      if (states !== undefined) query = query.where('tasks.state', 'in', [...states]);
      if (before !== undefined) query = query.where('tasks.id', '<', before);
      if (text !== undefined && text !== '') {
        const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
        query = query.where((eb) =>
          eb.or([
            eb(sql<string>`lower(tasks.title)`, 'like', sql<string>`lower(${pattern}) escape '\\'`),
            eb('tasks.key', '=', text),
            eb('tasks.id', '=', /^\d{1,15}$/.test(text) ? Number(text) : -1),
          ]),
        );
      }
      return query.execute();
    },
    history: (id) =>
      db
        .selectFrom('task_history')
        .leftJoin('agents', 'agents.id', 'task_history.agent_id')
        .selectAll('task_history')
        .select('agents.name as agent_name')
        .where('task_id', '=', id)
        .orderBy('task_history.id')
        .execute(),
    ownerOf: (key, attempt) =>
      db
        .selectFrom('attempts')
        .innerJoin('tasks', 'tasks.id', 'attempts.task_id')
        .select(['tasks.id as taskId', 'tasks.team_id as teamId', 'attempts.agent_id as agentId'])
        .where('tasks.key', '=', key)
        .where('attempts.attempt', '=', attempt)
        .executeTakeFirst(),
    running({ agentId, visible } = {}) {
      let query = db
        .selectFrom('attempts')
        .innerJoin('tasks', 'tasks.id', 'attempts.task_id')
        .select(['attempts.agent_id as agentId', 'tasks.key', 'attempts.attempt'])
        .where('attempts.outcome', 'is', null)
        .orderBy('tasks.id');
      if (agentId !== undefined) query = query.where('attempts.agent_id', '=', agentId);
      if (visible !== undefined) query = query.where('tasks.team_id', 'in', [...visible.teams]);
      return query.execute();
    },
  };
}
