/**
 * Where the rooms of the platform meet: `agents/` (gateway, dispatch, leases) gives a TaskService and an
 * AgentDirectory, `blobs/` a BlobStore, `pictures/` Renditions, `store/` the repositories; `api/` uses them;
 * `platform.ts` puts them together.
 */
import type { Readable } from 'node:stream';
import type { VolumeMeta } from '../format/nrrd-header.ts';
import type { Origin } from '../lib/config/options.ts';
import type { FailureInfo } from '../lib/errors.ts';
import type { Sha256 } from '../lib/hash.ts';
import type { AgentMessage, Telemetry } from '../protocol/link.ts';
import type { Manifest } from '../protocol/plugin.ts';
import type { Answered, Asked, QuestionName } from '../protocol/questions.ts';
import type { RunRecord } from '../protocol/run-record.ts';
import type { SelfTest } from '../protocol/self-test.ts';
import type { Progress, Task, TaskResult, TaskSpec } from '../protocol/task.ts';
import type { TaskState } from '../protocol/task-state.ts';
import type { VideoFacts } from './media/video-facts.ts';
import type { ProjectRow, Visible } from './store/repositories.ts';

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
  /** The only team it works for; null: every team. */
  teamId: number | null;
}

export interface AgentCode {
  id: number;
  /** It gives this agent a new token; null: it makes an agent. */
  agentId: number | null;
  teamId: number | null;
  createdBy: number | null;
  createdAt: string;
  expiresAt: string;
}

export interface PluginOfferView {
  manifest: Manifest;
  digest: string | null;
  /** Agents that have it, in whatever version. */
  agents: {
    id: number;
    name: string;
    connected: boolean;
    /** Of the bytes it runs there, as it said at its last connect or self-test. */
    digest: string | null;
    digestOf: 'registry' | 'image' | 'files' | null;
    /** It knows how to test its plugins. */
    canTest: boolean;
    /** The last self-test there. */
    tested: SelfTest | null;
  }[];
}

export type Listing = Extract<AgentMessage, { type: 'listing' }>;

/** What an agent answered, or why it refused. */
export type AgentAnswer<T> =
  | { answer: T; failure?: undefined }
  | { answer?: undefined; failure: FailureInfo };

export interface AgentDirectory {
  /** With `visible`: those of these teams and of every team, with tasks of these teams. */
  list(query?: { visible?: Visible }): Promise<AgentView[]>;
  get(id: number, query?: { visible?: Visible }): Promise<AgentView | undefined>;
  /** Makes an agent and its token; the token is only returned here, stored hashed. */
  create(name: string): Promise<{ id: number; token: string }>;
  /** A new token for the agent of this name; the old one ends. Rejects with SLY_NOT_FOUND. */
  renewToken(name: string): Promise<{ id: number; token: string }>;
  authenticate(token: string): Promise<{ agentId: number; teamId: number | null } | undefined>;
  /** A code that is good once, within an hour; it is only returned here, stored hashed. */
  addCode(options: {
    userId: number;
    agentId?: number;
    teamId?: number;
  }): Promise<{ id: number; code: string; expiresAt: string }>;
  codes(): Promise<AgentCode[]>;
  removeCode(id: number): Promise<void>;
  /** Undefined for a code that is wrong, used or old; SLY_NOT_UNIQUE for a name that is taken (the code stays good). */
  register(code: string, name: string): Promise<{ id: number; name: string; token: string } | undefined>;
  /** Asks the connected agent over the link; rejects with SLY_NOT_FOUND / SLY_TIMEOUT. */
  listFolder(agentId: number, path: string): Promise<Listing>;
  /**
   * Asks the connected agent over the link. Rejects with SLY_NOT_FOUND (not connected, or too old to know the
   * question), SLY_TIMEOUT, SLY_BAD_MESSAGE (the answer has another shape).
   */
  ask<N extends QuestionName>(
    agentId: number,
    question: N,
    asked: Asked<N>,
  ): Promise<AgentAnswer<Answered<N>>>;
  drain(agentId: number, on: boolean): Promise<void>;
  /** Plugins of all known agents, by name. */
  plugins(): Promise<Manifest[]>;
  /** The same with what is known of them beside their manifest. */
  pluginOffers(): Promise<PluginOfferView[]>;
  /** Has the agent test one of its plugins and keeps what came of it. Rejects as `ask` does. */
  testPlugin(agentId: number, plugin: string): Promise<AgentAnswer<SelfTest>>;
}

