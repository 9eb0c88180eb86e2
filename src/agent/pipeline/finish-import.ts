/** The publish step of an import: count, report, commit. May be repeated; the commit happens once. */
import { SlyError, toSlyError } from '../../lib/errors.ts';
import type { ImportSpec, TaskResult } from '../../protocol/task.ts';
import type { SourceTree } from '../ports/sources.ts';
import { knownDetection } from './detect-format.ts';
import type { Sample } from './previews/samples.ts';
import { writePreview } from './previews/write-preview.ts';
import { readResultsMeta } from './results-meta.ts';
import type { StepContext } from './step-context.ts';
import { withoutCancel } from './stop-reason.ts';
import { previewOf } from './tally.ts';

export async function finishImport(
  ctx: StepContext,
  spec: ImportSpec,
  tree: SourceTree,
): Promise<TaskResult> {
  const { deps, record } = ctx;
  const meta = (await readResultsMeta(ctx.folder.results)) ?? { classes: [], tags: [] };
  const { counts, firstProblems, tally, samples } = await ctx.outcomes.summarize(tree, {
    reportFile: ctx.folder.report,
    unusedMessage: `the ${record.plugin ?? ''} format has no use for this file`,
  });
  await deps.client.putReport(record.key, record.attempt, ctx.folder.report, ctx.signal);
  const base = {
    counts,
    ...(record.plugin === null ? {} : { plugin: record.plugin }),
    ...(record.because === null ? {} : { because: record.because }),
  };
  if (counts.items === 0) {
    const problems = firstProblems.map((one) => `${one.file ?? 'plugin'}: ${one.message}`).join('; ');
    throw new SlyError('SLY_PUBLISH_NOTHING', {
      detail: `${counts.files} files: ${counts.skipped} skipped, ${counts.failed} failed${problems === '' ? '' : `. ${problems}`}`,
      hint: 'The report lists every file with its reason.',
    });
  }
  if (spec.dryRun === true || record.publicationId === null) {
    const detection = await knownDetection(ctx.folder);
    return {
      ...base,
      preview: previewOf(tally, meta),
      ...(detection !== undefined && { detection }),
      ...(await sendSamples(ctx, samples)),
    };
  }
  // A cancel until here takes everything back; from here on the project may be visible already.
  ctx.signal.throwIfAborted();
  ctx.record = deps.journal.note(ctx.record, { committing: true });
  const reply = await deps.client.commit(
    record.publicationId,
    { meta, segments: record.segmentsPublished },
    withoutCancel(ctx.signal),
  );
  return { ...base, projectId: reply.projectId, projectName: reply.projectName, link: reply.link };
}

/** Best effort: the counts are good without pictures. */
async function sendSamples(
  ctx: StepContext,
  samples: readonly Sample[],
): Promise<Pick<TaskResult, 'samples'>> {
  if (samples.length === 0) return {};
  try {
    ctx.progress({ phase: 'drawing a preview' });
    await writePreview(ctx.folder.preview, samples, ctx.signal);
    const [sent] = await ctx.deps.transfer.sendFiles([{ path: ctx.folder.preview }], { signal: ctx.signal });
    return sent === undefined || sent instanceof Error ? {} : { samples: sent };
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log.write('warn', 'agent', `no preview: ${toSlyError(error).message}`);
    return {};
  }
}
