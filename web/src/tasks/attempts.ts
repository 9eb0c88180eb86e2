/** From the history of a task to its attempts, each with its phases and how long they took. */

import type { TaskHistoryEntry, TaskState } from '../shapes.ts';
import { isEnded } from '../task-ended.ts';

interface Phase {
  state: TaskState;
  /** ISO time it began. */
  at: string;
  /** Until the next one, or until now. Zero for an end. */
  ms: number;
  going: boolean;
}

export interface Attempt {
  number: number;
  phases: Phase[];
  /** From its first state to its end, or to now. */
  ms: number;
  /** The last state it was in. */
  state: TaskState;
  agentName: string | null;
  failure: TaskHistoryEntry['failure'];
}

/** `entries` in order; `now` in ms since the epoch. Attempts in order, the latest last. */
export function attemptsOf(entries: readonly TaskHistoryEntry[], now: number): Attempt[] {
  const attempts: Attempt[] = [];
  entries.forEach((entry, at) => {
    let attempt = attempts.at(-1);
    if (attempt?.number !== entry.attempt) {
      attempt = {
        number: entry.attempt,
        phases: [],
        ms: 0,
        state: entry.state,
        agentName: null,
        failure: null,
      };
      attempts.push(attempt);
    }
    const next = entries[at + 1];
    const ended = isEnded(entry.state);
    const end = next === undefined ? now : Date.parse(next.at);
    const ms = ended ? 0 : Math.max(0, end - Date.parse(entry.at));
    attempt.phases.push({ state: entry.state, at: entry.at, ms, going: next === undefined && !ended });
    attempt.ms += ms;
    attempt.state = entry.state;
    attempt.agentName = entry.agentName ?? attempt.agentName;
    attempt.failure = entry.failure ?? attempt.failure;
  });
  return attempts;
}
