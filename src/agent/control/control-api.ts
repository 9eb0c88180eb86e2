/** What the command line and the daemon say to each other over the local socket. */
import type { FailureInfo } from '../../lib/errors.ts';
import type { Manifest } from '../../protocol/plugin.ts';
import type { Script, ScriptsState } from '../../protocol/script.ts';
import type { SelfTest } from '../../protocol/self-test.ts';
import type { Progress, TaskResult, TaskSpec } from '../../protocol/task.ts';
import type { TaskState } from '../../protocol/task-state.ts';
import type { DoctorCheck } from '../ports/runner.ts';
import type { Inspection } from '../ports/sources.ts';

export type { DoctorCheck, Inspection };

export interface ControlStatus {
  version: string;
  mode: 'standalone' | 'agent';
  name: string;
  pid: number;
  startedAt: string;
  /** Address of the web page (standalone). */
  url: string | null;
  platformUrl: string;
  link: {
    status: string;
    since: string;
    lastFrameAt: string | null;
    nextTryAt: string | null;
    reason: string | null;
  };
  isolation: { kind: string; summary: string; notEnforced: readonly string[] };
  uploadFolder: string;
  intake: { state: string; detail: string | null; sources: number };
  slots: { total: number; busy: number };
  draining: boolean;
  waitingBecause: string | null;
  outbox: number;
  disk: { freeBytes: number; totalBytes: number; reserveBytes: number };
  memoryBytes: number;
}

export interface ControlTask {
  key: string;
  title: string;
  state: TaskState;
  attempt: number;
  spec: TaskSpec;
  plugin: string | null;
  because: string | null;
  progress: Progress | null;
  failure: FailureInfo | null;
  result: TaskResult | null;
  createdAt: string;
  updatedAt: string;
}

export type ControlPlugin = Manifest & { script?: Script };

export interface ControlHistoryEntry {
  attempt: number;
  state: TaskState;
  at: string;
  failure: FailureInfo | null;
}

export interface ImportRequest {
  path: string;
  plugin?: string;
  project?: string;
  appendToProjectId?: number;
  options?: Record<string, unknown>;
  conflict?: 'rename' | 'skip' | 'replace' | 'fail';
  dryRun?: boolean;
}

export interface ExportRequest {
  /** Project id, or its exact name. */
  project: string;
  plugin: string;
  options?: Record<string, unknown>;
}

/** What the socket serves; `agent.ts` gives the real thing. Rejections travel as FailureInfo. */
export interface ControlHandlers {
  status(): Promise<ControlStatus>;
  tasks(limit: number): Promise<ControlTask[]>;
  task(key: string): Promise<{ task: ControlTask; history: ControlHistoryEntry[] }>;
  import(request: ImportRequest): Promise<ControlTask>;
  /** What a path would be imported as; makes no task. */
  detect(path: string, signal: AbortSignal): Promise<Inspection>;
  export(request: ExportRequest): Promise<ControlTask>;
  cancel(key: string): Promise<{ accepted: string }>;
  retry(key: string): Promise<{ accepted: string }>;
  drain(on: boolean): Promise<void>;
  plugins(): Promise<ControlPlugin[]>;
  scripts(): Promise<ScriptsState>;
  /** Runs the plugin's own sample; that it fails is an answer. */
  testPlugin(name: string): Promise<SelfTest>;
  doctor(options: { security: boolean }): Promise<DoctorCheck[]>;
  /** A tar.gz for whoever is asked for help (src/protocol/support-bundle.ts). */
  support(): Promise<{ bytes: Uint8Array }>;
  /** A fresh one-time login address (standalone only). */
  loginLink(): Promise<string>;
  /** Whole log lines from a byte offset; `next` is where to go on. */
  log(
    key: string,
    attempt: number | undefined,
    offset: number,
  ): Promise<{ text: string; next: number; ended: boolean }>;
  report(key: string): Promise<string | undefined>;
  /** Bytes of an export from `start`; the size is in the task's result. */
  archive(key: string, start: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}
