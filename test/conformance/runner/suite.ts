/**
 * What every runner promises, as one suite. A runner differs in what it enforces (`isolation.notEnforced`) and in
 * whether its runs outlive the process (`survives`); everything else is the same for all.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type {
  OutputLine,
  Run,
  RunExit,
  RunLimits,
  Runner,
  RunSpec,
  UsagePoint,
} from '../../../src/agent/ports/runner.ts';
import { SlyError } from '../../../src/lib/errors.ts';
import { tempFolder } from '../../support/temp-folder.ts';

export interface RunnerSubject {
  name: string;
  /** Kind the runner must say it is. */
  kind: string;
  /** Runs go on without this process and are found again. */
  survives: boolean;
  image: string;
  /** A runner of one and the same agent; called again it is that agent after a restart. */
  open(): Promise<Runner>;
  /** What starts the test program, before its own arguments; and what more it needs to see. */
  program: { args: readonly string[]; mounts: RunSpec['mounts'] };
  /** Looks from outside whether the run left anything behind. */
  leftBehind(runId: string): Promise<string[]>;
}

const MB = 2 ** 20;
const LIMITS: RunLimits = {
  memoryBytes: 256 * MB,
  cpus: 1,
  pids: 64,
  tmpBytes: 16 * MB,
  fileBytes: 1024 * MB,
  outputBytes: 1024 * MB,
  wallMs: 60_000,
  idleMs: 30_000,
};

