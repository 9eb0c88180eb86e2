/** What imports publish and exports read. */
import type { Sha256 } from '../../../lib/hash.ts';
import type {
  ArchiveRequest,
  CommitReply,
  ExportItem,
  ExportProject,
  PublicationReply,
  PublicationRequest,
  PublishItem,
  PublishLine,
  SegmentReply,
} from '../../../protocol/publish.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import type { Visible } from './accounts.ts';

/** What the bytes of an item say that its line does not; `problem`: it cannot be an item of such a project. */
export type ItemFacts =
  | { problem: string }
  | { width?: number; height?: number; frames?: number; meta?: Record<string, unknown> };
export type LookAtBytes = (item: PublishItem, projectType: ProjectType) => Promise<ItemFacts>;

export interface PublicationStore {
  /** Begins, or finds again. A higher (attempt, run) of the task supersedes and drops what an earlier one staged. */
  begin(taskKey: string, request: PublicationRequest): Promise<PublicationReply>;
  /** The publication's task and attempt, for the fence. */
  owner(publicationId: number): Promise<{ taskKey: string; attempt: number } | undefined>;
  /**
   * One transaction; a replay gives the first reply again. Refused (SLY_LEASE_LOST) when superseded or dropped.
   * `look` is asked for each item as its line comes in.
   */
  putSegment(
    publicationId: number,
    number: number,
    lines: AsyncIterable<PublishLine>,
    look?: LookAtBytes,
  ): Promise<SegmentReply>;
  /** Makes everything visible in one transaction; the meta is merged into the project's (FORMATS.md A.2). Repeating gives the same reply. */
  commit(publicationId: number, request: { meta: unknown; segments: number }): Promise<CommitReply>;
  /** Leaves nothing behind; a committed one is left alone; a missing one is no error. */
  drop(publicationId: number): Promise<void>;
  /** Ends whatever is open of an attempt that will not commit any more. */
  dropOpenOf(taskKey: string, attempt: number): Promise<void>;
}

export interface ArchiveRow {
  id: number;
  taskKey: string;
  /** Null: the task is not known (any more). */
  taskId: number | null;
  attempt: number;
  name: string;
  sha256: Sha256;
  size: number;
  files: number;
  createdAt: string;
}

export interface ArchiveStore {
  /** Idempotent by (task, attempt). */
  register(taskKey: string, request: ArchiveRequest): Promise<ArchiveRow>;
  get(id: number): Promise<ArchiveRow | undefined>;
  /** Newest first: made after `since` (ms), with ids below `before`. */
  list(query: { limit: number; since: number; before?: number; visible?: Visible }): Promise<ArchiveRow[]>;
  /** The bytes are collected when nothing else names them; a missing one is no error. */
  remove(id: number): Promise<void>;
  /** Made up to `before` (ms), at most `limit`; answers how many went. */
  removeExpired(before: number, limit: number): Promise<number>;
  /** How many `removeExpired` would remove. */
  countExpired(before: number): Promise<number>;
}

/** Reads a project for an export: coordinates as pixel indices, whatever way they came in. */
export interface ExportReader {
  project(id: number): Promise<ExportProject>;
  items(
    projectId: number,
    options: { after: number; limit: number; datasetIds?: readonly number[] },
  ): Promise<ExportItem[]>;
}
