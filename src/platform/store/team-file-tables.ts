/** Rows of migration 0006 as TypeScript sees them. */
import type { Generated, Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

export interface TeamFileTable {
  id: Generated<number>;
  team_id: number;
  path: string;
  sha256: string;
  size: number;
  created_by: number | null;
  created_at: number;
  updated_at: number;
}

export interface TeamFileTotalsTable {
  team_id: number;
  files: number;
  bytes: number;
}

export interface TaskDataTable {
  task_id: number;
  output: Generated<string>;
  fields: Generated<string>;
  meta: Generated<string>;
  log_bytes: Generated<number>;
  log_dropped: Generated<number>;
  last_batch: Generated<string | null>;
  updated_at: number;
}

export interface TaskLogLineTable {
  id: Generated<number>;
  task_id: number;
  line: string;
}

export interface TaskFileTable {
  task_id: number;
  path: string;
  sha256: string;
  size: number;
  created_at: number;
}

export interface PluginIdTable {
  id: Generated<number>;
  name: string;
  created_at: number;
}

export interface ReportTable {
  id: Generated<number>;
  team_id: number;
  name: string;
  body: string;
  hash: string;
  created_by: number | null;
  created_at: number;
}

/** An alias and not an interface: kysely wants an index signature. */
export type TeamFileTables = {
  team_files: TeamFileTable;
  team_file_totals: TeamFileTotalsTable;
  task_data: TaskDataTable;
  task_log_lines: TaskLogLineTable;
  task_files: TaskFileTable;
  plugin_ids: PluginIdTable;
  reports: ReportTable;
};

export type TeamFilesDatabase = Kysely<Tables & TeamFileTables>;
export type TeamFilesTransaction = Transaction<Tables & TeamFileTables>;
