/**
 * What subscribers are told, and the latest progress of each task. Progress is kept in memory only and told
 * at most once in `progressMs` for a task, the last one always.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { Progress } from '../../protocol/task.ts';
import type { TaskEvent } from '../ports/tasks.ts';

export interface Feed {
  subscribe(listener: (event: TaskEvent) => void): () => void;
  /** False saves whoever would build an event for nobody. */
  hasListeners(): boolean;
  publish(event: TaskEvent): void;
  progress(task: FeedTask, progress: Progress): void;
  progressOf(id: number): Progress | null;
  /** The attempt is over: what it was doing is history. */
  endProgress(id: number): void;
  stop(): void;
}

interface FeedTask {
  id: number;
  teamId: number | null;
  key: string;
}

interface Shown {
  task: FeedTask;
  progress: Progress;
  toldAt: number;
  timer?: NodeJS.Timeout | undefined;
}

export function createFeed(options: { clock: Clock; log: Logger; progressMs: number }): Feed {
  const { clock, log, progressMs } = options;
  const listeners = new Set<(event: TaskEvent) => void>();
  const shown = new Map<number, Shown>();

  function publish(event: TaskEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log.error({ err: error, event: event.type }, 'a subscriber failed');
      }
    }
  }

  function tell(one: Shown): void {
    clearTimeout(one.timer);
    one.timer = undefined;
    one.toldAt = clock.now();
    publish({ type: 'progress', ...one.task, progress: one.progress });
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hasListeners: () => listeners.size > 0,
    publish,
    progress(task, progress) {
      const one = shown.get(task.id) ?? { task, progress, toldAt: 0 };
      one.progress = progress;
      shown.set(task.id, one);
      const wait = one.toldAt + progressMs - clock.now();
      if (wait <= 0) tell(one);
      else one.timer ??= setTimeout(() => tell(one), wait).unref();
    },
    progressOf: (id) => shown.get(id)?.progress ?? null,
    endProgress(id) {
      clearTimeout(shown.get(id)?.timer);
      shown.delete(id);
    },
    stop() {
      for (const one of shown.values()) clearTimeout(one.timer);
      shown.clear();
      listeners.clear();
    },
  };
}
