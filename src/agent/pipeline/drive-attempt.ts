/**
 * One attempt from where the journal says it stands to its end. Every step may be repeated, so this is
 * both the first run and the recovery. Ends in exactly one of: a final state, an untouched state
 * (detach: another process goes on), or forgotten (abandon).
 */
import { errnoOf, SlyError, toFailureInfo, toSlyError } from '../../lib/errors.ts';
import type { Counts, ExportSpec, ImportSpec, TaskResult } from '../../protocol/task.ts';
import type { AttemptRecord, StateChange } from '../ports/journal.ts';
import type { SourceTree } from '../ports/sources.ts';
import { convertImport } from './convert-import.ts';
import { detectFormat, knownDetection } from './detect-format.ts';
import { finishImport } from './finish-import.ts';
import { tellRun } from './keep-run.ts';
import { openTaskSource } from './open-task-source.ts';
import { createOutcomes } from './outcomes.ts';
import type { PipelineDeps, StepContext } from './step-context.ts';
import { stopVerb, withoutCancel } from './stop-reason.ts';
import { makeTaskFolder, shrinkTaskFolder, taskFolder } from './task-folder.ts';
import { createTaskLog } from './task-log.ts';
import { loadTree } from './tree-file.ts';

export async function driveAttempt(
  deps: PipelineDeps,
  record: AttemptRecord,
  signal: AbortSignal,
): Promise<void> {
  const folder = taskFolder(deps.tasksRoot, record.key, record.attempt);
  makeTaskFolder(folder);
  const log = createTaskLog({
    file: folder.log,
    now: () => deps.clock.now(),
    onFlush: () => deps.onLog(record),
  });
  const ctx: StepContext = {
    deps,
    record,
    folder,
    log,
    outcomes: createOutcomes(folder.outcomes),
    signal: record.committing ? withoutCancel(signal) : signal,
    progress: (progress) => deps.onProgress(record, progress),
  };
  try {
    deps.onState(record);
    const made =
      record.task.spec.action === 'import'
        ? await driveImport(ctx, record.task.spec)
        : await loadedExport(ctx, record.task.spec);
    const result = { ...made, ...(await whatRan(ctx)) };
    log.write('info', 'agent', summaryOf(result));
    log.flush();
    move(ctx, { state: 'succeeded', details: { result } });
    await cleanUp(ctx);
  } catch (error) {
    await end(ctx, error);
  } finally {
    log.flush();
  }
}

async function driveImport(ctx: StepContext, spec: ImportSpec): Promise<TaskResult> {
  const { deps } = ctx;
  if (ctx.record.state === 'leased') move(ctx, { state: 'fetching' });
  let tree: SourceTree | undefined;
  if (ctx.record.state !== 'fetching') tree = await loadTree(ctx.folder.tree);
  tree ??= await openTaskSource(ctx, spec);
  if (ctx.record.plugin === null || ctx.record.options === null) {
    const chosen =
      spec.plugin === undefined
        ? await detectFormat(ctx, tree.root)
        : { plugin: spec.plugin, because: 'it was asked for', options: {} };
    const options = deps.plugins.completeOptions(chosen.plugin, 'import', {
      ...chosen.options,
      ...spec.options,
    });
    ctx.record = deps.journal.note(ctx.record, { plugin: chosen.plugin, because: chosen.because, options });
    ctx.log.write('info', 'agent', `format: ${chosen.plugin}, because ${chosen.because}`);
  }
  const { plugin: name, because } = ctx.record;
  if (ctx.record.state === 'fetching') {
    move(ctx, {
      state: 'converting',
      details: { ...(name === null ? {} : { plugin: name }), ...(because === null ? {} : { because }) },
    });
  }
  const plugin = deps.plugins.get(name ?? '');
  if (plugin === undefined)
    throw new SlyError('SLY_PLUGIN_UNKNOWN', { detail: `${name} is not here any more` });
  if (ctx.record.state === 'converting') {
    await convertImport(ctx, spec, tree, plugin);
    move(ctx, { state: 'publishing' });
  }
  ctx.signal.throwIfAborted();
  return finishImport(ctx, spec, tree);
}

/** Loaded at the first export, with the archive writer it needs. */
async function loadedExport(ctx: StepContext, spec: ExportSpec): Promise<TaskResult> {
  const { driveExport } = await import('./drive-export.ts');
  return driveExport(ctx, spec);
}

export function move(ctx: StepContext, change: StateChange): void {
  ctx.record = ctx.deps.journal.move(ctx.record, change);
  ctx.deps.log.info(
    { taskKey: ctx.record.key, attempt: ctx.record.attempt, state: change.state },
    'task moved',
  );
  ctx.deps.onState(ctx.record);
}

