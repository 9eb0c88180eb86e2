/**
 * Where the rooms of the agent meet. The pipeline drives a task through these interfaces and knows no
 * Docker, no SQLite, no HTTP; `agent.ts` puts the real things behind them. Each comment is the contract
 * that the room's conformance suite checks.
 */

import type { FailureInfo } from '../../lib/errors.ts';
import type { Sha256 } from '../../lib/hash.ts';
import type { AgentEvent } from '../../protocol/link.ts';
import type { Detection, Manifest } from '../../protocol/plugin.ts';
import type {
  ArchiveReply,
  ArchiveRequest,
  CommitReply,
  ExportItem,
  ExportProject,
  PublicationReply,
  PublicationRequest,
  PublishItem,
  SegmentReply,
} from '../../protocol/publish.ts';
import type { RunOption, RunRecord } from '../../protocol/run-record.ts';
import type { Progress, ReportLine, Task } from '../../protocol/task.ts';
import type { TaskState } from '../../protocol/task-state.ts';

// ---------------------------------------------------------------- runner

export interface Isolation {
  kind: 'docker' | 'bubblewrap' | 'node-permission';
  /** One sentence for log, page and doctor. */
  summary: string;
  /** What of the production limits is NOT enforced by this runner, for example `memory`, `pids`, `cpu`. */
  notEnforced: readonly string[];
  /** What the engine says of itself; absent without one. */
  engine?: EngineFacts;
}

export interface EngineFacts {
  name: string;
  version: string;
  rootless: boolean;
  /** Root in a container is somebody else outside. */
  userns: boolean;
  /** Name of its default profile; null = switched off. */
  seccomp: string | null;
  apparmor: boolean;
  selinux: boolean;
  /** Limits it says it cannot set on this machine: `memory`, `swap`, `pids`, `cpu`. */
  missing: readonly string[];
}

export interface Mount {
  source: string;
  /** Absolute path as the plugin sees it. */
  target: string;
  readOnly: boolean;
}

export interface RunLimits {
  memoryBytes: number;
  cpus: number;
  pids: number;
  tmpBytes: number;
  /** Largest single file the plugin may write. */
  fileBytes: number;
  /** All it may write below `outputFolder`. */
  outputBytes: number;
  wallMs: number;
  /** Longest time without a line of output. */
  idleMs: number;
}

export interface RunSpec {
  /** Unique for ever: `<task key>.<attempt>.<run>`. The same id finds the same run again. */
  runId: string;
  taskKey: string;
  attempt: number;
  plugin: string;
  /** Image reference; the sandbox runner knows only the built-in plugins' image. */
  image: string;
  /** Command and arguments; empty = the image's own. For the built-in host: ['detect'] | ['import', name] | ['export', name]. */
  args: readonly string[];
  mounts: readonly Mount[];
  /** Host folder of the writable mount, watched for `limits.outputBytes`. */
  outputFolder: string;
  env: Readonly<Record<string, string>>;
  limits: RunLimits;
  gpu: boolean;
}

export interface OutputLine {
  stream: 'stdout' | 'stderr';
  /** Without newline, at most 64 KiB; longer lines are cut and marked. */
  text: string;
  truncated: boolean;
  /** Milliseconds since 1970. */
  at: number;
}

/** Why a run ended, told apart once and here. */
export type ExitReason =
  | 'exit'
  | 'oom'
  | 'wall'
  | 'idle'
  | 'output-limit'
  | 'stopped'
  | 'killed'
  | 'lost'
  | 'start-failed';

export interface RunExit {
  reason: ExitReason;
  /** Exit code; null when it never started or was lost. */
  code: number | null;
  detail: string;
  startedAt: number;
  endedAt: number;
  /** Peak memory in bytes where the runner can tell. */
  peakMemoryBytes?: number;
}

/** What bytes run. `of`: see `DigestOfSchema`. */
export interface ImageDigest {
  digest: string;
  of: 'registry' | 'image' | 'files';
}

/** What is really in force, as the engine or the kernel says it after the start. */
export interface Applied {
  digest?: ImageDigest;
  options: readonly RunOption[];
}

