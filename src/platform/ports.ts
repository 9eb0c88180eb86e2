/**
 * Where the rooms of the platform meet: `agents/` (gateway, dispatch, leases) gives a TaskService and an
 * AgentDirectory, `blobs/` a BlobStore, `store/` the repositories; `api/` uses them; `platform.ts` puts
 * them together.
 */
import type { Readable } from 'node:stream';
import type { FailureInfo } from '../lib/errors.ts';
import type { Sha256 } from '../lib/hash.ts';
import type { AgentMessage, Telemetry } from '../protocol/link.ts';
import type { Manifest } from '../protocol/plugin.ts';
import type { Progress, Task, TaskResult, TaskSpec } from '../protocol/task.ts';
import type { TaskState } from '../protocol/task-state.ts';

// ---------------------------------------------------------------- tasks

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
  | { type: 'progress'; id: number; key: string; progress: Progress }
  | { type: 'log'; id: number; key: string; attempt: number; offset: number; text: string }
  | { type: 'agent'; agentId: number };

export interface TaskService {
  /** Idempotent by `task.key`. `agentId` pins it to one agent (sources in an upload folder are always pinned). */
  create(task: Task, options: { agentId?: number; workspaceId?: number }): Promise<TaskView>;
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
  }): Promise<TaskView[]>;
  history(id: number): Promise<TaskHistoryEntry[]>;
  /** Queued: ends at once. Held by an agent: asks it; the state changes when the agent says so. */
  cancel(id: number, reason: string): Promise<TaskView>;
  /** Only ended tasks; a new attempt is queued. */
  retry(id: number): Promise<TaskView>;
  /** NDJSON log lines from a byte offset. */
  readLog(id: number, options: { attempt?: number; offset: number; maxBytes: number }): Promise<LogSlice>;
  putReport(key: string, attempt: number, body: Readable): Promise<void>;
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

// ---------------------------------------------------------------- agents

export interface AgentView {
  id: number;
  name: string;
  version: string | null;
  connected: boolean;
  /** ISO time of the last frame. */
  lastSeenAt: string | null;
  draining: boolean;
  telemetry: Telemetry | null;
  plugins: Manifest[];
  running: { key: string; attempt: number }[];
}

export type Listing = Extract<AgentMessage, { type: 'listing' }>;

export interface AgentDirectory {
  list(): Promise<AgentView[]>;
  get(id: number): Promise<AgentView | undefined>;
  /** Makes an agent and its token; the token is only returned here, stored hashed. */
  create(name: string): Promise<{ id: number; token: string }>;
  /** A new token for the agent of this name; the old one ends. Rejects with SLY_NOT_FOUND. */
  renewToken(name: string): Promise<{ id: number; token: string }>;
  authenticate(token: string): Promise<{ agentId: number } | undefined>;
  /** Asks the connected agent over the link; rejects with SLY_NOT_FOUND / SLY_TIMEOUT. */
  listFolder(agentId: number, path: string): Promise<Listing>;
  drain(agentId: number, on: boolean): Promise<void>;
  /** Plugins of all known agents, by name. */
  plugins(): Promise<Manifest[]>;
}

// ---------------------------------------------------------------- blobs

export interface BlobStore {
  /** Which of these are not stored (any number; callers batch). */
  missing(hashes: readonly Sha256[]): Promise<Sha256[]>;
  /** Stores bytes under their hash; returns when durable. An existing blob is not written again. Rejects SLY_HASH_MISMATCH. */
  put(sha256: Sha256, bytes: Uint8Array): Promise<void>;
  /** Many small ones with one wait for durability; answers which did not match their hash. */
  putMany(blobs: readonly { sha256: Sha256; bytes: Uint8Array }[]): Promise<Sha256[]>;
  /** A stream of unknown hash and size; returns both when durable. */
  putStream(body: AsyncIterable<Uint8Array>): Promise<{ sha256: Sha256; size: number }>;
  size(sha256: Sha256): Promise<number | undefined>;
  /** `end` is exclusive. Rejects SLY_NOT_FOUND. */
  open(sha256: Sha256, range?: { start: number; end: number }): Promise<Readable>;
  /** The same name finds the same unfinished upload. Parts come in any order, twice is harmless. */
  beginUpload(name: string): Promise<{
    uploadId: string;
    partSize: number;
    received: { part: number; crc32: number; size: number }[];
  }>;
  putPart(uploadId: string, part: number, body: AsyncIterable<Uint8Array>, crc32: number): Promise<void>;
  /** Checks hash and size, then the blob is there and the upload gone. Repeating after success is harmless. */
  completeUpload(uploadId: string, expected: { sha256: Sha256; size: number }): Promise<void>;
  abortUpload(uploadId: string): Promise<void>;
  delete(hashes: readonly Sha256[]): Promise<void>;
}
