/** How a run ended, decided once from what is known of it. Pure. */
import type { ExitReason } from '../ports/runner.ts';
import type { Breach } from './limit-watch.ts';

/** Why we ended it ourselves; the first cause wins. */
export type OwnCause = Breach | 'stopped' | 'removed';

/** Remembers the first reason we had; one that comes after the end is none. */
export interface CauseBook {
  because(reason: OwnCause, detail?: string): void;
  /** The run has ended by itself or by us. */
  close(): void;
  /** Found when looking once more at what it left behind. */
  wroteTooMuch(bytes: number): void;
  known(): { cause: OwnCause | undefined; causeDetail: string };
}

export function createCauseBook(): CauseBook {
  let known: ReturnType<CauseBook['known']> = { cause: undefined, causeDetail: '' };
  let isClosed = false;
  return {
    because(reason, detail = '') {
      if (known.cause === undefined && !isClosed) known = { cause: reason, causeDetail: detail };
    },
    close() {
      isClosed = true;
    },
    wroteTooMuch(bytes) {
      known = { cause: 'output-limit', causeDetail: `wrote more than ${bytes} bytes` };
    },
    known: () => known,
  };
}

export interface EndFacts {
  /** Exit code as a shell gives it: 128 + signal for a signal. */
  code: number;
  /** The kernel ended a process of the run for its memory. */
  oomKilled: boolean;
  cause: OwnCause | undefined;
  causeDetail: string;
  /** The stop ladder had to go to its last rung. */
  forced: boolean;
}

const SIGKILL = 137;
const SIGTERM = 143;

export function decideEnd(facts: EndFacts): { reason: ExitReason; detail: string } {
  const { code, oomKilled, cause, causeDetail, forced } = facts;
  if (cause === 'removed') return { reason: 'killed', detail: 'it was removed' };
  if (cause === 'stopped') {
    return forced
      ? { reason: 'killed', detail: 'it did not end when asked and was ended by force' }
      : { reason: 'stopped', detail: `it ended when asked, with code ${code}` };
  }
  if (cause !== undefined) return { reason: cause, detail: causeDetail };
  // A child may have been ended while the plugin itself went on and did its work: then nothing failed.
  if (oomKilled && code !== 0)
    return { reason: 'oom', detail: `the memory limit was reached (code ${code})` };
  if (code === SIGKILL) return { reason: 'killed', detail: 'it was ended by SIGKILL from outside' };
  if (code === SIGTERM) return { reason: 'stopped', detail: 'it was ended by SIGTERM from outside' };
  const signal = code > 128 && code <= 128 + 64 ? ` (signal ${code - 128})` : '';
  return { reason: 'exit', detail: `exit code ${code}${signal}` };
}