/** All but `memoryBytes` count from the start of the run. What the runner cannot tell is absent. */
export interface UsagePoint {
  memoryBytes?: number;
  cpuMs?: number;
  readBytes?: number;
  writtenBytes?: number;
  receivedBytes?: number;
  sentBytes?: number;
}

export interface Run {
  readonly runId: string;
  /** Lines in order; ends when the run has ended and all output was read. May be iterated once. Reading slowly slows the plugin, nothing is lost. */
  readonly output: AsyncIterable<OutputLine>;
  /** Settles exactly once, never rejects. */
  readonly exit: Promise<RunExit>;
  readonly applied: Applied;
  /** What it uses right now; undefined when it has ended or nobody can tell. Costs one question to the engine. */
  usage(): Promise<UsagePoint | undefined>;
  /** Stop ladder: SIGTERM, after `graceMs` SIGKILL. May be called twice; resolves when ended. */
  stop(graceMs: number): Promise<void>;
  /** Leave it running; this process is going away. Output ends; the run can be re-attached (Docker) or is stopped (sandbox). */
  detach(): Promise<void>;
}

export interface Runner {
  readonly isolation: Isolation;
  /** Throws SLY_RUNNER_UNAVAILABLE / SLY_IMAGE_MISSING / SLY_IMAGE_NOT_ALLOWED with a hint when `start` could not work. */
  check(image: string): Promise<void>;
  /** Undefined when the image is not there. Never pulls. */
  digest(image: string): Promise<ImageDigest | undefined>;
  /** Starts, or finds the run of this id again when it exists already. */
  start(spec: RunSpec): Promise<Run>;
  /** The run of an earlier process of this agent, or null when there is none (any more). Output may repeat from the start. */
  reattach(spec: RunSpec): Promise<Run | null>;
  /** Ids of all runs that carry this agent's label, running or ended. */
  list(): Promise<string[]>;
  /** Removes an ended or running run and all it left in the engine. A missing one is no error. */
  remove(runId: string): Promise<void>;
  close(): Promise<void>;
}

/** What `doctor` found out about one thing. */
export interface DoctorCheck {
  name: string;
  state: 'ok' | 'warning' | 'failed';
  detail: string;
  /** What the person can do; only where something is wrong. */
  hint?: string;
}

// ---------------------------------------------------------------- sources

export interface SourceFile {
  /** Relative to the source root, `/` separated, exactly as on disk. A source that is one file: its name. */
  path: string;
  size: number;
  mtimeNs: bigint;
  inode: bigint;
}

export interface SourceTree {
  /** Absolute folder that is mounted as `data/`; for an archive the folder it was unpacked to. */
  root: string;
  files: SourceFile[];
  /** Files left out on purpose (temp names, junk) or refused (links, devices, bad names). */
  refused: ReportLine[];
}

export interface SourceOpener {
  /**
   * Makes `data/` ready: scans a folder; unpacks an archive into `workFolder` (which may hold a half-done
   * earlier try and is then emptied first); stages a loose file. Originals are never changed.
   */
  open(
    source: OpenSource,
    options: { workFolder: string; signal: AbortSignal; onProgress(p: Progress): void },
  ): Promise<SourceTree>;
}

export type OpenSource = { kind: 'path'; path: string } | { kind: 'files'; root: string };

// ---------------------------------------------------------------- platform (data plane, HTTP)

