/** Self-tests of plugins, one at a time, with the last outcome of each kept in a file. */
import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../../../lib/atomic-file.ts';
import { SlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import { type SelfTest, SelfTestSchema } from '../../../protocol/self-test.ts';
import type { PipelineDeps } from '../step-context.ts';

export interface SelfTests {
  /** Rejects SLY_PLUGIN_UNKNOWN, SLY_USAGE for one without a sample, SLY_TOO_MANY while another one runs. That the plugin fails is an answer. */
  run(plugin: string): Promise<SelfTest>;
  last(plugin: string): SelfTest | undefined;
  /** Ends a test that runs; waits for it. */
  stop(): Promise<void>;
}

const outcomes = createParser(SelfTestSchema);
const LIMIT_MS = 4 * 60_000;

export function createSelfTests(options: { deps: PipelineDeps; file: string }): SelfTests {
  const { deps, file } = options;
  const stopping = new AbortController();
  let known: Map<string, SelfTest> | undefined;
  let running: { plugin: string; done: Promise<SelfTest> } | undefined;

  const kept = (): Map<string, SelfTest> => {
    known ??= readKept(file);
    return known;
  };

  async function test(name: string): Promise<SelfTest> {
    const plugin = deps.plugins.get(name);
    if (plugin === undefined)
      throw new SlyError('SLY_PLUGIN_UNKNOWN', {
        detail: `this agent has no plugin ${JSON.stringify(name)}`,
      });
    // Loaded at the first test, with the archive writer and the picture encoder.
    const { assertTestable, runSelfTest } = await import('./run-self-test.ts');
    assertTestable(plugin);
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(LIMIT_MS)]);
    const outcome = await runSelfTest(deps, plugin, signal);
    kept().set(name, outcome);
    // Of plugins that are gone nothing is kept.
    const rows = [...kept().values()].filter((one) => deps.plugins.get(one.plugin) !== undefined);
    await writeFileAtomic(file, JSON.stringify(rows));
    return outcome;
  }

  return {
    async run(plugin) {
      stopping.signal.throwIfAborted();
      if (running !== undefined) {
        throw new SlyError('SLY_TOO_MANY', {
          detail: `${running.plugin} is being tested right now; one test runs at a time`,
          hint: 'Try again when it has ended.',
        });
      }
      const done = test(plugin);
      running = { plugin, done };
      try {
        return await done;
      } finally {
        running = undefined;
      }
    },
    last: (plugin) => kept().get(plugin),
    async stop() {
      stopping.abort(new SlyError('SLY_ABORTED', { detail: 'the agent stops' }));
      await running?.done.catch(() => undefined);
    },
  };
}

function readKept(file: string): Map<string, SelfTest> {
  try {
    const rows = JSON.parse(readFileSync(file, 'utf8')) as unknown[];
    return new Map(rows.filter((one) => outcomes.check(one)).map((one) => [one.plugin, one]));
  } catch {
    // None yet, or of another version.
    return new Map();
  }
}