async function end(ctx: StepContext, thrown: unknown): Promise<void> {
  const { deps, record } = ctx;
  const verb = stopVerb(ctx.record.committing ? withoutCancel(ctx.signal) : ctx.signal);
  if (verb === 'detach') return;
  const error = toSlyError(thrown);
  if (verb === 'abandon' || error.code === 'SLY_LEASE_LOST') {
    ctx.log.write(
      'warn',
      'agent',
      'the platform gave this task to another attempt; this one ends without a result',
    );
    await cleanUp(ctx);
    deps.journal.abandon(record);
    return;
  }
  if (verb === 'cancel') {
    ctx.log.write('info', 'agent', `canceled: ${ctx.record.cancelReason ?? 'on request'}`);
    ctx.log.flush();
    await dropPublication(ctx);
    await tellRun(ctx);
    move(ctx, { state: 'canceled' });
    await cleanUp(ctx);
    return;
  }
  ctx.log.write('error', 'agent', error.message, { code: error.code });
  if (error.code === 'SLY_INTERNAL')
    deps.log.error({ err: thrown, taskKey: record.key }, 'task failed on something unexpected');
  const counts = await reportWhatIsKnown(ctx);
  const ran = await whatRan(ctx);
  const seen = counts === undefined ? undefined : await whatWasSeen(ctx, counts);
  await dropPublication(ctx);
  ctx.log.flush();
  const details = {
    failure: toFailureInfo(error),
    ...(seen !== undefined && { result: { ...seen, ...ran } }),
  };
  move(ctx, { state: 'failed', details });
  await cleanUp(ctx);
}

/** Told before the end of the task is: whoever hears of the end finds it. */
async function whatRan(ctx: StepContext): Promise<Pick<TaskResult, 'run'>> {
  const run = await tellRun(ctx);
  return run === undefined ? {} : { run };
}

/** A failed task still says what became of each file, as far as it came. */
async function reportWhatIsKnown(ctx: StepContext): Promise<Counts | undefined> {
  const tree = await loadTree(ctx.folder.tree);
  if (tree === undefined) return undefined;
  try {
    const { counts } = await ctx.outcomes.summarize(tree, {
      reportFile: ctx.folder.report,
      unusedMessage: 'the task ended before this file',
    });
    const soon = AbortSignal.any([ctx.signal, AbortSignal.timeout(5_000)]);
    await ctx.deps.client.putReport(ctx.record.key, ctx.record.attempt, ctx.folder.report, soon);
    return counts;
  } catch (error) {
    ctx.deps.log.warn({ err: error, taskKey: ctx.record.key }, 'report could not be sent');
    return undefined;
  }
}

/** A dry run that failed still says which formats it might be: a person chooses among them. */
async function whatWasSeen({ record, folder }: StepContext, counts: Counts): Promise<TaskResult | undefined> {
  const { spec } = record.task;
  if (spec.action !== 'import' || spec.dryRun !== true) return undefined;
  const detection = await knownDetection(folder);
  return {
    counts,
    ...(record.plugin !== null && { plugin: record.plugin }),
    ...(record.because !== null && { because: record.because }),
    ...(detection !== undefined && { detection }),
  };
}

/** Best effort: the platform drops a publication by itself when the attempt ends without a commit. */
async function dropPublication(ctx: StepContext): Promise<void> {
  if (ctx.record.publicationId === null) return;
  try {
    await ctx.deps.client.dropPublication(ctx.record.publicationId, AbortSignal.timeout(10_000));
  } catch (error) {
    ctx.deps.log.warn({ err: error, taskKey: ctx.record.key }, 'publication could not be dropped');
  }
}

async function cleanUp(ctx: StepContext): Promise<void> {
  const { deps, record } = ctx;
  try {
    for (let run = 1; run <= ctx.record.run; run++)
      await deps.runner.remove(`${record.key}.${record.attempt}.${run}`);
    shrinkTaskFolder(ctx.folder);
  } catch (error) {
    // Housekeeping finds it again; the result of the task does not depend on it.
    deps.log.warn(
      { err: error, errno: errnoOf(error), taskKey: record.key },
      'task folder could not be emptied',
    );
  }
}

function summaryOf(result: TaskResult): string {
  const { files, ok, skipped, failed, items, warnings } = result.counts;
  const where = result.link === undefined ? '' : ` -> ${result.link}`;
  return `done: ${items} items; ${files} files in = ${ok} ok + ${skipped} skipped + ${failed} failed; ${warnings} warnings${where}`;
}