export function runnerConformance(subject: RunnerSubject): void {
  describe(subject.name, () => {
    let runner: Runner;
    let started: string[];
    let count = 0;

    beforeEach(async () => {
      runner = await subject.open();
      started = [];
    });
    afterEach(async () => {
      for (const runId of started) await runner.remove(runId);
      for (const runId of started) expect(await subject.leftBehind(runId)).toEqual([]);
      await runner.close();
    });

    function specFor(
      args: readonly string[],
      limits: Partial<RunLimits> = {},
      env: Record<string, string> = {},
    ): RunSpec {
      const root = tempFolder('runner');
      const data = path.join(root, 'source');
      const sly = path.join(root, 'task');
      const results = path.join(sly, 'results');
      mkdirSync(data);
      mkdirSync(results, { recursive: true });
      writeFileSync(path.join(data, 'a.txt'), 'original');
      writeFileSync(path.join(sly, 'task_config.json'), '{"action":"import"}');
      chmodSync(data, 0o755);
      const runId = `conformance-${process.pid}.${++count}.1`;
      started.push(runId);
      return {
        runId,
        taskKey: 'conformance',
        attempt: 1,
        plugin: 'test-program',
        image: subject.image,
        args: [...subject.program.args, ...args],
        mounts: [
          ...subject.program.mounts,
          { source: data, target: '/sly_task_data/data', readOnly: true },
          {
            source: path.join(sly, 'task_config.json'),
            target: '/sly_task_data/task_config.json',
            readOnly: true,
          },
          { source: results, target: '/sly_task_data/results', readOnly: false },
        ],
        outputFolder: results,
        env: { SLY_TASK_DIR: '/sly_task_data', ...env },
        limits: { ...LIMITS, ...limits },
        gpu: false,
      };
    }

    async function runToEnd(spec: RunSpec): Promise<{ lines: OutputLine[]; exit: RunExit; run: Run }> {
      const run = await runner.start(spec);
      const lines = await collect(run);
      return { lines, exit: await run.exit, run };
    }

    test('says what it is', () => {
      expect(runner.isolation.kind).toBe(subject.kind);
      expect(runner.isolation.summary).not.toBe('');
    });

    test('knows which images can run', async () => {
      await runner.check(subject.image);
      const error = await runner.check('registry.invalid/other:1').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SlyError);
      expect(['SLY_IMAGE_NOT_ALLOWED', 'SLY_RUNNER_UNAVAILABLE']).toContain((error as SlyError).code);
      expect((error as SlyError).hint).not.toBe('');
    });

    test('says what holds it, gap by gap, and what it uses while it runs', async () => {
      const spec = specFor(['tick', '100', '40']);
      const run = await runner.start(spec);
      const { digest, options } = run.applied;
      expect(digest?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      // Nobody is told where on this machine anything lies.
      for (const { source } of spec.mounts) expect(JSON.stringify(options)).not.toContain(source);
      expect(new Set(options.map((one) => one.name)).size).toBe(options.length);
      const weaker = options.flatMap((one) => (one.weaker === undefined ? [] : [one.name]));
      const NAMES = { memory: 'Memory', pids: 'Processes', cpu: 'Processors', network: 'Network' } as const;
      for (const [limit, name] of Object.entries(NAMES))
        expect(weaker.includes(name), name).toBe(runner.isolation.notEnforced.includes(limit));
      let used: UsagePoint | undefined;
      for (let tries = 0; (used?.memoryBytes ?? 0) === 0 && tries < 30; tries++) {
        await delay(100);
        used = await run.usage();
      }
      expect(used?.memoryBytes).toBeGreaterThan(1_000_000);
      expect(used?.cpuMs).toBeGreaterThan(0);
      await run.stop(0);
      await collect(run);
      expect(await run.usage()).toBeUndefined();
    });

    test.each([0, 7])('exit code %i', async (code) => {
      const before = Date.now();
      const { exit } = await runToEnd(specFor(['exit', String(code)]));
      expect(exit).toMatchObject({ reason: 'exit', code });
      expect(exit.startedAt).toBeGreaterThan(before - 2000);
      expect(exit.endedAt).toBeGreaterThanOrEqual(exit.startedAt);
    });

    test('both streams, carriage returns, and a last line without newline', async () => {
      const { lines } = await runToEnd(specFor(['streams']));
      const of = (stream: string): string[] => lines.filter((l) => l.stream === stream).map((l) => l.text);
      expect(of('stdout')).toEqual(['out 1', 'out 2', 'last without newline']);
      expect(of('stderr')).toEqual(['err 1']);
      expect(Math.abs((lines[0]?.at ?? 0) - Date.now())).toBeLessThan(30_000);
    });

    test('a line of one megabyte is cut and marked, the next one is whole', async () => {
      const { lines } = await runToEnd(specFor(['long', String(MB)]));
      expect(lines.map((line) => [line.text.length, line.truncated])).toEqual([
        [65_536, true],
        [5, false],
      ]);
    });

    test('a line longer than a piece of the log is not cut into two', async () => {
      const { lines } = await runToEnd(specFor(['long', '40000']));
      expect(lines.map((line) => [line.text.length, line.truncated])).toEqual([
        [40_000, false],
        [5, false],
      ]);
    });

    test('a million lines and a slow reader: none lost, all in order', { timeout: 120_000 }, async () => {
      const run = await runner.start(specFor(['lines', '1000000']));
      let next = 0;
      for await (const { text } of run.output) {
        if (text !== `line ${next}`) expect(text).toBe(`line ${next}`);
        next++;
        if (next % 100_000 === 0) await delay(100);
      }
      expect(next).toBe(1_000_000);
      expect(await run.exit).toMatchObject({ reason: 'exit', code: 0 });
    });

    test('a reader that stops for longer than the idle limit does not end the plugin', async () => {
      const run = await runner.start(specFor(['lines', '200000'], { idleMs: 1000 }));
      let seen = 0;
      for await (const _ of run.output) if (++seen === 10) await delay(2500);
      expect(seen).toBe(200_000);
      expect(await run.exit).toMatchObject({ reason: 'exit', code: 0 });
    });

    test('idle limit', async () => {
      const { exit, lines } = await runToEnd(specFor(['hang'], { idleMs: 700 }));
      expect(exit.reason).toBe('idle');
      expect(lines.map((line) => line.text)).toEqual(['ready']);
    });

    test('a plugin that keeps talking is not idle, but has a wall limit', async () => {
      const { exit, lines } = await runToEnd(
        specFor(['tick', '200', '1000'], { idleMs: 1500, wallMs: 3000 }),
      );
      expect(exit.reason).toBe('wall');
      expect(lines.length).toBeGreaterThan(8);
      expect(exit.endedAt - exit.startedAt).toBeLessThan(10_000);
    });

    test('output limit while it runs', async () => {
      const { exit } = await runToEnd(specFor(['fill', String(40 * MB), 'hang'], { outputBytes: 20 * MB }));
      expect(exit.reason).toBe('output-limit');
    });

    test('output limit of a run that ended before anyone looked', async () => {
      const { exit } = await runToEnd(specFor(['fill', String(40 * MB)], { outputBytes: 20 * MB }));
      expect(exit.reason).toBe('output-limit');
    });

    test('the largest file', async () => {
      const { lines, exit } = await runToEnd(specFor(['one', String(8 * MB)], { fileBytes: 4 * MB }));
      const refused = lines[0]?.text === '{"wrote":"EFBIG"}' || exit.code === 153;
      expect(refused, `${lines[0]?.text} ${exit.detail}`).toBe(true);
    });

    test('more memory than allowed', async () => {
      const enforced = !runner.isolation.notEnforced.includes('memory');
      const what = enforced ? ['buffers', '1000'] : ['heap', '1000'];
      const { exit } = await runToEnd(specFor(what, { memoryBytes: 96 * MB }));
      expect(exit.reason).toBe('oom');
    });

    test('stop: asked, and it ends by itself', async () => {
      const run = await runner.start(specFor(['handle']));
      const lines = await collect(run, async (line) => {
        if (line.text === 'ready') void run.stop(10_000);
      });
      expect(lines.map((line) => line.text)).toEqual(['ready', 'asked to end']);
      expect(await run.exit).toMatchObject({ reason: 'stopped', code: 42 });
    });

    test('stop: right after the start, before the program is there', async () => {
      const run = await runner.start(specFor(['hang']));
      const reading = collect(run);
      await run.stop(20_000);
      await reading;
      const exit = await run.exit;
      expect(exit.reason).toBe('stopped');
      expect(exit.endedAt - exit.startedAt).toBeLessThan(15_000);
    });

    test('stop: it does not listen, so it is ended by force; twice and at once', async () => {
      const run = await runner.start(specFor(['ignore']));
      let stopping: Promise<unknown> = Promise.resolve();
      const lines = await collect(run, async (line) => {
        if (line.text === 'ready') stopping = Promise.all([run.stop(60_000), run.stop(500)]);
      });
      await stopping;
      await run.stop(1);
      expect(lines.map((line) => line.text)).toContain('no');
      expect(await run.exit).toMatchObject({ reason: 'killed', code: 137 });
    });

    test('what it writes is the agent’s to read and remove', async () => {
      const spec = specFor(['write']);
      const { lines, exit } = await runToEnd(spec);
      expect([lines.map((line) => line.text), exit.code]).toEqual([['written'], 0]);
      expect(readFileSync(path.join(spec.outputFolder, 'deep', 'file.txt'), 'utf8')).toBe('from inside');
    });

    test('the cage', async () => {
      const secret = path.join(tempFolder('secret'), 'token');
      writeFileSync(secret, 'the token', { mode: 0o600 });
      const server = createServer((socket) => socket.end());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      try {
        const spec = specFor(['look', secret, process.execPath], {}, { PORT_OUTSIDE: String(port) });
        const { lines, exit } = await runToEnd(spec);
        expect(exit.code, lines.map((line) => line.text).join('\n')).toBe(0);
        const seen = JSON.parse(lines[0]?.text ?? '{}') as Record<string, unknown>;
        expect(seen.data).toEqual(['a.txt']);
        expect(seen.config).toBe('{"action":"import"}');
        const source = path.dirname(path.dirname(spec.outputFolder));
        expect(readFileSync(path.join(source, 'source', 'a.txt'), 'utf8')).toBe('original');
        for (const name of ['changeData', 'addToData', 'removeData', 'changeConfig', 'shadow', 'root', 'usr'])
          expect(seen[name], name).toMatch(/^(E[A-Z]+|ERR_ACCESS_DENIED)$/);
        expect((seen.foreign as string[])[0]).toMatch(/^(ENOENT|EACCES|ERR_ACCESS_DENIED)$/);
        expect(seen.link).toMatch(/^(ENOENT|EACCES|ERR_ACCESS_DENIED)$/);
        expect(String(seen.program)).not.toContain('root:');
        expect(seen.env).not.toContain('NODE_EXTRA_CA_CERTS');
        if (!runner.isolation.notEnforced.includes('network')) {
          expect(seen.dial).not.toBe('connected');
          expect(['lo', undefined]).toContain((seen.interfaces as string[])[0]);
        }
        if (!runner.isolation.notEnforced.includes('user') && process.getuid?.() === 0)
          expect(seen.uid).not.toBe(0);
      } finally {
        server.close();
      }
    });

    test('start with the same id finds the same run', async () => {
      const spec = specFor(['handle']);
      const run = await runner.start(spec);
      const lines = await collect(run, async (line) => {
        if (line.text !== 'ready') return;
        const again = await runner.start(spec);
        expect(again.runId).toBe(run.runId);
        expect(await runner.list()).toContain(spec.runId);
        void again.stop(10_000);
      });
      expect(lines.map((line) => line.text)).toEqual(['ready', 'asked to end']);
    });

    test('list and remove: a running one, an ended one, twice, one that never was', async () => {
      const running = specFor(['hang']);
      const ended = specFor(['exit', '0']);
      const run = await runner.start(running);
      await runToEnd(ended);
      expect(await runner.list()).toContain(running.runId);
      await runner.remove(running.runId);
      expect(await run.exit).toMatchObject({ reason: 'killed' });
      await runner.remove(running.runId);
      await runner.remove(ended.runId);
      await runner.remove('never.was.1');
      const left = await runner.list();
      expect(left).not.toContain(running.runId);
      expect(left).not.toContain(ended.runId);
    });

    test('detach ends the output, and the exit settles', async () => {
      const spec = specFor(['tick', '100', '10000']);
      const run = await runner.start(spec);
      const lines = await collect(run, async (line) => {
        if (line.text === 'tick 3') void run.detach();
      });
      expect(lines.length).toBeGreaterThanOrEqual(4);
      await run.exit;
      if (!subject.survives) expect(await subject.leftBehind(spec.runId)).toEqual([]);
    });

    where(subject.survives)(
      'after a restart of the agent the run is found again, with all of its output',
      async () => {
        const spec = specFor(['tick', '300', '10'], { wallMs: 20_000 });
        const first = await runner.start(spec);
        await collect(first, async (line) => {
          if (line.text === 'tick 2') await first.detach();
        });
        await runner.close();
        runner = await subject.open();
        const run = await runner.reattach(spec);
        expect(run).not.toBeNull();
        const lines = await collect(run!);
        expect(lines.map((line) => line.text)).toEqual(Array.from({ length: 10 }, (_, n) => `tick ${n}`));
        expect(await run!.exit).toMatchObject({ reason: 'exit', code: 0 });
        const ended = await runner.reattach(spec);
        expect((await collect(ended!)).length).toBe(10);
        expect(await ended!.exit).toMatchObject({ reason: 'exit', code: 0 });
      },
    );

    where(subject.survives)('long lines are whole after a restart too', async () => {
      const spec = specFor(['long', '60000']);
      await runToEnd(spec);
      const again = await runner.reattach(spec);
      expect((await collect(again!)).map((line) => line.text.length)).toEqual([60_000, 5]);
    });

    where(subject.survives)('the wall limit counts from the start, also after a restart', async () => {
      const spec = specFor(['tick', '100', '10000'], { wallMs: 4000 });
      const first = await runner.start(spec);
      await delay(3000);
      await first.detach();
      const run = await runner.reattach(spec);
      const reading = collect(run!);
      const exit = await run!.exit;
      await reading;
      expect(exit.reason).toBe('wall');
      expect(exit.endedAt - exit.startedAt).toBeLessThan(9000);
    });

    test('reattach of what is not there', async () => {
      const spec = specFor(['exit', '0']);
      expect(await runner.reattach(spec)).toBeNull();
    });

    where(!subject.survives)(
      'nothing of an earlier process is found, and nothing is left of it',
      async () => {
        const spec = specFor(['hang']);
        const run = await runner.start(spec);
        const reading = collect(run);
        const other = await subject.open();
        // Known by its command line, which it has some milliseconds after it was forked.
        await expect.poll(() => other.list()).toContain(spec.runId);
        expect(await other.reattach(spec)).toBeNull();
        expect(await other.list()).not.toContain(spec.runId);
        await reading;
        await run.exit;
        await other.close();
      },
    );

    test('a source that is gone is said, not made', async () => {
      const spec = specFor(['exit', '0']);
      const missing = path.join(path.dirname(spec.outputFolder), 'missing');
      const broken = {
        ...spec,
        mounts: [...spec.mounts, { source: missing, target: '/sly_task_data/x', readOnly: true }],
      };
      await expect(runner.start(broken)).rejects.toMatchObject({ code: 'SLY_SOURCE_GONE' });
      expect(existsSync(missing)).toBe(false);
    });
  });
}

/** All lines of a run; `onLine` sees each as it comes. */
export async function collect(run: Run, onLine?: (line: OutputLine) => Promise<void>): Promise<OutputLine[]> {
  const lines: OutputLine[] = [];
  for await (const line of run.output) {
    lines.push(line);
    await onLine?.(line);
  }
  return lines;
}

/** A case that says something about this kind of runner only; for the others it does not exist, it is not skipped. */
function where(applies: boolean): (name: string, body: () => Promise<void>) => void {
  return (name, body) => {
    if (applies) test(name, body);
  };
}