// ---------------------------------------------------------------- blobs

/** Larger blobs are streams, not part of a batch. */
export const BATCHED_BYTES = 1 << 20;

/** Small blobs that come one after the other and are there, durable, together. */
export interface BlobBatch {
  /** Answers the hash; the bytes may be used again when it resolves. Nobody sees the blob before the commit. */
  add(bytes: Uint8Array): Promise<Sha256>;
  /** Whoever calls `add` calls this or `abort`; after a failed commit `abort` too. */
  commit(): Promise<void>;
  /** Removes what is not committed. */
  abort(): Promise<void>;
}

export interface BlobStore {
  /** Which of these are not stored (any number; callers batch). */
  missing(hashes: readonly Sha256[]): Promise<Sha256[]>;
  /** Stores bytes under their hash; returns when durable. An existing blob is not written again. Rejects SLY_HASH_MISMATCH. */
  put(sha256: Sha256, bytes: Uint8Array): Promise<void>;
  /** Many small ones with one wait for durability; answers which did not match their hash. */
  putMany(blobs: readonly { sha256: Sha256; bytes: Uint8Array }[]): Promise<Sha256[]>;
  batch(): BlobBatch;
  /**
   * A stream of unknown hash and size; returns both when durable. A piece is not used any more when the next one is
   * asked for.
   */
  putStream(body: AsyncIterable<Uint8Array>): Promise<{ sha256: Sha256; size: number }>;
  size(sha256: Sha256): Promise<number | undefined>;
  /** Fills `into` with the bytes from `start` on, for what fits in memory. Rejects SLY_NOT_FOUND. */
  readInto(sha256: Sha256, into: Uint8Array, start?: number): Promise<void>;
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

// ---------------------------------------------------------------- pictures for the page

/** Thumbnails by their longest side; `display` is for looking at what browsers do not show (TIFF, 16 bits). */
export const RENDITION_KINDS = ['thumbnail-160', 'thumbnail-320', 'thumbnail-640', 'display'] as const;
export type RenditionKind = (typeof RENDITION_KINDS)[number];

/** What a picture is made of. */
export interface PictureSource {
  sha256: Sha256;
  size: number;
  /** Of a video: the index of the stream the picture is of. */
  stream?: number;
}

export interface Renditions {
  /** WebP of the pixels as they are stored (no EXIF orientation applied), made once and cached. Rejects SLY_IMAGE_UNREADABLE with the reason. */
  open(
    source: PictureSource,
    kind: RenditionKind,
    options: { signal: AbortSignal },
  ): Promise<{ size: number; body: Readable }>;
  /** Changes when the same bytes would give another picture. */
  version(source: PictureSource, kind: RenditionKind): string;
  /** What the cache holds. */
  usage(): Promise<{ files: number; bytes: number }>;
}

/**
 * Files that arrive from their start to their end, for uploads from the browser. Who calls keeps track of how far
 * each is and lets one request at a time write to it. Ids are 43 characters of base64url, chosen by the caller.
 */
export interface GrowingFiles {
  create(id: string): Promise<void>;
  /**
   * Writes the body from byte `from` on. `onDurable` hears how far the file is safe on disk, every few megabytes and
   * at the end of what came, also when the body broke off: nothing that arrived is lost. With a checksum all of
   * the body counts or nothing does. Rejects SLY_HASH_MISMATCH, SLY_TOO_LARGE past `size`, SLY_NOT_FOUND, or
   * with what broke the body off.
   */
  append(
    id: string,
    body: AsyncIterable<Uint8Array>,
    options: {
      from: number;
      size: number;
      checksum?: { algorithm: string; digest: Uint8Array };
      onDurable(upTo: number): Promise<void>;
    },
  ): Promise<void>;
  /** Of the first `size` bytes, hashed as they came where that was possible. */
  hash(id: string, size: number): Promise<Sha256>;
  /** Makes the file the blob `sha256`. Repeating after success is harmless. */
  moveIn(id: string, sha256: Sha256): Promise<void>;
  remove(id: string): Promise<void>;
  /** Ids of files nobody wrote to since `before` (ms). */
  untouchedSince(before: number): Promise<string[]>;
  /** Bytes that may still be written to the disk. */
  freeBytes(): Promise<number>;
}

// ---------------------------------------------------------------- media

/** Of a video: mime and streams; or why its bytes cannot be read. */
export type VideoReading = VideoFacts | { problem: string };

export interface MediaReader {
  /** In the order asked. Every blob is read once; one that cannot be read is an answer. */
  videos(hashes: readonly Sha256[]): Promise<VideoReading[]>;
  /** A PNG of one frame of a video, as it is shown. Rejects SLY_IMAGE_UNREADABLE with the reason. */
  still(
    blob: { sha256: Sha256; size: number; stream: number },
    options: { signal: AbortSignal },
  ): Promise<Uint8Array>;
  /** From the header of an NRRD file; undefined when it is none. */
  volumeMeta(sha256: Sha256): Promise<VolumeMeta | undefined>;
}

// ---------------------------------------------------------------- how long things are kept

export interface Retention {
  /** Archives of exports, from their making. */
  archiveMs: number;
  /** Where that comes from; a default when it is not said. */
  archiveFrom?: Origin;
}

// ---------------------------------------------------------------- statistics

/** Numbers of a whole project. Names are as annotations have them: a class without objects is not among them. */
export interface Statistics {
  items: number;
  /** With an object or a tag. */
  annotated: number;
  objects: number;
  /** What is drawn of the objects on frames, slices and clouds; on images the same as the objects. */
  figures: number;
  /** Of videos; `labelled` have figures. */
  frames: { total: number; labelled: number } | null;
  /** `share`: mean share of the image (0..1), over the images where it was measured; null where it never was. */
  classes: { title: string; objects: number; figures: number; items: number; share: number | null }[];
  tags: { name: string; items: number; objects: number }[];
  /** Both ends inclusive; `to` null = and more. */
  /** Of a point cloud its figures. */
  objectsPerItem: { from: number; to: number | null; items: number }[];
  /** Of videos: whole seconds, begun ones included. */
  lengths: { from: number; to: number | null; items: number }[];
  /** The most frequent ones; 0 x 0 = not known. `depth` is of volumes. */
  sizes: { width: number; height: number; depth: number | null; items: number }[];
  /** Items of sizes that are not listed. */
  otherSizes: number;
  everyMaskMeasured: boolean;
}

export interface StatisticsState {
  state: 'counting' | 'ready' | 'failed';
  /** Items. */
  done: number;
  total: number;
  statistics: Statistics | null;
  reason?: string;
}

export interface ProjectStatistics {
  /** Answers at once; counts in the background where it has to. */
  of(project: ProjectRow): StatisticsState;
}

/** How long what nobody sees any more is kept, in ms. */
export const GRACE_MS = {
  /** Archived by mistake: an operator may still bring it back from the database. */
  archived: 24 * 3600_000,
  /** Longer than any upload from the browser waits for its import. */
  blobs: 7 * 24 * 3600_000,
  uploads: 3 * 24 * 3600_000,
} as const;

export interface Garbage {
  /** Rounds of the collector; times in ms since 1970, null before the first. */
  state(): { lastAt: number | null; lastRemoved: number | null; nextAt: number | null };
  /** What a round would remove right now. */
  preview(): Promise<GarbagePreview>;
}

export interface GarbagePreview {
  archives: number;
  /** Projects and datasets. */
  archived: number;
  blobs: number;
  /** There are more blobs than were counted. */
  more: boolean;
}

/** The disk everything is kept on. */
export interface Space {
  freeBytes: number;
  totalBytes: number;
  databaseBytes: number;
  /** Logs, reports and run records of tasks. */
  logs: { files: number; bytes: number };
}
