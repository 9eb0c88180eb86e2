/**
 * What happens to a source once it is a task: its outcome goes into the inventory, its status and report files
 * are kept true, and after a success its content is remembered or it leaves the folder. The slow parts are
 * done one after the other in the background and begin again after a restart.
 */
import path from 'node:path';
import { background } from '../../lib/background.ts';
import { toSlyError } from '../../lib/errors.ts';
import { createLimit } from '../../lib/limit.ts';
import type { Logger } from '../../lib/log.ts';
import type { Task } from '../../protocol/task.ts';
import { isFinal } from '../../protocol/task-state.ts';
import type { IntakeInventory, InventoryRow, SourceOutcome } from '../journal/intake-inventory.ts';
import { taskFolder } from '../pipeline/task-folder.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import type { SourceFile } from '../ports/sources.ts';
import type { ContentCheck } from './content-check.ts';
import { archiveKind } from './file-names.ts';
import type { LeaveFolder } from './leave-folder.ts';
import { reportText } from './report-text.ts';
import { takenStatus } from './source-status.ts';
import type { StatusFiles } from './status-files.ts';
import { lookAtFile } from './walk-folder.ts';

export interface TaskFollower {
  onState(record: Pick<AttemptRecord, 'key' | 'attempt' | 'state'>): void;
  onHashed(record: Pick<AttemptRecord, 'key'>, files: readonly (SourceFile & { sha256: string })[]): void;
  /** Makes up for a crash: submits what was written down but not submitted, and takes in what ended meanwhile. */
  recover(): void;
  /** Once after a start: status files as the journal says, and the slow parts a stop interrupted. */
  resume(): Promise<void>;
  submit(row: { key: string; task: Task }): void;
  show(name: string): void;
  /** The task of this row is still under way, or will be; or its source is just being taken away. */
  isUnderWay(row: InventoryRow): boolean;
  /** Runs after what is already waiting; a stop aborts and awaits it. */
  later(name: string, work: () => Promise<void>): void;
  idle(): Promise<void>;
}

export function createTaskFollower(deps: {
  uploadFolder: string;
  tasksRoot: string;
  inventory: IntakeInventory;
  statuses: StatusFiles;
  content: ContentCheck;
  leaving: LeaveFolder;
  submit(task: Task): unknown;
  signal: AbortSignal;
  log: Logger;
}): TaskFollower {
  const { inventory, statuses, log, signal } = deps;
  const oneAtATime = createLimit(1);
  const jobs = new Set<Promise<void>>();
  const reported = new Set<string>();
  /** Sources that are aside at this moment: missing from the folder, but not gone. */
  const aside = new Set<string>();

  function later(name: string, work: () => Promise<void>): void {
    const job = oneAtATime(async () => {
      if (!signal.aborted) await work();
    })
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      })
      .finally(() => jobs.delete(job));
    jobs.add(job);
    background(name, log, job);
  }

  function show(name: string): void {
    const row = inventory.get(name);
    if (row === undefined) return;
    const report = row.outcome !== null && reported.has(row.key) ? statuses.reportName(name) : undefined;
    statuses.put(takenStatus(row, inventory.taskOf(row.key), report));
  }

  function end(row: InventoryRow, outcome: SourceOutcome, attempt: number): void {
    if (row.outcome !== outcome)
      inventory.setOutcome(row.key, outcome, inventory.taskOf(row.key)?.details ?? null);
    show(row.name);
    finish(row.key, attempt);
  }

  /** The row as it is, unless another version has taken its place. */
  const current = (key: string): InventoryRow | undefined => inventory.byKey(key);

  function finish(key: string, attempt: number): void {
    const { report } = taskFolder(deps.tasksRoot, key, attempt);
    later('finish source', async () => {
      const row = current(key);
      if (row === undefined) return;
      const status = takenStatus(row, inventory.taskOf(key), undefined);
      if (await statuses.writeReport(row.name, reportText(status, report))) reported.add(key);
      if (row.outcome === 'succeeded' && row.after !== 'keep' && row.left === null) await leave(row, report);
      show(row.name);
    });
    learnLater(key);
  }

  function learnLater(key: string): void {
    later('learn content', async () => {
      const row = current(key);
      if (row?.outcome !== 'succeeded' || row.left !== null || row.contentKnown) return;
      if ((await deps.content.learn(row.name, row.signature)) && current(key)?.signature === row.signature)
        inventory.setContentKnown(row.name);
    });
  }

  async function leave(row: InventoryRow, report: string): Promise<void> {
    aside.add(row.name);
    try {
      const result = await deps.leaving.leave(row, report);
      if ('kept' in result) inventory.note(row.name, result.kept);
      else inventory.markLeft(row.name, result.left, result.text);
      log.info({ source: row.name, taskKey: row.key, ...result }, 'imported source leaves the upload folder');
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn({ err: error, source: row.name }, 'imported source could not leave the upload folder');
      inventory.note(row.name, `Kept: it could not be taken away (${toSlyError(error).detail}).`);
    } finally {
      aside.delete(row.name);
    }
  }

  function submit(row: { key: string; task: Task }): void {
    deps.submit(row.task);
    inventory.markSubmitted(row.key);
  }

  function recoverRow(row: InventoryRow): void {
    const standing = inventory.taskOf(row.key);
    if (row.outcome === null) {
      if (standing === undefined) {
        if (!row.submitted) submit(row);
      } else if (isFinal(standing.state)) end(row, standing.state as SourceOutcome, standing.attempt);
    } else if (standing !== undefined && !isFinal(standing.state)) inventory.setOutcome(row.key, null, null);
  }

  return {
    onState(record) {
      const row = inventory.byKey(record.key);
      if (row === undefined) return;
      if (isFinal(record.state)) return end(row, record.state as SourceOutcome, record.attempt);
      if (row.outcome !== null) inventory.setOutcome(record.key, null, null);
      show(row.name);
    },

    onHashed(record, files) {
      const row = inventory.byKey(record.key);
      if (row === undefined) return;
      const isFolder = lookAtFile(path.join(deps.uploadFolder, row.name))?.kind === 'folder';
      // Paths inside an archive say nothing about the archive.
      if (!isFolder && archiveKind(row.name) !== undefined) return;
      inventory.putHashes(row.name, isFolder ? files : files.map((file) => ({ ...file, path: '' })));
    },

    recover() {
      for (const row of inventory.all()) {
        try {
          recoverRow(row);
        } catch (error) {
          log.error({ err: error, source: row.name, taskKey: row.key }, 'source could not be submitted');
        }
      }
    },

    async resume() {
      for (const row of inventory.all()) {
        if (signal.aborted) return;
        const attempt = inventory.taskOf(row.key)?.attempt;
        const isLeaving = row.outcome === 'succeeded' && row.after !== 'keep' && row.left === null;
        if (await statuses.hasReport(row.name)) reported.add(row.key);
        else if (row.outcome !== null && attempt !== undefined) finish(row.key, attempt);
        if (isLeaving && attempt !== undefined) finish(row.key, attempt);
        learnLater(row.key);
        show(row.name);
      }
    },

    submit,
    show,
    isUnderWay(row) {
      if (row.outcome !== null) return aside.has(row.name);
      const standing = inventory.taskOf(row.key);
      return standing === undefined ? !row.submitted : !isFinal(standing.state);
    },
    later,
    async idle() {
      while (jobs.size > 0) await Promise.allSettled([...jobs]);
    },
  };
}
