/**
 * Says each kind of problem a few times with its place and counts the rest, so that a file with a million
 * faults gives a report a person can read, and none is left out of the count.
 */
import type { Problem, Reporter } from './plugin.ts';

export type Level = 'warning' | 'failed' | 'skipped';

export interface ProblemBook {
  /** `describe` is called for the first of a kind only; `kind` reads on after "12 more: ". */
  note(level: Level, kind: string, describe: () => Problem): void;
  /** Hands what was noted to the report. */
  flush(): Promise<void>;
  /** Flushes and adds one line for each kind that was cut. */
  finish(): Promise<void>;
}

const SHOWN = 10;

export function createProblemBook(report: Reporter): ProblemBook {
  const kinds = new Map<string, { level: Level; count: number; last: Problem }>();
  const waiting: { level: Level; problem: Problem }[] = [];

  async function flush(): Promise<void> {
    for (const { level, problem } of waiting.splice(0)) await report[level](problem);
  }

  return {
    note(level, kind, describe) {
      const key = `${level} ${kind}`;
      const known = kinds.get(key);
      if (known !== undefined && known.count >= SHOWN) {
        known.count++;
        return;
      }
      const problem = describe();
      kinds.set(key, { level, count: (known?.count ?? 0) + 1, last: problem });
      waiting.push({ level, problem });
    },
    flush,
    async finish() {
      await flush();
      for (const [key, { level, count, last }] of kinds) {
        if (count <= SHOWN) continue;
        const kind = key.slice(level.length + 1);
        const file = last.file === undefined ? {} : { file: last.file };
        await report[level === 'warning' ? 'warning' : level]({
          ...file,
          code: last.code,
          message: `${count - SHOWN} more: ${kind}`,
        });
      }
      kinds.clear();
    },
  };
}
