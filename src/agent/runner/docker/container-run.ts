/**
 * One container as a Run: its lines, its end, its stop ladder. Owns the streams to it and the watch over its limits,
 * not the container itself: that outlives this process and is removed by `Runner.remove`.
 */
import type Docker from 'dockerode';
import { background } from '../../../lib/background.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import type { EngineFacts, ImageDigest, Run, RunExit, RunSpec, UsagePoint } from '../../ports/runner.ts';
import { watchLimits } from '../limit-watch.ts';
import { createReaderActivity } from '../reader-activity.ts';
import { createCauseBook, decideEnd } from '../run-end.ts';
import { appliedOptions } from './applied-options.ts';
import { type ContainerEnd, waitForEnd } from './container-end.ts';
import { readContainer } from './container-output.ts';
import { type ContainerStats, usageOf } from './container-usage.ts';
import { type Engine, isUnavailable, statusOf } from './engine.ts';

export interface ContainerRun extends Run {
  /** The container is about to be removed: its end is no surprise. */
  removed(): void;
}

export interface ContainerRunDeps {
  engine: Engine;
  clock: Clock;
  log: Logger;
  engineWaitMs: number;
  facts: EngineFacts | undefined;
}

export interface ContainerRunInput {
  container: Docker.Container;
  info: Docker.ContainerInspectInfo;
  spec: RunSpec;
  /** Attached before the start; undefined for a run that was found again. */
  attached: NodeJS.ReadableStream | undefined;
  digest: ImageDigest;
}

/** Between SIGTERM and SIGKILL for a plugin that passed a limit. */
const LIMIT_GRACE_MS = 5000;
const RETRY_MS = 500;
const STATS_MS = 5000;

export function followContainer(deps: ContainerRunDeps, input: ContainerRunInput): ContainerRun {
  const { engine, clock, log } = deps;
  const { container, info, spec } = input;
  const startedAt = Date.parse(info.State.StartedAt);
  const letGo = new AbortController();
  const activity = createReaderActivity(clock);
  const causes = createCauseBook();
  let forced = false;
  let isOver = false;

  const end: Promise<ContainerEnd> = waitForEnd({ ...deps, container, signal: letGo.signal }).catch(() => ({
    state: undefined,
    why: 'this agent let go of it; it runs on',
    steady: false,
  }));
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
  const output = readContainer({
    attached: input.attached,
    openLog,
    ended: end.then(({ steady }) => steady),
    activity,
    clock,
    log,
  });
  const exit = settle();

  async function settle(): Promise<RunExit> {
    const { state, why } = await end;
    isOver = true;
    causes.close();
    watch.stop();
    const endedAt = state === undefined ? clock.now() : Date.parse(state.FinishedAt);
    if (state === undefined) {
      const { reason, detail } =
        causes.known().cause === 'removed'
          ? decideEnd({ ...noFacts, cause: 'removed' })
          : { reason: 'lost' as const, detail: why };
      return { reason, code: null, detail, startedAt, endedAt };
    }
    const code = state.ExitCode;
    if (causes.known().cause === undefined && code === 0 && (await wroteTooMuch()))
      causes.wroteTooMuch(spec.limits.outputBytes);
    return {
      ...decideEnd({ code, oomKilled: state.OOMKilled, ...causes.known(), forced }),
      code,
      startedAt,
      endedAt,
    };
  }

  async function wroteTooMuch(): Promise<boolean> {
    return watch.wroteTooMuch().catch(() => false);
  }

  async function signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    while (!isOver) {
      try {
        await engine.call('kill', (_, abortSignal) => container.kill({ signal: name, abortSignal }));
        return;
      } catch (error) {
        // 404 and 409: it is gone or not running, which the wait will tell.
        if (!isUnavailable(error)) {
          const status = statusOf(error);
          if (status !== 404 && status !== 409)
            log.warn({ err: error, signal: name }, 'a container took no signal');
          return;
        }
        await clock.sleep(RETRY_MS);
      }
    }
  }

  async function climbDown(graceMs: number): Promise<void> {
    const ending = new AbortController();
    const ended = end.finally(() => ending.abort());
    await signal('SIGTERM');
    await clock.sleep(graceMs, { signal: ending.signal }).catch(() => undefined);
    while (!isOver && !letGo.signal.aborted) {
      forced = true;
      await signal('SIGKILL');
      await Promise.race([ended, clock.sleep(RETRY_MS * 4)]);
    }
    await exit;
  }

  async function usage(): Promise<UsagePoint | undefined> {
    if (isOver || letGo.signal.aborted) return undefined;
    try {
      // One shot: otherwise the engine waits a second for a second sample.
      const asked = { stream: false as const, 'one-shot': true };
      const stats: ContainerStats = await engine.call(
        'stats',
        (_, abortSignal) => container.stats({ ...asked, abortSignal } as { stream: false }),
        STATS_MS,
      );
      return usageOf(stats);
    } catch {
      // It has just ended, or the engine is away for a moment: a point less.
      return undefined;
    }
  }

  async function openLog(): Promise<NodeJS.ReadableStream | undefined> {
    while (!letGo.signal.aborted) {
      try {
        return await engine.call('logs', () =>
          container.logs({ follow: true, stdout: true, stderr: true, timestamps: true }),
        );
      } catch (error) {
        // Without a container, or with an engine given up on, there is nothing to read any more.
        if (!isUnavailable(error) || (isOver && (await end).state === undefined)) return undefined;
        await clock.sleep(RETRY_MS);
      }
    }
    return undefined;
  }

  return {
    runId: spec.runId,
    output: output.lines,
    exit,
    applied: { digest: input.digest, options: appliedOptions(info, deps.facts) },
    usage,
    async stop(graceMs) {
      causes.because('stopped');
      await climbDown(graceMs);
    },
    async detach() {
      letGo.abort();
      watch.stop();
      output.cut();
      await exit;
    },
    removed: () => causes.because('removed'),
  };
}

const noFacts = { code: 0, oomKilled: false, causeDetail: '', forced: false };
