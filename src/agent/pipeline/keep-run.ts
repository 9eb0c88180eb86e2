/**
 * Keeps what a run of a plugin really was and what it uses: in a file of the attempt, so that a restart goes on with it,
 * and on the platform, from time to time while the run goes on. None of it may hold up or fail the task.
 */
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import { background } from '../../lib/background.ts';
import { toSlyError } from '../../lib/errors.ts';
import { createParser } from '../../lib/schema.ts';
import { type RunRecord, RunRecordSchema, type RunSummary } from '../../protocol/run-record.ts';
import type { RunExit } from '../ports/runner.ts';
import type { StartedRun } from './convert-import.ts';
import type { StepContext } from './step-context.ts';
import { createUsageSeries } from './usage-series.ts';

export interface KeptRun {
  /** The run has ended (or this process lets go of it: without `exit`). Resolves when the file is written. */
  end(exit?: RunExit): Promise<void>;
}

const records = createParser(RunRecordSchema);
/** Short runs are seen too. */
const FIRST_SAMPLE_MS = 150;
const FIRST_SEND_MS = 3_000;
const MOST_SEND_MS = 30_000;
const SEND_LIMIT_MS = 5_000;

export async function keepRun(ctx: StepContext, started: StartedRun): Promise<KeptRun> {
  const { deps } = ctx;
  const { clock } = deps;
  const { run, runSpec, version, resumed, script } = started;
  const earlier = resumed ? await readRun(ctx) : undefined;
  const known = earlier?.run === ctx.record.run ? earlier : undefined;
  const startedAt = known === undefined ? clock.now() : Date.parse(known.startedAt);
  const series = createUsageSeries(known);
  const { digest, options } = run.applied;
  const ending = new AbortController();
  const { signal } = ending;
  /** One after the other: they share a temporary file, and the last one has to be the last. */
  let saved = Promise.resolve();

  const record = (exit?: RunExit): RunRecord => ({
    image: runSpec.image,
    ...(digest !== undefined && { digest: digest.digest, digestOf: digest.of }),
    isolation: deps.runner.isolation.kind,
    ...(script !== undefined && { script }),
    run: ctx.record.run,
    plugin: runSpec.plugin,
    version,
    startedAt: new Date(startedAt).toISOString(),
    ...(exit !== undefined && { endedAt: new Date(exit.endedAt).toISOString(), ended: exit.detail }),
    limits: { memoryBytes: runSpec.limits.memoryBytes, cpus: runSpec.limits.cpus },
    options: [...options],
    usage: series.usage(),
    used: series.used(),
  });

  function keep(now: RunRecord): Promise<void> {
    saved = saved.then(() => save(ctx, now));
    return saved;
  }

  async function sample(): Promise<void> {
    let wait = Math.min(FIRST_SAMPLE_MS, series.everyMs());
    for (;;) {
      await clock.sleep(wait, { signal });
      const point = await run.usage();
      if (point !== undefined && !signal.aborted) series.add(clock.now() - startedAt, point);
      wait = series.everyMs();
    }
  }

  async function tell(): Promise<void> {
    for (let wait = FIRST_SEND_MS; ; wait = Math.min(wait * 2, MOST_SEND_MS)) {
      await keep(record());
      if (!(await sendRun(ctx, record(), signal))) return;
      await clock.sleep(wait, { signal });
    }
  }

  const work = Promise.all([sample(), tell()]).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  background('watch what a plugin uses', deps.log, work);

  return {
    async end(exit) {
      ending.abort(new Error('the run has ended'));
      if (exit?.peakMemoryBytes !== undefined) series.addPeakMemory(exit.peakMemoryBytes);
      await keep(record(exit));
    },
  };
}

/** The record of this attempt's last run, if one began. */
export async function readRun(ctx: StepContext): Promise<RunRecord | undefined> {
  try {
    return records.parse(JSON.parse(await readFile(ctx.folder.run, 'utf8')), 'run.json');
  } catch {
    // No run yet, or a file of another version: it is told anew.
    return undefined;
  }
}

/** For the result of the task; tells the platform the whole of it once more, as it was at the end. */
export async function tellRun(ctx: StepContext): Promise<RunSummary | undefined> {
  const known = await readRun(ctx);
  if (known === undefined) return undefined;
  await sendRun(ctx, known);
  const { image, digest, digestOf, isolation, used, script } = known;
  return {
    image,
    isolation,
    used,
    ...(digest !== undefined && { digest }),
    ...(digestOf !== undefined && { digestOf }),
    ...(script !== undefined && { script }),
  };
}

/** False when this platform wants none: it is older. */
async function sendRun(ctx: StepContext, record: RunRecord, signal?: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.timeout(SEND_LIMIT_MS);
    const soon = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    await ctx.deps.client.putRun(ctx.record.key, ctx.record.attempt, record, soon);
  } catch (error) {
    if (toSlyError(error).code === 'SLY_NOT_FOUND') return false;
    ctx.deps.log.debug({ err: error, taskKey: ctx.record.key }, 'what a plugin uses could not be told');
  }
  return true;
}

async function save(ctx: StepContext, record: RunRecord): Promise<void> {
  try {
    await writeFileAtomic(ctx.folder.run, JSON.stringify(record));
  } catch (error) {
    ctx.deps.log.warn({ err: error, taskKey: ctx.record.key }, 'what a plugin uses could not be kept');
  }
}
