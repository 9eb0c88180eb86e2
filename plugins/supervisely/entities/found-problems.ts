/** What is wrong with one annotation file: the first ones are kept, all are counted. */
import type { FormatProblem } from '../../../src/format/model.ts';

const KEPT = 20;

export interface FoundProblems {
  /** Takes the list and empties it. */
  take(problems: FormatProblem[]): void;
  readonly lost: readonly FormatProblem[];
  readonly lostCount: number;
  readonly warnings: readonly FormatProblem[];
}

export function createFoundProblems(): FoundProblems {
  const lost: FormatProblem[] = [];
  const warnings: FormatProblem[] = [];
  let lostCount = 0;
  return {
    take(problems) {
      for (const problem of problems.splice(0)) {
        const isWarning = problem.severity === 'warning';
        const list = isWarning ? warnings : lost;
        if (!isWarning) lostCount++;
        if (list.length < KEPT) list.push(problem);
      }
    },
    lost,
    warnings,
    get lostCount() {
      return lostCount;
    },
  };
}
