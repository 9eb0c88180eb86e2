/**
 * Waits until a container has ended. The engine may be restarted meanwhile: a container is lost only when the
 * engine says it knows it no more, or has not answered for `engineWaitMs`.
 */
import type Docker from 'dockerode';
import type { Clock } from '../../../lib/clock.ts';
import { type Engine, statusOf } from './engine.ts';

export interface ContainerEnd {
  state: Docker.ContainerInspectInfo['State'] | undefined;
  /** Why there is no state. */
  why: string;
  /** The engine answered all the time, so that an attached stream was not cut by it. */
  steady: boolean;
}

export interface WaitOptions {
  container: Docker.Container;
  engine: Engine;
  clock: Clock;
  engineWaitMs: number;
  /** Aborted when this process lets go of the container; the wait then rejects. */
  signal: AbortSignal;
}

/** A `wait` that hangs in a connection whose engine died is found out by asking now and then. */
const ASK_MS = 5000;
const RETRY_MS = 1000;

export async function waitForEnd(options: WaitOptions): Promise<ContainerEnd> {
  const { container, engine, clock, engineWaitMs, signal } = options;
  let steady = true;
  let awaySince: number | undefined;
  let waiting: { over: Promise<boolean>; stop: () => void } | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      waiting ??= waitCall(container, signal);
      const said = await Promise.race([waiting.over, clock.sleep(ASK_MS, { signal }).then(() => true)]);
      if (!said) waiting = undefined;
      try {
        const { State } = await engine.call(
          'inspect',
          (_, abortSignal) => container.inspect({ abortSignal }),
          10_000,
        );
        awaySince = undefined;
        if (!State.Running && State.Status !== 'restarting') return { state: State, why: '', steady };
        if (!said) await clock.sleep(RETRY_MS / 4, { signal });
      } catch (error) {
        signal.throwIfAborted();
        if (statusOf(error) === 404)
          return { state: undefined, why: 'the engine does not know it any more', steady: false };
        steady = false;
        waiting?.stop();
        waiting = undefined;
        awaySince ??= clock.now();
        if (clock.now() - awaySince > engineWaitMs)
          return {
            state: undefined,
            why: `the engine has not answered for ${Math.round(engineWaitMs / 1000)} s`,
            steady,
          };
        await clock.sleep(RETRY_MS, { signal });
      }
    }
  } finally {
    waiting?.stop();
  }
}

/** Resolves true when the engine says it is over, false when the call broke. */
function waitCall(
  container: Docker.Container,
  signal: AbortSignal,
): { over: Promise<boolean>; stop: () => void } {
  const stopping = new AbortController();
  const abortSignal = AbortSignal.any([signal, stopping.signal]);
  const over = container.wait({ abortSignal }).then(
    () => true,
    () => false,
  );
  return { over, stop: () => stopping.abort() };
}
