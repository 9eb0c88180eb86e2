/**
 * One self-test of a plugin: an importer reads the sample its folder brings, an exporter writes a small project and, if
 * it can, reads its own archive again. The runs are those of any task, with the same isolation and limits; nothing is
 * published and nothing is kept but the outcome.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { isEntityType } from '../../../format/project-paths.ts';
import { SlyError, toFailureInfo } from '../../../lib/errors.ts';
import { newKey } from '../../../lib/ids.ts';
import type { Manifest } from '../../../protocol/plugin.ts';
import type { ProjectType } from '../../../protocol/project-type.ts';
import type { SelfTest } from '../../../protocol/self-test.ts';
import type { ImportSpec } from '../../../protocol/task.ts';
import type { PluginInfo } from '../../ports/plugins.ts';
import { convertImport } from '../convert-import.ts';
import { driveExport } from '../drive-export.ts';
import { tellRun } from '../keep-run.ts';
import { withScratchAttempt } from '../scratch-attempt.ts';
import type { PipelineDeps, StepContext } from '../step-context.ts';
import { taskFolder } from '../task-folder.ts';
import { localDeps } from './local-deps.ts';

type Step = SelfTest['steps'][number];

/** SLY_USAGE for a plugin that has nothing to be tested with. */
export function assertTestable(plugin: PluginInfo): void {
  if (plugin.manifest.network === 'platform') {
    throw new SlyError('SLY_USAGE', {
      detail: `${plugin.manifest.name} asks the platform about its project, and a test has none there`,
      hint: 'Run it on a small project instead.',
    });
  }
  if (readsSample(plugin) || writesSample(plugin)) return;
  throw new SlyError('SLY_USAGE', {
    detail: `${plugin.manifest.name} brings no sample to test it with`,
    hint: 'Put a small source for it into a folder "sample" beside its plugin.json.',
  });
}

const can = ({ manifest }: PluginInfo, action: 'import' | 'export'): boolean =>
  manifest.actions.includes(action);
const readsSample = (plugin: PluginInfo): boolean => plugin.sample !== undefined && can(plugin, 'import');
const writesSample = (plugin: PluginInfo): boolean =>
  can(plugin, 'export') && sampleType(plugin.manifest) !== undefined;

/** Of the project an exporter is tested with: images where it can, else the first kind there is a sample of. */
function sampleType({ modalities }: Manifest): ProjectType | undefined {
  return modalities.includes('images') ? 'images' : modalities.find(isEntityType);
}

export async function runSelfTest(
  pipelineDeps: PipelineDeps,
  plugin: PluginInfo,
  signal: AbortSignal,
): Promise<SelfTest> {
  const { clock } = pipelineDeps;
  const { manifest, sample } = plugin;
  const began = clock.now();
  // As an attempt has one: where the engine finds it, and where the sweep does after a crash.
  const { root, work: folder } = taskFolder(pipelineDeps.tasksRoot, newKey(), 1);
  mkdirSync(folder, { recursive: true });
  const archive = path.join(folder, 'archive.tar');
  const deps = localDeps(pipelineDeps, archive, sampleType(manifest) ?? 'images');
  const steps: Step[] = [];
  let ran: Pick<SelfTest, 'digest' | 'digestOf'> = {};

  async function step(name: Step['name'], work: () => Promise<{ items: number }>): Promise<void> {
    const done: Step = { name, ms: 0 };
    steps.push(done);
    const from = clock.now();
    try {
      done.items = (await work()).items;
    } finally {
      done.ms = clock.now() - from;
    }
  }

  /** As a task does it, with its container removed at the end. */
  function attempt<T>(
    spec: Parameters<typeof withScratchAttempt>[1]['spec'],
    work: (ctx: StepContext) => Promise<T>,
  ): Promise<T> {
    return withScratchAttempt(deps, { title: `Test ${manifest.name}`, spec }, signal, async (ctx) => {
      try {
        return await work(ctx);
      } finally {
        const { digest, digestOf } = (await tellRun(ctx)) ?? {};
        ran = { ...(digest !== undefined && { digest }), ...(digestOf !== undefined && { digestOf }) };
        for (let run = 1; run <= ctx.record.run; run++)
          await deps.runner.remove(`${ctx.record.key}.${ctx.record.attempt}.${run}`);
      }
    });
  }

  const importOf = (source: string): Promise<{ items: number }> => {
    const spec: ImportSpec = {
      action: 'import',
      source: { kind: 'path', path: source },
      plugin: manifest.name,
      options: {},
      projectName: 'Self-test',
      conflict: 'rename',
      dryRun: true,
    };
    return attempt(spec, (ctx) => importSample(ctx, spec, plugin, source));
  };

  const result = (): Omit<SelfTest, 'state'> => ({
    plugin: manifest.name,
    version: manifest.version,
    at: new Date(began).toISOString(),
    ms: clock.now() - began,
    steps,
    isolation: deps.runner.isolation.kind,
    ...ran,
  });

  try {
    if (sample !== undefined && readsSample(plugin)) {
      // A copy: the plugin's folder may lie where no engine sees it.
      const source = path.join(folder, 'sample');
      await cp(sample, source, { recursive: true });
      await step('import', () => importOf(source));
    }
    if (writesSample(plugin)) {
      const spec = { action: 'export' as const, projectId: 1, plugin: manifest.name, options: {} };
      await step('export', () =>
        attempt(spec, async (ctx) => assertGood((await driveExport(ctx, spec)).counts)),
      );
      if (can(plugin, 'import')) await step('import', () => importOf(archive));
    }
    return { ...result(), state: 'ok' };
  } catch (error) {
    signal.throwIfAborted();
    return { ...result(), state: 'failed', failure: toFailureInfo(error) };
  } finally {
    rmSync(path.dirname(root), { recursive: true, force: true });
  }
}

async function importSample(
  ctx: StepContext,
  spec: ImportSpec,
  plugin: PluginInfo,
  source: string,
): Promise<{ items: number }> {
  const { deps, folder, signal } = ctx;
  const tree = await deps.opener.open(
    { kind: 'path', path: source },
    { workFolder: folder.work, signal, onProgress: () => undefined },
  );
  ctx.record.options = deps.plugins.completeOptions(plugin.manifest.name, 'import', {});
  await convertImport(ctx, spec, tree, plugin);
  const { counts, firstProblems, tally } = await ctx.outcomes.summarize(tree, {
    reportFile: folder.report,
    unusedMessage: 'not used',
  });
  const said = firstProblems.find((line) => line.status === 'failed') ?? firstProblems[0];
  const isLabelled = Object.keys(tally.classes).length + Object.keys(tally.tags).length > 0;
  if (plugin.manifest.labels !== false && counts.items > 0 && !isLabelled) {
    throw new SlyError('SLY_PLUGIN_OUTPUT', {
      detail: `of its own sample it made ${counts.items} items without a single label${said === undefined ? '' : `: ${said.message}`}`,
    });
  }
  return assertGood(counts, said?.message);
}

function assertGood(counts: { items: number; failed: number }, said = ''): { items: number } {
  const { items, failed } = counts;
  if (items > 0 && failed === 0) return { items };
  const reason = said === '' ? '' : `: ${said}`;
  throw new SlyError(items === 0 ? 'SLY_PUBLISH_NOTHING' : 'SLY_PLUGIN_OUTPUT', {
    detail: `of its own sample it made ${items} items, and ${failed} files failed${reason}`,
    hint: 'Every item of the sample should come through: the plugin, or what it runs on, is broken.',
  });
}
