/**
 * What a path on this machine would be imported as, without making a task: the source is opened and the detector
 * runs as it does for a task, in a folder that is gone afterwards. Nothing is journaled, nothing is published.
 */
import path from 'node:path';
import { toFailureInfo } from '../../lib/errors.ts';
import type { ImportSpec } from '../../protocol/task.ts';
import type { Inspection } from '../ports/sources.ts';
import { chooseFormat, runDetector } from './detect-format.ts';
import { withScratchAttempt } from './scratch-attempt.ts';
import type { PipelineDeps } from './step-context.ts';

/** Throws what opening the source throws (SLY_SOURCE_GONE, SLY_ARCHIVE_...) and what the detector's run throws. */
export async function inspectSource(
  deps: PipelineDeps,
  source: string,
  signal: AbortSignal,
): Promise<Inspection> {
  const name = path.basename(source);
  const spec: ImportSpec = {
    action: 'import',
    source: { kind: 'path', path: source },
    options: {},
    projectName: name,
    conflict: 'rename',
  };
  return withScratchAttempt(deps, { title: `Detect ${name}`, spec }, signal, async (ctx) => {
    const tree = await deps.opener.open(
      { kind: 'path', path: source },
      { workFolder: ctx.folder.work, signal, onProgress: () => undefined },
    );
    const detection = await runDetector(ctx, tree.root);
    const bytes = tree.files.reduce((sum, file) => sum + file.size, 0);
    const seen = { path: source, files: tree.files.length, bytes, refused: tree.refused, detection };
    try {
      return { ...seen, plugin: chooseFormat(detection).plugin };
    } catch (error) {
      return { ...seen, question: toFailureInfo(error) };
    }
  });
}
