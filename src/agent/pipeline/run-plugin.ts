/** One run of a plugin from start to exit: its output becomes log and progress, its end becomes a failure or nothing. */
import type { SlyError } from '../../lib/errors.ts';
import type { Run, RunExit, RunSpec } from '../ports/runner.ts';
import { exitFailure } from './exit-failure.ts';
import { createLastWords } from './last-words.ts';
import { type PluginSaid, readPluginLine } from './plugin-output.ts';
import type { StepContext } from './step-context.ts';

export interface PluginRun {
  /** Settles when the run has ended and all of its output was read. Never rejects. */
  ended: Promise<{ exit: RunExit; failure: SlyError | undefined }>;
}

export function followRun(
  ctx: StepContext,
  run: Run,
  spec: RunSpec,
  runNumber: number,
  resumed: boolean,
): PluginRun {
  // A re-attached run repeats its output; what is in the log already is not logged again.
  let repeat = resumed ? ctx.log.pluginLines(runNumber) : 0;

  async function follow(): Promise<{ exit: RunExit; failure: SlyError | undefined }> {
    let said: PluginSaid['failure'];
    const lastWords = createLastWords();
    for await (const line of run.output) {
      const read = readPluginLine(line.text, line.stream, line.truncated);
      said = read.failure ?? said;
      if (line.stream === 'stderr') lastWords.add(read.message);
      if (read.progress !== undefined) ctx.progress(read.progress);
      if (repeat > 0) repeat--;
      else ctx.log.write(read.level, 'plugin', read.message, { run: runNumber, ...read.extra });
    }
    const exit = await run.exit;
    return {
      exit,
      failure: exitFailure(exit, spec.plugin, spec.limits, { said, lastWords: lastWords.text() }),
    };
  }

  return { ended: follow() };
}