/** Every method is idempotent and throws typed errors: retryable ones may simply be repeated. */
export interface PlatformClient {
  beginPublication(
    taskKey: string,
    request: PublicationRequest,
    signal: AbortSignal,
  ): Promise<PublicationReply>;
  putSegment(
    publicationId: number,
    number: number,
    items: readonly PublishItem[],
    signal: AbortSignal,
  ): Promise<SegmentReply>;
  commit(
    publicationId: number,
    request: { meta: unknown; segments: number },
    signal: AbortSignal,
  ): Promise<CommitReply>;
  dropPublication(publicationId: number, signal: AbortSignal): Promise<void>;
  putReport(taskKey: string, attempt: number, file: string, signal: AbortSignal): Promise<void>;
  /** The last one counts. Older platforms have no place for it: SLY_NOT_FOUND. */
  putRun(taskKey: string, attempt: number, record: RunRecord, signal: AbortSignal): Promise<void>;
  /** Projects with this id or exactly this name, at most ten. */
  findProjects(word: string, signal: AbortSignal): Promise<{ id: number; name: string }[]>;
  exportProject(projectId: number, signal: AbortSignal): Promise<ExportProject>;
  exportItems(
    projectId: number,
    options: { datasetIds?: readonly number[] },
    signal: AbortSignal,
  ): AsyncIterable<ExportItem>;
  registerArchive(taskKey: string, request: ArchiveRequest, signal: AbortSignal): Promise<ArchiveReply>;
}

export interface FileToSend {
  /** Absolute path. */
  path: string;
  /** Byte range when the blob is part of a larger file. */
  range?: readonly [start: number, end: number];
}

export interface SentFile {
  sha256: Sha256;
  size: number;
}

export interface Transfer {
  /**
   * Makes sure storage holds the bytes of every file; answers in the order of `files`, with an Error for a file
   * that could not be read (gone, changed while read: SLY_SOURCE_CHANGED). Hashes each file once per (path, size,
   * mtime, inode), asks in bulk what is missing, packs small files, sends large ones in resumable parts.
   * Throws only for infrastructure (platform away, disk full, abort); may be repeated.
   */
  sendFiles(files: readonly FileToSend[], options: SendOptions): Promise<(SentFile | Error)[]>;
  /**
   * Streams `write` into storage as one blob of unknown size. `write` must give the same bytes when called again:
   * that is how an interrupted archive resumes.
   */
  sendStream(
    write: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
    options: SendOptions & { resumeKey: string },
  ): Promise<SentFile>;
  /** Bytes of a blob to `target` (temp, verified, fsync, rename), through the local cache. */
  fetchBlob(sha256: Sha256, size: number, target: string, options: SendOptions): Promise<void>;
}

export interface SendOptions {
  signal: AbortSignal;
  onBytes?(bytes: number): void;
}

// ---------------------------------------------------------------- plugins

export interface PluginInfo {
  manifest: Manifest;
  image: string;
  /** Command to pass; empty = image's own. `action` is filled in by the registry. */
  args(action: 'import' | 'export'): readonly string[];
  /** Absolute path of the folder `sample` beside its manifest: a small source it can import. */
  sample?: string;
}

export interface PluginRegistry {
  list(): readonly PluginInfo[];
  get(name: string): PluginInfo | undefined;
  /** Image and arguments of the run that detects the format. */
  detector(): { image: string; args: readonly string[] };
  /** Checks and completes options with the manifest's defaults; throws SLY_PLUGIN_OPTIONS naming each wrong key. */
  completeOptions(
    name: string,
    action: 'import' | 'export',
    options: Record<string, unknown>,
  ): Record<string, unknown>;
}

// ---------------------------------------------------------------- journal

/** What is behind a link. */
export interface LinkFacts {
  mime: string;
  /** The usual one of its kind, with the dot. */
  extension: string;
  /** Pixels as stored. */
  width: number;
  height: number;
  /** Bytes, when the server says it. */
  size?: number;
}

export interface LinkProber {
  /** Bounded parallel. Throws SLY_FORBIDDEN, SLY_NOT_FOUND or SLY_IMAGE_UNREADABLE with what a person can do. */
  probe(link: string, signal: AbortSignal): Promise<LinkFacts>;
}

/** What a source would be imported as. */
export interface Inspection {
  path: string;
  files: number;
  bytes: number;
  /** Files that are left out before any plugin sees them, with the reason. */
  refused: readonly ReportLine[];
  detection: Detection;
  /** The format an import would use; absent when it would ask. */
  plugin?: string;
  /** Why it would ask: no format fits, or several do. */
  question?: FailureInfo;
}

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
