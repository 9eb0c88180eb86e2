/** What every step of one attempt works with. */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Progress } from '../../protocol/task.ts';
import type { GatewayOpener } from '../ports/gateway.ts';
import type { AttemptRecord, TaskJournal } from '../ports/journal.ts';
import type { LinkProber } from '../ports/links.ts';
import type { PlatformClient, Transfer } from '../ports/platform.ts';
import type { PluginRegistry } from '../ports/plugins.ts';
import type { LimitPolicy, Runner } from '../ports/runner.ts';
import type { SourceFile, SourceOpener } from '../ports/sources.ts';
import type { Outcomes } from './outcomes.ts';
import type { TaskFolder } from './task-folder.ts';
import type { TaskLog } from './task-log.ts';

export interface PipelineDeps {
  journal: TaskJournal;
  runner: Runner;
  opener: SourceOpener;
  client: PlatformClient;
  transfer: Transfer;
  links: LinkProber;
  gateways: GatewayOpener;
  plugins: PluginRegistry;
  clock: Clock;
  log: Logger;
  tasksRoot: string;
  uploadFolder: string;
  policy: LimitPolicy;
  /** SIGTERM to SIGKILL, ms. */
  stopGraceMs: number;
  /** How often new segments are looked for, ms. */
  pollMs: number;
  onProgress(record: AttemptRecord, progress: Progress): void;
  onState(record: AttemptRecord): void;
  /** Hashes of source files as they become known, so that intake can tell a touched file from a changed one. */
  onHashed(record: AttemptRecord, files: readonly (SourceFile & { sha256: string })[]): void;
  onLog(record: AttemptRecord): void;
}

export interface StepContext {
  deps: PipelineDeps;
  record: AttemptRecord;
  folder: TaskFolder;
  log: TaskLog;
  outcomes: Outcomes;
  signal: AbortSignal;
  progress(progress: Progress): void;
}
