/**
 * A plugin as a child of this process: its lines, its end, its stop ladder. It does not outlive the agent: letting
 * go of it ends it, and the kernel ends it when the agent is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { background } from '../../../lib/background.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Applied, OutputLine, Run, RunExit, RunSpec } from '../../ports/runner.ts';
import { watchLimits } from '../limit-watch.ts';
import { createReaderActivity } from '../reader-activity.ts';
import { createCauseBook, decideEnd, type OwnCause } from '../run-end.ts';
import type { RunGroups } from './cgroup.ts';
import { readChild } from './child-output.ts';
import type { Launch } from './launch.ts';
import { usageOfProcesses } from './process-usage.ts';
import { signalNumber } from './signals.ts';

export interface ChildRunDeps {
  clock: Clock;
  log: Logger;
}

export interface ChildRun extends Run {
  /** Ends it by force because it is being removed. */
  removed(): Promise<void>;
}

/** Between SIGTERM and SIGKILL for a plugin that passed a limit. */
const LIMIT_GRACE_MS = 5000;
const START_MS = 1000;
/** V8 says this before it aborts at the heap size we gave it. */
const HEAP_FULL = 'JavaScript heap out of memory';
/** SIGTRAP and SIGABRT: how it then ends. */
const V8_ABORTS = [133, 134];
/** Its last words are waited for so long before the end is told. */
const LAST_WORDS_MS = 3000;

export function startChild(
  deps: ChildRunDeps,
  spec: RunSpec,
  launch: Launch,
  how: { groups: RunGroups | undefined; applied: Applied },
): ChildRun {
  const { groups, applied } = how;
  const { clock, log } = deps;
  const startedAt = clock.now();
  const child = spawn(launch.command, launch.args, {
    cwd: '/',
    env: launch.env,
    // A group of its own, so that a signal reaches all of it and none of ours.
    detached: true,
    stdio: [
      'ignore',
      'pipe',
      'pipe',
      ...(launch.bubblewrap === undefined ? [] : (['pipe', 'pipe'] as const)),
    ],
  });
  const pipes = { stdout: child.stdout as Readable, stderr: child.stderr as Readable };
  const activity = createReaderActivity(clock);
  const innerPid = launch.bubblewrap && readInnerPid(child.stdio[3] as Readable);
  if (launch.bubblewrap !== undefined) giveFilter(child.stdio[4] as Writable, launch.bubblewrap.filter);
  const causes = createCauseBook();
  let forced = false;
  let isOver = false;
  let heapFull = false;

  const ended = whenEnded(child);
  const allRead = Promise.withResolvers<void>();
  const watch = watchLimits({
    limits: spec.limits,
    outputFolder: spec.outputFolder,
    startedAt,
    silenceMs: activity.silenceMs,
    clock,
    log,
    onBreach(reason, detail) {
      causes.because(reason, detail);
      background('stop at a limit', log, climbDown(LIMIT_GRACE_MS));
    },
  });
  const exit = settle();

  async function settle(): Promise<RunExit> {
    const end = await ended;
    isOver = true;
    causes.close();
    watch.stop();
    const endedAt = clock.now();
    // Whatever is left of its group goes with it.
    signalGroup(child.pid, 'SIGKILL');
    if (V8_ABORTS.includes(end.code)) await Promise.race([allRead.promise, clock.sleep(LAST_WORDS_MS)]);
    const oomKilled = groups?.oomKilled() === true || (heapFull && end.code !== 0);
    const peakMemoryBytes = groups?.peakMemoryBytes();
    await groups?.remove();
    const isClean = causes.known().cause === undefined && end.code === 0;
    if (isClean && (await watch.wroteTooMuch().catch(() => false)))
      causes.wroteTooMuch(spec.limits.outputBytes);
    launch.release();
    const times = { startedAt, endedAt };
    const neverStarted = end.error ?? (await whyNeverStarted(end.code));
    if (neverStarted !== undefined)
      return { reason: 'start-failed', code: null, detail: neverStarted, ...times };
    return {
      ...decideEnd({ code: end.code, oomKilled, ...causes.known(), forced }),
      code: end.code,
      ...times,
      ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
    };
  }

  async function whyNeverStarted(code: number): Promise<string | undefined> {
    if (causes.known().cause !== undefined || innerPid === undefined) return undefined;
    if ((await innerPid) !== undefined) return undefined;
    return `the sandbox could not be made (code ${code}); its own words are in the output`;
  }

  async function climbDown(graceMs: number): Promise<void> {
    // bubblewrap itself would die of the signal and take the plugin with it unasked: the group inside gets it.
    const ask = async (): Promise<void> => {
      const pid = (await innerPid) ?? child.pid;
      if (!isOver) signalGroup(pid, 'SIGTERM');
    };
    const ending = new AbortController();
    void ended.finally(() => ending.abort());
    const wait = (ms: number) => clock.sleep(ms, { signal: ending.signal }).catch(() => undefined);
    const early = clock.now() - startedAt < START_MS;
    let left = graceMs;
    await ask();
    if (early && left > START_MS) {
      // The signal may have come before there was a program to get it.
      await wait(START_MS);
      await ask();
      left -= START_MS;
    }
    await wait(left);
    if (!ending.signal.aborted) force();
    await exit;
  }

  function force(): void {
    if (isOver) return;
    forced = true;
    signalGroup(child.pid, 'SIGKILL');
  }

  async function endNow(reason: OwnCause): Promise<void> {
    causes.because(reason);
    force();
    await exit;
  }

  async function* lines(): AsyncGenerator<OutputLine> {
    try {
      for await (const line of readChild(pipes, activity, clock)) {
        if (line.stream === 'stderr' && line.text.includes(HEAP_FULL)) heapFull = true;
        yield line;
      }
    } finally {
      allRead.resolve();
    }
  }

  return {
    runId: spec.runId,
    output: lines(),
    exit,
    applied,
    usage: async () => (isOver || child.pid === undefined ? undefined : usageOfProcesses(child.pid)),
    async stop(graceMs) {
      causes.because('stopped');
      await climbDown(graceMs);
    },
    async detach() {
      await endNow('stopped');
      pipes.stdout.destroy();
      pipes.stderr.destroy();
    },
    removed: () => endNow('removed'),
  };
}

interface ChildEnd {
  code: number;
  /** It never started. */
  error?: string;
}

function whenEnded(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, error: error.message }));
    child.once('exit', (code, signal) => resolve({ code: code ?? 128 + signalNumber(signal) }));
  });
}

/** The process bubblewrap made, as this system numbers it; undefined when it could not make one. */
async function readInnerPid(pipe: Readable): Promise<number | undefined> {
  let text = '';
  try {
    // To its end: bubblewrap writes on, and would die of a closed pipe.
    for await (const piece of pipe) text += String(piece);
  } catch {
    // Nothing was said.
  }
  const pid = /"child-pid":\s*(\d+)/.exec(text)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

export function giveFilter(pipe: Writable, filter: Buffer): void {
  // It may have ended before reading; then its exit says why.
  pipe.on('error', () => undefined);
  pipe.end(filter);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
