/**
 * Keeps a report readable: what is wrong with one file is told in a few lines, and a warning that many files
 * share is told for the first ones and then counted.
 */
import type { FormatProblem } from '../../src/format/model.ts';
import type { Problem, Reporter } from '../../src/plugin-kit/plugin.ts';

const LINES_A_FILE = 5;
const FILES_A_WARNING = 3;
/** Distinct warnings that are counted; more than these are told each time. */
const MAX_KINDS = 1000;

export interface ProblemDigest {
  /** What was lost of a file, each at its place; `total` where not all of it is in the list. */
  lost(file: string, problems: readonly FormatProblem[], total?: number): Promise<void>;
  /** Something that was mended or guessed; `kind` is the same for the same thing in other files. */
  warn(kind: string, problem: Problem): Promise<void>;
  /** Tells how many more there were of each kind. */
  finish(): Promise<void>;
}

export function createProblemDigest(report: Reporter): ProblemDigest {
  const kinds = new Map<string, { count: number; example: Problem }>();

  async function warn(kind: string, problem: Problem): Promise<void> {
    const seen = kinds.get(kind);
    if (seen !== undefined) seen.count++;
    else if (kinds.size < MAX_KINDS) kinds.set(kind, { count: 1, example: problem });
    if ((seen?.count ?? 1) <= FILES_A_WARNING) await report.warning(problem);
  }

  return {
    warn,
    async lost(file, problems, total = problems.length) {
      for (const { place, code, message, hint } of problems.slice(0, LINES_A_FILE))
        await report.warning({ file, place, code, message, ...(hint === undefined ? {} : { hint }) });
      const more = total - LINES_A_FILE;
      if (more > 0)
        await report.warning({
          file,
          code: 'SLY_FORMAT_INVALID',
          message: `${more} more places of this file could not be read either`,
        });
    },
    async finish() {
      for (const { count, example } of kinds.values()) {
        const more = count - FILES_A_WARNING;
        if (more <= 0) continue;
        const { code, message } = example;
        await report.warning({ code, message: `${more} times more: ${message}` });
      }
    },
  };
}
