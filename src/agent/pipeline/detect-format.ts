/** Which plugin imports a source: one isolated run of the detector, then a decision that never guesses silently. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { createParser } from '../../lib/schema.ts';
import { type Detection, DetectionSchema } from '../../protocol/plugin.ts';
import type { RunSpec } from '../ports/runner.ts';
import { writeConfig } from './plugin-config.ts';
import { planConfig, planLimits, planMounts, TASK_DIR } from './run-plan.ts';
import { followRun } from './run-plugin.ts';
import type { StepContext } from './step-context.ts';
import { clearResults, type TaskFolder } from './task-folder.ts';

const detections = createParser(DetectionSchema, 'SLY_PLUGIN_OUTPUT');
/** Two candidates closer than this are a question for a person. */
const MARGIN = 0.1;

export interface Chosen {
  plugin: string;
  because: string;
  options: Record<string, unknown>;
}

export async function detectFormat(ctx: StepContext, dataRoot: string): Promise<Chosen> {
  return chooseFormat(await runDetector(ctx, dataRoot));
}

/** What the detector said in this attempt, if it was asked. */
export async function knownDetection(folder: TaskFolder): Promise<Detection | undefined> {
  try {
    return detections.parse(JSON.parse(await readFile(folder.detection, 'utf8')), 'detection.json');
  } catch {
    // Not asked, or a crash while it was written.
    return undefined;
  }
}

/** Runs the detector in the attempt's task folder. */
export async function runDetector(ctx: StepContext, dataRoot: string): Promise<Detection> {
  const { deps, record, folder } = ctx;
  const { image, args } = deps.plugins.detector();
  clearResults(folder);
  await writeConfig(folder, planConfig(record, 'detect', {}, ''));
  const spec: RunSpec = {
    runId: `${record.key}.${record.attempt}.detect`,
    taskKey: record.key,
    attempt: record.attempt,
    plugin: 'detector',
    image,
    args,
    mounts: planMounts(folder, dataRoot),
    outputFolder: folder.results,
    env: { LANG: 'C.UTF-8', SLY_TASK_DIR: TASK_DIR },
    limits: planLimits({}, deps.policy),
    gpu: false,
  };
  await deps.runner.check(image);
  // Detection is short and has no memory: what an earlier process left of it is thrown away.
  await deps.runner.remove(spec.runId);
  ctx.progress({ phase: 'detecting the format' });
  const run = await deps.runner.start(spec);
  const stop = (): void => void run.stop(deps.stopGraceMs);
  ctx.signal.addEventListener('abort', stop, { once: true });
  try {
    const { failure } = await followRun(ctx, run, spec, 0, false).ended;
    ctx.signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    const file = path.join(folder.results, 'detection.json');
    const detection = detections.parse(JSON.parse(await readFile(file, 'utf8')), 'detection.json');
    await writeFile(folder.detection, JSON.stringify(detection));
    return detection;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      throw new SlyError('SLY_PLUGIN_OUTPUT', {
        detail: 'the detector wrote no detection.json',
        cause: error,
      });
    }
    throw error;
  } finally {
    ctx.signal.removeEventListener('abort', stop);
    await deps.runner.remove(spec.runId);
  }
}

/** Pure: the best candidate when it stands clear of the second, else an error that names them all. */
export function chooseFormat(detection: Detection): Chosen {
  const ranked = [...detection.candidates].sort((a, b) => b.confidence - a.confidence);
  const [best, second] = ranked;
  if (best === undefined) {
    const reasons = detection.rejected.map((one) => `${one.plugin}: ${one.because}`).join('; ');
    throw new SlyError('SLY_FORMAT_UNKNOWN', {
      detail: reasons === '' ? 'no plugin had a look' : reasons,
      hint: 'Say which it is: `sly-agent import PATH --as FORMAT`, or `plugin: FORMAT` in a sly-task.yaml beside it.',
    });
  }
  if (second !== undefined && best.confidence - second.confidence < MARGIN) {
    const both = ranked.filter((one) => best.confidence - one.confidence < MARGIN);
    throw new SlyError('SLY_FORMAT_AMBIGUOUS', {
      detail: both.map((one) => `${one.plugin} (${one.because})`).join('; '),
      hint: `Say which it is: --as ${both.map((one) => one.plugin).join(' or --as ')}.`,
    });
  }
  return { plugin: best.plugin, because: best.because, options: best.options ?? {} };
}
