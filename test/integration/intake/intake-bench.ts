/** An intake over a real folder and a real journal; the test plays the pipeline. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { createIntake, type Intake, type IntakeDeps } from '../../../src/agent/intake/intake.ts';
import { statusName } from '../../../src/agent/intake/status-name.ts';
import { createIntakeInventory, type IntakeInventory } from '../../../src/agent/journal/intake-inventory.ts';
import { INTAKE_MIGRATIONS } from '../../../src/agent/journal/intake-migrations.ts';
import { type JournalDatabase, openJournal } from '../../../src/agent/journal/open-journal.ts';
import { createOutbox } from '../../../src/agent/journal/outbox.ts';
import { createTaskJournal, type TaskBook } from '../../../src/agent/journal/task-journal.ts';
import { TASK_MIGRATIONS } from '../../../src/agent/journal/task-migrations.ts';
import { taskFolder } from '../../../src/agent/pipeline/task-folder.ts';
import type { AttemptRecord } from '../../../src/agent/ports/journal.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import type { ReportLine, Task } from '../../../src/protocol/task.ts';
import { tempFolder } from '../../support/temp-folder.ts';

export const SETTLE_MS = 250;
export const SCAN_MS = 400;

export interface Bench {
  upload: string;
  tasksRoot: string;
  intake: Intake;
  inventory: IntakeInventory;
  journal: TaskBook;
  db: JournalDatabase;
  /** Tasks submitted in this run, in order. */
  submitted: Task[];
  put(name: string, content?: string | Buffer): string;
  status(name: string): Record<string, unknown> | undefined;
  report(name: string): string | undefined;
  tasksOf(name: string): Task[];
  /** Plays the pipeline up to the end. */
  finish(task: Task, state?: 'succeeded' | 'failed', lines?: ReportLine[]): void;
  stop(): Promise<void>;
}

export interface BenchOptions extends Partial<IntakeDeps> {
  root?: string;
  start?: boolean;
}

export async function bench(options: BenchOptions = {}): Promise<Bench> {
  const { root = tempFolder('intake'), start = true, ...deps } = options;
  const upload = deps.uploadFolder ?? path.join(root, 'upload');
  const tasksRoot = path.join(root, 'tasks');
  mkdirSync(upload, { recursive: true });
  const db = openJournal(path.join(root, 'journal.sqlite'), [...TASK_MIGRATIONS, ...INTAKE_MIGRATIONS]);
  const journal = createTaskJournal({ db, outbox: createOutbox(db), clock: systemClock });
  const inventory = createIntakeInventory(db, systemClock);
  const submitted: Task[] = [];
  const intake = createIntake({
    uploadFolder: upload,
    tasksRoot,
    inventory,
    clock: systemClock,
    log: silentLogger(),
    settleMs: SETTLE_MS,
    scanMs: SCAN_MS,
    routes: [],
    retryTask: () => undefined,
    submit(task): AttemptRecord {
      const record = journal.createLocal(task);
      submitted.push(task);
      intake.onState(record);
      return record;
    },
    ...deps,
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= intake.stop().then(() => void db.close());
    return stopped;
  };
  onTestFinished(stop);
  if (start) await intake.start();
  const own = (name: string, ending: string): string =>
    path.join(upload, '.sly', `${statusName(name)}${ending}`);

  return {
    upload,
    tasksRoot,
    intake,
    inventory,
    journal,
    db,
    submitted,
    put(name, content = name) {
      const file = path.join(upload, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    status(name) {
      const file = own(name, '.status.json');
      return existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)
        : undefined;
    },
    report(name) {
      const file = own(name, '.report.txt');
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    },
    tasksOf: (name) =>
      submitted.filter(
        ({ spec }) => spec.action === 'import' && spec.source.kind === 'upload' && spec.source.path === name,
      ),
    finish(task, state = 'succeeded', lines = []) {
      const ref = { key: task.key, attempt: 1 };
      const folder = taskFolder(tasksRoot, task.key, 1);
      mkdirSync(folder.root, { recursive: true });
      writeFileSync(folder.report, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      intake.onState(journal.move(ref, { state: 'fetching' }));
      if (state === 'failed') {
        const failure = {
          code: 'SLY_FORMAT_UNKNOWN',
          title: 'No known format',
          detail: 'none fits',
          hint: 'Read on.',
          retryable: false,
        };
        return intake.onState(journal.move(ref, { state, details: { failure } }));
      }
      intake.onState(
        journal.move(ref, { state: 'converting', details: { plugin: 'coco', because: 'it looks so' } }),
      );
      intake.onState(journal.move(ref, { state: 'publishing' }));
      const failed = lines.filter((line) => line.status === 'failed').length;
      const counts = {
        files: 1 + lines.length,
        ok: 1,
        skipped: lines.length - failed,
        failed,
        items: 1,
        warnings: 0,
        bytes: 1,
      };
      const result = {
        counts,
        projectId: 12,
        projectName: 'p',
        link: '/projects/12',
        plugin: 'coco',
        because: 'it looks so',
      };
      intake.onState(journal.move(ref, { state, details: { result } }));
    },
    stop,
  };
}

/** Waits until `look` gives something; fails with what was waited for. */
export async function until<T>(what: string, look: () => T | undefined | false, ms = 8000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const got = look();
    if (got !== undefined && got !== false) return got;
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await delay(20);
  }
}

/** Long enough for several scans: what has not happened by then does not happen. */
export const quiet = (): Promise<void> => delay(3 * SCAN_MS + 2 * SETTLE_MS);
