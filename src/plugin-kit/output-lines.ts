/**
 * What the host says on stdout: one JSON object a line, in the form the agent reads. Progress is thinned out
 * to two lines a second; the last value of a subtask always comes out.
 */
import { toSlyError } from '../lib/errors.ts';
import type { Host } from './plugin.ts';

export interface OutputLines {
  log: Host['log'];
  progress: Host['progress'];
  /** The line that explains a non-zero exit. */
  failure(thrown: unknown): void;
  /** Prints held progress; resolves when everything has left the process. */
  flush(): Promise<void>;
}

const PROGRESS_MS = 500;

export function createOutputLines(
  out: NodeJS.WritableStream,
  now: () => number = () => performance.now(),
): OutputLines {
  let lastAt = Number.NEGATIVE_INFINITY;
  let shownSubtask: string | undefined;
  let held: { subtask: string; done: number; total: number | undefined } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function print(line: Record<string, unknown>): void {
    out.write(`${JSON.stringify(line)}\n`);
  }

  function printHeld(): void {
    clearTimeout(timer);
    timer = undefined;
    if (held === undefined) return;
    const { subtask, done, total } = held;
    held = undefined;
    lastAt = now();
    shownSubtask = subtask;
    print({
      message: total === undefined ? `${subtask}: ${done}` : `${subtask}: ${done} of ${total}`,
      level: 'info',
      event_type: 'EventType.PROGRESS',
      subtask,
      current: done,
      ...(total === undefined ? {} : { total }),
    });
  }

  return {
    log: (level, message, extra = {}) => print({ ...extra, message, level }),

    progress(subtask, done, total) {
      if (held !== undefined && held.subtask !== subtask) printHeld();
      held = { subtask, done, total };
      const wait = lastAt + PROGRESS_MS - now();
      if (subtask !== shownSubtask || done === total || wait <= 0) printHeld();
      else {
        timer ??= setTimeout(printHeld, wait);
        timer.unref();
      }
    },

    failure(thrown) {
      const { code, message, detail, hint, file } = toSlyError(thrown);
      print({ level: 'error', message, code, detail, hint, file });
    },

    async flush() {
      printHeld();
      await new Promise<void>((resolve) => {
        out.write('', () => resolve());
      });
    },
  };
}
