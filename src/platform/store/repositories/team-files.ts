/**
 * Team files, what scripts keep about their tasks, numbers of plugins, reports. Contract of
 * `team-file-store.ts` and its neighbours; the rules of `repositories.ts` hold.
 * A path is `/folder/name`, checked by the caller; a folder is `/folder/`, or `/` for the top. Paths are
 * compared byte by byte (case matters, no normal form). A folder is there as long as a file lies below it.
 */
import type { Sha256 } from '../../../lib/hash.ts';

export interface TeamFileRow {
  id: number;
  teamId: number;
  path: string;
  sha256: Sha256;
  size: number;
  /** By content; null when it is no known kind. */
  mime: string | null;
  createdBy: number | null;
  createdAt: string;
  updatedAt: string;
}

export type TeamFileEntry =
  | { kind: 'file'; path: string; file: TeamFileRow }
  | { kind: 'folder'; path: string };

export interface TeamFileStore {
  /**
   * All or none. A file of the same path is replaced and keeps its id; the same bytes again change nothing.
   * SLY_NOT_UNIQUE when the name is a folder's, or a part of the path is a file's; blobs must exist.
   */
  put(
    teamId: number,
    files: readonly { path: string; sha256: Sha256 }[],
    createdBy: number | null,
  ): Promise<TeamFileRow[]>;
  get(id: number): Promise<TeamFileRow | undefined>;
  find(teamId: number, path: string): Promise<TeamFileRow | undefined>;
  /** True when a file lies below. */
  hasFolder(teamId: number, folder: string): Promise<boolean>;
  /** Files whose path begins with `prefix` (any text), by path, after the path `after`. */
  files(teamId: number, query: { prefix: string; after?: string; limit: number }): Promise<TeamFileRow[]>;
  /**
   * What lies directly in a folder, or anywhere below it, by path; folders end with `/`. `after` is the path of
   * the last entry seen; at most `limit` entries, and no less while there are more.
   */
  entries(
    teamId: number,
    query: { folder: string; recursive: boolean; after?: string; limit: number },
  ): Promise<TeamFileEntry[]>;
  /** Files, and whole folders (`/folder/`) in steps of a bounded number; what is not there is no error. Answers how many files went. */
  remove(teamId: number, paths: readonly string[]): Promise<number>;
}

export interface TaskNote {
  output: Record<string, unknown>;
  fields: Record<string, unknown>;
  meta: Record<string, unknown>;
}

export interface TaskDataStore {
  /** Empty objects when nobody said anything. */
  get(taskId: number): Promise<TaskNote>;
  /** Reads, changes and writes in one transaction. `change` may throw; then nothing is written. SLY_TOO_LARGE past 16 MB of JSON. */
  update(taskId: number, change: (before: TaskNote) => Partial<TaskNote>): Promise<TaskNote>;
  /** Lines past the room of a task (16 MB) are counted and dropped; the last batch again is no news. */
  addLog(taskId: number, lines: readonly string[]): Promise<{ added: number; dropped: number }>;
  /** Lines after the id `after`, in order. */
  log(taskId: number, query: { after: number; limit: number }): Promise<{ id: number; line: string }[]>;
  putFiles(taskId: number, files: readonly { path: string; sha256: Sha256 }[]): Promise<void>;
  files(taskId: number, query: { after: string; limit: number }): Promise<TaskFileRow[]>;
  file(taskId: number, path: string): Promise<TaskFileRow | undefined>;
}

export interface TaskFileRow {
  path: string;
  sha256: Sha256;
  size: number;
  createdAt: string;
}

export interface PluginIdStore {
  /** Numbers of these plugins, made at the first sight. */
  idsOf(names: readonly string[]): Promise<Map<string, { id: number; createdAt: string }>>;
  nameOf(id: number): Promise<string | undefined>;
}

export interface ReportRow {
  id: number;
  teamId: number;
  name: string;
  body: Record<string, unknown>;
  createdAt: string;
}

export interface ReportPageStore {
  /** The same content in the same team is the same report. */
  add(report: {
    teamId: number;
    name: string;
    body: Record<string, unknown>;
    createdBy: number | null;
  }): Promise<ReportRow>;
  get(id: number): Promise<ReportRow | undefined>;
}

export interface Usage {
  files: number;
  bytes: number;
}

/** Equal bytes are stored once but counted in every class that names them. */
export interface UsageStore {
  byClass(): Promise<Record<'items' | 'archivedItems' | 'archives' | 'teamFiles' | 'uploads', Usage>>;
}
