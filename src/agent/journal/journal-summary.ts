/** The journal in numbers, for somebody who is asked for help: no titles, no names of files. Reads only. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { JournalDatabase } from './open-journal.ts';

export interface JournalSummary {
  attempts: Record<string, number>;
  /** Messages the platform has not acknowledged. */
  outbox: number;
  /** The newest first. */
  failures: {
    key: string;
    attempt: number;
    action: string | null;
    plugin: string | null;
    code: string | null;
    title: string | null;
    retryable: boolean;
    endedAt: string;
  }[];
}

const FAILURES = 30;

export function journalSummary(db: JournalDatabase): JournalSummary {
  const states = db
    .prepare<[], { state: string; count: number }>(
      'SELECT state, count(*) AS count FROM attempts GROUP BY state ORDER BY state',
    )
    .all();
  const failures = db
    .prepare<[number], Omit<JournalSummary['failures'][number], 'retryable' | 'endedAt'> & Raw>(
      `SELECT a.key, a.attempt, t.task ->> '$.spec.action' AS action, a.plugin, a.details ->> '$.failure.code' AS code,
         a.details ->> '$.failure.title' AS title, a.details ->> '$.failure.retryable' AS retryable, a.updated_at
       FROM attempts a JOIN tasks t ON t.key = a.key
       WHERE a.state = 'failed' ORDER BY a.updated_at DESC LIMIT ?`,
    )
    .all(FAILURES);
  return {
    attempts: Object.fromEntries(states.map(({ state, count }) => [state, count])),
    outbox: db.prepare<[], number>('SELECT count(*) FROM outbox').pluck().get() ?? 0,
    failures: failures.map(({ retryable, updated_at, ...one }) => ({
      ...one,
      retryable: retryable === 1,
      endedAt: new Date(updated_at).toISOString(),
    })),
  };
}

interface Raw {
  retryable: number | null;
  updated_at: number;
}

/** The same of a journal nobody has open, without changing it. Undefined when there is none. */
export function readJournalSummary(file: string): JournalSummary | undefined {
  if (!existsSync(file)) return undefined;
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return journalSummary(db);
  } finally {
    db.close();
  }
}
