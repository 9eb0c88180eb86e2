/**
 * The convert step of an import: the plugin runs, and every segment it closes is published while it runs on.
 * After a crash the same run is found again; where it is gone the plugin starts from nothing under the next
 * run number, and the platform drops what the lost run had staged.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ProjectType } from '../../protocol/project-type.ts';
import type { ImportSpec } from '../../protocol/task.ts';
import type { PlatformGateway } from '../ports/gateway.ts';
import type { PluginInfo } from '../ports/plugins.ts';
import type { Run, RunSpec } from '../ports/runner.ts';
import type { SourceTree } from '../ports/sources.ts';
import { classicSegments } from './classic-results.ts';
import { keepRun } from './keep-run.ts';
import { createKnownItems } from './known-items.ts';
import { writeConfig } from './plugin-config.ts';
import { createPluginFiles } from './plugin-files.ts';
import { publishSegment } from './publish-segment.ts';
import { projectTypeOf } from './results-meta.ts';
import { planConfig, planRun } from './run-plan.ts';
import { followRun, type PluginRun } from './run-plugin.ts';
import { copiedScript, copyScript, type RanScript } from './scripts/copy-script.ts';
import { hasSegments, readSegment, type Segment } from './segments.ts';
import type { StepContext } from './step-context.ts';
import { stopVerb } from './stop-reason.ts';
import { clearResults } from './task-folder.ts';

export async function convertImport(
  ctx: StepContext,
  spec: ImportSpec,
  tree: SourceTree,
  plugin: PluginInfo,
): Promise<void> {
  const started = await startOrFind(ctx, tree.root, plugin, spec.projectName);
  await runToEnd(ctx, started, async (running) => {
    const publisher = await createPublisher(ctx, spec, tree, plugin);
    const { publish } = publisher;
    for (;;) {
      ctx.signal.throwIfAborted();
      // Asked before looking, so that what was written just before the end is still seen after it.
      const wasOver = running.over();
      const segment = await readSegment(ctx.folder.segments, ctx.record.segmentsPublished + 1);
      if (segment !== undefined) await publish(segment);
      else if (wasOver) break;
      else await Promise.race([running.ended, delay(ctx.deps.pollMs)]);
    }
    const { failure } = await running.ended;
    ctx.signal.throwIfAborted();
    if (failure !== undefined) return;
    const { projectType: type } = await publisher.begin();
    if (await hasSegments(ctx.folder.segments)) return;
    const { segmentsPublished: published } = ctx.record;
    const classic = classicSegments(ctx.folder.results, { published, type, signal: ctx.signal });
    for await (const segment of classic) await publish(segment);
  });
}

export interface StartedRun {
  run: Run;
  runSpec: RunSpec;
  /** Of the plugin. */
  version: string;
  /** Found again, not started. */
  resumed: boolean;
  script: RanScript | undefined;
}

interface RunningPlugin {
  over(): boolean;
  /** Never rejects. */
  ended: PluginRun['ended'];
}

/**
 * Follows a run until it has ended, working beside it; throws its failure. An interrupted attempt stops the
 * plugin first, or lets go of it when this process only goes away.
 */
export async function runToEnd(
  ctx: StepContext,
  started: StartedRun,
  work: (running: RunningPlugin) => Promise<void> = async () => undefined,
): Promise<void> {
  const { run, runSpec, resumed } = started;
  let over = false;
  const kept = await keepRun(ctx, started);
  const { ended } = followRun(ctx, run, runSpec, ctx.record.run, resumed);
  const whenEnded = ended.then(async (result) => {
    await kept.end(stopVerb(ctx.signal) === 'detach' ? undefined : result.exit);
    over = true;
    return result;
  });
  const onAbort = (): void => {
    if (stopVerb(ctx.signal) === 'detach') void run.detach();
    else void run.stop(ctx.deps.stopGraceMs);
  };
  ctx.signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (ctx.signal.aborted) onAbort();
    await work({ over: () => over, ended: whenEnded });
    const { failure } = await whenEnded;
    ctx.signal.throwIfAborted();
    if (failure !== undefined) throw failure;
  } catch (error) {
    if (stopVerb(ctx.signal) !== 'detach') {
      await run.stop(ctx.deps.stopGraceMs);
      await whenEnded;
    }
    throw error;
  } finally {
    ctx.signal.removeEventListener('abort', onAbort);
  }
}

