/** An attempt that is in no journal: what looks at a source or tests a plugin works with one, in a folder that is gone afterwards. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { newKey } from '../../lib/ids.ts';
import type { TaskSpec } from '../../protocol/task.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import { createOutcomes } from './outcomes.ts';
import type { PipelineDeps, StepContext } from './step-context.ts';
import { makeTaskFolder, taskFolder } from './task-folder.ts';
import { createTaskLog } from './task-log.ts';

export async function withScratchAttempt<T>(
  deps: PipelineDeps,
  task: { title: string; spec: TaskSpec },
  signal: AbortSignal,
  work: (ctx: StepContext) => Promise<T>,
): Promise<T> {
  const record = scratchRecord(task, deps.clock.now());
  const folder = taskFolder(deps.tasksRoot, record.key, record.attempt);
  const log = createTaskLog({ file: folder.log, now: () => deps.clock.now() });
  try {
    makeTaskFolder(folder);
    const outcomes = createOutcomes(folder.outcomes);
    return await work({ deps, record, folder, log, outcomes, signal, progress: () => undefined });
  } finally {
    log.flush();
    rmSync(path.dirname(folder.root), { recursive: true, force: true });
  }
}

function scratchRecord(task: { title: string; spec: TaskSpec }, now: number): AttemptRecord {
  const key = newKey();
  return {
    key,
    attempt: 1,
    task: { key, priority: 0, createdAt: new Date(now).toISOString(), ...task },
    state: 'fetching',
    run: 0,
    plugin: null,
    because: null,
    options: null,
    publicationId: null,
    segmentsPublished: 0,
    cancelReason: null,
    committing: false,
    createdAt: now,
    updatedAt: now,
  };
}
