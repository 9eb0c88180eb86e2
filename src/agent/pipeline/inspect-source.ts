/**
 * What a path on this machine would be imported as, without making a task: the source is opened and the detector
 * runs as it does for a task, in a folder that is gone afterwards. Nothing is journaled, nothing is published.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { toFailureInfo } from '../../lib/errors.ts';
import { newKey } from '../../lib/ids.ts';
import { chooseFormat, runDetector } from './detect-format.ts';
import { createOutcomes } from './outcomes.ts';
import type { AttemptRecord, Inspection } from './ports.ts';
import type { PipelineDeps, StepContext } from './step-context.ts';
import { makeTaskFolder, taskFolder } from './task-folder.ts';
import { createTaskLog } from './task-log.ts';

/** Throws what opening the source throws (SLY_SOURCE_GONE, SLY_ARCHIVE_...) and what the detector's run throws. */
export async function inspectSource(
  deps: PipelineDeps,
  source: string,
  signal: AbortSignal,
): Promise<Inspection> {
  const record = recordFor(source, deps.clock.now());
  const folder = taskFolder(deps.tasksRoot, record.key, record.attempt);
  try {
    makeTaskFolder(folder);
    const tree = await deps.opener.open(
      { kind: 'path', path: source },
      { workFolder: folder.work, signal, onProgress: () => undefined },
    );
    const ctx: StepContext = {
      deps,
      record,
      folder,
      log: createTaskLog({ file: folder.log, now: () => deps.clock.now() }),
      outcomes: createOutcomes(folder.outcomes),
      signal,
      progress: () => undefined,
    };
    const detection = await runDetector(ctx, tree.root);
    const bytes = tree.files.reduce((sum, file) => sum + file.size, 0);
    const seen = { path: source, files: tree.files.length, bytes, refused: tree.refused, detection };
    try {
      return { ...seen, plugin: chooseFormat(detection).plugin };
    } catch (error) {
      return { ...seen, question: toFailureInfo(error) };
    }
  } finally {
    rmSync(path.dirname(folder.root), { recursive: true, force: true });
  }
}

function recordFor(source: string, now: number): AttemptRecord {
  const key = newKey();
  return {
    key,
    attempt: 1,
    task: {
      key,
      title: `Detect ${path.basename(source)}`,
      priority: 0,
      createdAt: new Date(now).toISOString(),
      spec: {
        action: 'import',
        source: { kind: 'path', path: source },
        options: {},
        projectName: path.basename(source),
        conflict: 'rename',
      },
    },
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
