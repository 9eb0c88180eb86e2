/**
 * Which attempts run now. Owns the slots and one AbortController an attempt.
 * Invariants: an attempt is driven by at most one promise; never more than `slots` at once; what the
 * journal holds and has not ended is driven again after a start; draining takes nothing new.
 */
import { background } from '../../lib/background.ts';
import type { Task } from '../../protocol/task.ts';
import { isFinal } from '../../protocol/task-state.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import type { Inspection } from '../ports/sources.ts';
import { driveAttempt } from './drive-attempt.ts';
import type { PipelineDeps } from './step-context.ts';
import { StopReason, type StopVerb } from './stop-reason.ts';

interface Ref {
  key: string;
  attempt: number;
}

export interface Pipeline {
  start(): void;
  /** A task of this machine: journaled, announced, queued for a slot. */
  submit(task: Task): AttemptRecord;
  /** An offer of the platform. */
  accept(task: Task, attempt: number): 'accept' | { reject: string };
  /** False when this agent does not hold such an attempt. */
  cancel(ref: { key: string; attempt?: number }, reason: string): boolean;
  abandon(ref: Ref): void;
  /** What a path would be imported as; makes no task. */
  inspect(path: string, signal: AbortSignal): Promise<Inspection>;
  drain(on: boolean): void;
  /** Attempts held, running or waiting for a slot. */
  held(): Ref[];
  busy(): number;
  draining(): boolean;
  /** Resolves when nothing is held any more (drain), or at the signal. */
  idle(signal: AbortSignal): Promise<void>;
  /** Lets go of everything running: containers go on, the next process finds them again. */
  stop(): Promise<void>;
}

export interface PipelineOptions {
  slots: number;
  /** Why nothing may start now (disk low), or undefined. */
  admission: () => string | undefined;
  /** How often a refused admission is asked again, ms. */
  admissionRetryMs: number;
}

interface Held {
  record: AttemptRecord;
  controller: AbortController;
  done?: Promise<void>;
}

const idOf = (ref: Ref): string => `${ref.key}.${ref.attempt}`;

export function createPipeline(deps: PipelineDeps, options: PipelineOptions): Pipeline {
  const held = new Map<string, Held>();
  const waiters = new Set<() => void>();
  let draining = false;
  let stopped = false;
  let started = false;
  let retry: NodeJS.Timeout | undefined;

  const running = (): number => [...held.values()].filter((one) => one.done !== undefined).length;

  function pump(): void {
    if (!started || stopped) return;
    for (const one of held.values()) {
      if (one.done !== undefined) continue;
      if (running() >= options.slots) return;
      const refusal = options.admission();
      if (refusal !== undefined && !one.controller.signal.aborted) {
        deps.onProgress(one.record, { phase: `waiting: ${refusal}` });
        retry ??= setTimeout(() => {
          retry = undefined;
          pump();
        }, options.admissionRetryMs);
        retry.unref();
        return;
      }
      launch(one);
    }
  }

  function launch(one: Held): void {
    one.done = driveAttempt(deps, one.record, one.controller.signal).finally(() => {
      held.delete(idOf(one.record));
      for (const wake of waiters) wake();
      pump();
    });
    background('drive attempt', deps.log, one.done);
  }

  function hold(record: AttemptRecord): Held {
    const known = held.get(idOf(record));
    if (known !== undefined) return known;
    const one: Held = { record, controller: new AbortController() };
    held.set(idOf(record), one);
    return one;
  }

  function interrupt(one: Held, verb: StopVerb, text: string): void {
    one.controller.abort(new StopReason(verb, text));
    // One that waits for a slot is driven at once: it only has to end.
    if (one.done === undefined && verb !== 'detach') launch(one);
  }

  return {
    start() {
      started = true;
      for (const record of deps.journal.active()) {
        const one = hold(record);
        if (record.cancelReason !== null) interrupt(one, 'cancel', record.cancelReason);
      }
      pump();
    },
    submit(task) {
      const record = deps.journal.createLocal(task);
      // Repeated by a caller that did not hear the first answer, and over by now.
      if (isFinal(record.state)) return record;
      const one = hold(record);
      deps.onState(one.record);
      pump();
      return record;
    },
    accept(task, attempt) {
      if (draining || stopped) return { reject: 'draining' };
      const known = deps.journal.get(task.key);
      const mine = known?.attempt === attempt;
      if (!mine && held.size >= options.slots) return { reject: 'no free slot' };
      const refusal = options.admission();
      if (!mine && refusal !== undefined) return { reject: refusal };
      const record = deps.journal.createOffered(task, attempt);
      // An older attempt of the same task cannot be of use any more.
      for (const one of held.values()) {
        if (one.record.key === task.key && one.record.attempt < attempt)
          interrupt(one, 'abandon', 'superseded');
      }
      if (!isFinal(record.state)) hold(record);
      pump();
      return 'accept';
    },
    cancel(ref, reason) {
      for (const one of held.values()) {
        if (one.record.key !== ref.key || (ref.attempt !== undefined && one.record.attempt !== ref.attempt))
          continue;
        // The point of no return: a commit is on its way, and a result must not be lost.
        deps.journal.note(one.record, { cancelReason: reason });
        interrupt(one, 'cancel', reason);
        return true;
      }
      return false;
    },
    abandon(ref) {
      const one = held.get(idOf(ref));
      if (one !== undefined) interrupt(one, 'abandon', 'the platform gave the task to another attempt');
    },
    // Loaded when it is asked for: an idle agent does not pay for it.
    inspect: async (path, signal) => (await import('./inspect-source.ts')).inspectSource(deps, path, signal),
    drain(on) {
      draining = on;
    },
    held: () => [...held.values()].map(({ record }) => ({ key: record.key, attempt: record.attempt })),
    busy: running,
    draining: () => draining,
    async idle(signal) {
      while (held.size > 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiters.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          waiters.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      }
    },
    async stop() {
      stopped = true;
      clearTimeout(retry);
      for (const one of held.values()) interrupt(one, 'detach', 'the agent stops');
      await Promise.allSettled(
        [...held.values()].flatMap((one) => (one.done === undefined ? [] : [one.done])),
      );
    },
  };
}
