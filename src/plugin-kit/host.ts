/**
 * Runs one action of a built-in plugin inside its sandbox: `host detect` | `host import <name>` | `host export
 * <name>`. The task folder is SLY_TASK_DIR; results and one line of JSON a message are all that leaves.
 * Each action loads what it alone needs when it begins: a start is a good part of a small task.
 * Exit codes: 0 done, 1 failed (the last line says why), 143 ended by SIGTERM.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SlyError } from '../lib/errors.ts';
import { createBreathe } from './breathe.ts';
import { chosenOptions } from './chosen-options.ts';
import { loadPlugin } from './load-plugin.ts';
import { createOutputLines, type OutputLines } from './output-lines.ts';
import type { Host } from './plugin.ts';
import { createImportResults } from './project-writer.ts';
import { createReporter } from './reporter.ts';
import { scanSourceTree } from './source-tree.ts';
import { readTaskConfig, withDefaults } from './task-config.ts';

const TERM_GRACE_MS = 2000;
const TERM_EXIT = 143;
/**
 * An exit waits for the compiler's threads; one of them may wait for a collection that only a running main thread
 * does, and then the process never ends (nodejs/node#54918). Idle for a moment, both get done.
 */
const SETTLE_MS = 20;

const output = createOutputLines(process.stdout);
const stop = new AbortController();
let ending = false;

async function run(args: readonly string[], taskFolder: string): Promise<void> {
  const [action, name = ''] = args;
  switch (action) {
    case 'detect': {
      const { detectFormats, writeDetection } = await import('./detect.ts');
      const tree = await scanSourceTree(path.join(taskFolder, 'data'), createBreathe(stop.signal));
      writeDetection(path.join(taskFolder, 'results'), await detectFormats(tree, stop.signal));
      return;
    }
    case 'import':
      return runImport(name, taskFolder);
    case 'export':
      return runExport(name, taskFolder);
    // Not for plugins: the agent's doctor looks at the sandbox from inside.
    case 'probe':
      return (await import('./probe.ts')).printProbe(taskFolder);
    default:
      throw new SlyError('SLY_USAGE', {
        detail: `expected detect, import NAME or export NAME, got ${JSON.stringify(args.join(' '))}`,
      });
  }
}

async function runImport(name: string, taskFolder: string): Promise<void> {
  const { plugin, manifest } = await loadPlugin(name);
  if (plugin.import === undefined) throw cannot(name, 'import');
  const task = readTaskConfig(taskFolder);
  const breathe = createBreathe(stop.signal);
  const results = createImportResults(path.join(taskFolder, 'results'), { breathe });
  const tree = await scanSourceTree(path.join(taskFolder, 'data'), breathe);
  const report = createReporter(results.segments, breathe);
  const host = hostOf(output, withDefaults(task.options, manifest.options?.import));
  const chosen =
    chosenOptions(host.options) === undefined
      ? undefined
      : (await import('./chosen-labels.ts')).createChosenLabels(results, host.options);
  await finishing(results, async () => {
    const { project, entities } = chosen ?? results;
    await plugin.import?.({ ...host, report, tree, projectName: task.project, project, entities });
    await chosen?.finish(report);
  });
}

async function runExport(name: string, taskFolder: string): Promise<void> {
  const { plugin, manifest } = await loadPlugin(name);
  if (plugin.export === undefined) throw cannot(name, 'export');
  const [{ createArchiveResults }, { openExportedProject }, { withChosenClasses }] = await Promise.all([
    import('./archive-writer.ts'),
    import('./exported-project.ts'),
    import('./chosen-classes.ts'),
  ]);
  const task = readTaskConfig(taskFolder);
  const breathe = createBreathe(stop.signal);
  const results = createArchiveResults(path.join(taskFolder, 'results'), { breathe });
  const report = createReporter(results.segments, breathe);
  const host = hostOf(output, withDefaults(task.options, manifest.options?.export));
  await finishing(results, async () => {
    const data = path.join(taskFolder, 'data');
    const whole = await openExportedProject(data, task.project, { report, breathe, signal: stop.signal });
    const project = await withChosenClasses(whole, host.options, report);
    await plugin.export?.({ ...host, report, project, archive: results.archive });
  });
}

/** What was said of single files reaches the agent even when the plugin fails in the end. */
async function finishing(results: { finish(): void }, work: () => Promise<void> | undefined): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!stop.signal.aborted) results.finish();
    throw error;
  }
  stop.signal.throwIfAborted();
  results.finish();
}

function hostOf(lines: OutputLines, options: Record<string, unknown>): Omit<Host, 'report'> {
  return { options, progress: lines.progress, log: lines.log, signal: stop.signal };
}

function cannot(name: string, action: string): SlyError {
  return new SlyError('SLY_PLUGIN_UNKNOWN', { detail: `the plugin ${name} cannot ${action}` });
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await output.flush();
  await sleep(SETTLE_MS);
  process.exit(code);
}

async function fail(error: unknown): Promise<void> {
  if (ending) return;
  if (stop.signal.aborted) return end(TERM_EXIT);
  output.failure(error);
  await end(1);
}

process.on('SIGTERM', () => {
  if (stop.signal.aborted) return;
  stop.abort(new SlyError('SLY_ABORTED', { detail: 'the plugin got SIGTERM' }));
  // A plugin that is in the middle of something gets this long to let go.
  setTimeout(() => void end(TERM_EXIT), TERM_GRACE_MS);
});
process.on('uncaughtException', (error) => void fail(error));
process.on('unhandledRejection', (error) => void fail(error));
// The reader is gone: nobody is left to tell.
process.stdout.on('error', () => process.exit(1));

try {
  await run(process.argv.slice(2), process.env.SLY_TASK_DIR ?? '/sly_task_data');
  await end(0);
} catch (error) {
  await fail(error);
}