/** A container left by an earlier process of this agent, or a new one. */
export async function startOrFind(
  ctx: StepContext,
  dataRoot: string,
  plugin: PluginInfo,
  project: string,
  gateway?: PlatformGateway,
): Promise<StartedRun> {
  const { deps, folder } = ctx;
  const { version } = plugin.manifest;
  const planFor = (run: number): RunSpec =>
    planRun({
      record: ctx.record,
      run,
      plugin,
      folder,
      dataRoot,
      policy: deps.policy,
      ...(gateway && { gateway }),
    });
  if (ctx.record.run > 0) {
    const runSpec = planFor(ctx.record.run);
    const run = await deps.runner.reattach(runSpec);
    if (run !== null) {
      ctx.log.write('info', 'agent', `found run ${ctx.record.run} of ${runSpec.plugin} again`);
      return { run, runSpec, version, resumed: true, script: copiedScript(plugin, folder.script) };
    }
    await deps.runner.remove(runSpec.runId);
  }
  await deps.runner.check(plugin.image);
  const number = ctx.record.run + 1;
  clearResults(folder);
  const script = copyScript(plugin, folder.script);
  await writeConfig(
    folder,
    planConfig(ctx.record, ctx.record.task.spec.action, ctx.record.options ?? {}, project),
  );
  ctx.record = deps.journal.note(ctx.record, { run: number, segmentsPublished: 0 });
  const runSpec = planFor(number);
  const run = await deps.runner.start(runSpec);
  const { kind } = deps.runner.isolation;
  ctx.log.write('info', 'agent', `${runSpec.plugin} ${version} started (${kind})`, {
    applied: run.applied,
    ...(script && { script }),
  });
  return { run, runSpec, version, resumed: false, script };
}

interface Publisher {
  /** Also by the first segment; here for a run that had none. */
  begin(): Promise<{ projectType: ProjectType }>;
  publish(segment: Segment): Promise<void>;
}

async function createPublisher(
  ctx: StepContext,
  spec: ImportSpec,
  tree: SourceTree,
  plugin: PluginInfo,
): Promise<Publisher> {
  const { deps, record } = ctx;
  const sourceFiles = new Map(tree.files.map((file) => [file.path, file]));
  const files = createPluginFiles({
    dataRoot: tree.root,
    known: new Set(sourceFiles.keys()),
    results: ctx.folder.results,
  });
  const known = createKnownItems(record.segmentsPublished > 0 ? await ctx.outcomes.lostKeys() : []);
  const total = tree.files.reduce((sum, file) => sum + file.size, 0);
  let begun: Promise<{ projectType: ProjectType; publicationId: number | undefined }> | undefined;
  let items = 0;
  let bytes = 0;

  /** Only now: a plugin of several kinds has said which one it is before its first segment. */
  async function beginOnce() {
    const projectType = await projectTypeOf(ctx.folder.results, plugin.manifest);
    if (spec.dryRun === true) return { projectType, publicationId: undefined };
    const reply = await deps.client.beginPublication(
      record.key,
      {
        attempt: record.attempt,
        run: ctx.record.run,
        projectName: spec.projectName,
        projectType,
        conflict: spec.conflict,
        ...(spec.appendToProjectId === undefined ? {} : { appendToProjectId: spec.appendToProjectId }),
        ...(spec.workspaceId === undefined ? {} : { workspaceId: spec.workspaceId }),
      },
      ctx.signal,
    );
    ctx.record = deps.journal.note(ctx.record, { publicationId: reply.publicationId });
    return { projectType, publicationId: reply.publicationId };
  }
  const begin = () => {
    begun ??= beginOnce();
    return begun;
  };

  return {
    begin,
    async publish(segment) {
      const outcome = await publishSegment(ctx, segment, {
        ...(await begin()),
        files,
        sourceFiles,
        known,
        onBytes: (sent) => {
          bytes += sent;
          ctx.progress({ phase: 'publishing', items: { done: items }, bytes: { done: bytes, total } });
        },
      });
      items += outcome.items;
      ctx.record = deps.journal.note(ctx.record, { segmentsPublished: segment.number });
      ctx.progress({ phase: 'publishing', items: { done: items }, bytes: { done: bytes, total } });
    },
  };
}
