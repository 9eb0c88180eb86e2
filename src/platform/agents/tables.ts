/** Rows of migrations 0002, 0004 and 0015 as TypeScript sees them. */
import type { Generated, Kysely, Selectable, Transaction } from 'kysely';
import type { TaskState } from '../../protocol/task-state.ts';
import type { Tables } from '../store/tables.ts';

export interface AgentTable {
  id: Generated<number>;
  name: string;
  token_hash: string;
  version: string | null;
  plugins: Generated<string>;
  journal_id: string | null;
  ack_seq: Generated<number>;
  draining: Generated<number>;
  team_id: number | null;
  last_seen_at: number | null;
  created_at: number;
}

export interface TaskTable {
  id: Generated<number>;
  key: string;
  title: string;
  priority: number;
  spec: string;
  wanted_plugin: string | null;
  workspace_id: number | null;
  team_id: number | null;
  created_by: number | null;
  pinned_agent_id: number | null;
  state: TaskState;
  attempt: number;
  agent_id: number | null;
  lease_until: number | null;
  not_before: number | null;
  cancel_reason: string | null;
  plugin: string | null;
  because: string | null;
  failure: string | null;
  result: string | null;
  lost: Generated<number>;
  retries: Generated<number>;
  created_at: number;
  updated_at: number;
  started_at: number | null;
  ended_at: number | null;
}

export interface AgentCodeTable {
  id: Generated<number>;
  hash: string;
  agent_id: number | null;
  team_id: number | null;
  created_by: number | null;
  created_at: number;
  expires_at: number;
}

export interface AttemptTable {
  task_id: number;
  attempt: number;
  agent_id: number;
  outcome: 'reported' | 'lost' | null;
  end_state: TaskState | null;
  drop_pending: Generated<number>;
  started_at: number;
  ended_at: number | null;
}

export interface TaskHistoryTable {
  id: Generated<number>;
  task_id: number;
  attempt: number;
  state: TaskState;
  at: number;
  agent_id: number | null;
  failure: string | null;
}

export interface AgentKnownTable {
  agent_id: number;
  telemetry: string | null;
  telemetry_at: number | null;
  settings: string | null;
  settings_at: number | null;
}

/** An alias and not an interface: kysely wants an index signature. */
export type AgentsTables = {
  agents: AgentTable;
  agent_codes: AgentCodeTable;
  agent_known: AgentKnownTable;
  tasks: TaskTable;
  attempts: AttemptTable;
  task_history: TaskHistoryTable;
};

export type AgentsDatabase = Kysely<Tables & AgentsTables>;
export type AgentsTransaction = Transaction<Tables & AgentsTables>;
export type AgentRow = Selectable<AgentTable>;
export type TaskRow = Selectable<TaskTable>;
