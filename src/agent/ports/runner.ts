/** Where a plugin runs: `runner/` is behind it, and its conformance suite checks what stands here. */
import type { RunOption } from '../../protocol/run-record.ts';

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

/** The most a plugin may have on this machine; a manifest may ask for less, never for more. */
export interface LimitPolicy {
  memoryMb: number;
  cpus: number;
  pids: number;
  tmpMb: number;
  fileMb: number;
  outputMb: number;
  wallSeconds: number;
  idleSeconds: number;
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

/** An image of plugins at the engine that is this agent's own. */
export interface EngineImage {
  id: string;
  /** What a person knows it by. */
  name: string;
  /** Layers it shares with others are counted with each. */
  bytes: number;
  /** When it was built, ms since 1970. */
  madeAt: number;
  /** Why it stays; absent = nothing needs it. */
  usedBy?: string;
}

export interface RunnerImages {
  /** `wanted`: references of the images of all plugins there are. Images that are not this agent's are not in it. */
  list(wanted: readonly string[]): Promise<EngineImage[]>;
  /** Never by force. A missing one is no error; resolves to why the engine keeps it, if it does. */
  remove(id: string): Promise<string | undefined>;
}

export interface Runner {
  readonly isolation: Isolation;
  /** Only where plugins run in containers. */
  readonly images?: RunnerImages;
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
