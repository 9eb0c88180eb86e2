/** Events not yet acknowledged by the platform, in order, numbered without reuse. */
import { newKey } from '../../lib/ids.ts';
import type { AgentEvent } from '../../protocol/link.ts';
import type { JournalDatabase } from './open-journal.ts';

export interface Outbox {
  /** Adds inside the caller's transaction; returns the event's number. */
  add(event: AgentEvent): number;
  /** Unacknowledged events with a number above `seq`, in order. */
  after(seq: number, limit: number): { seq: number; event: AgentEvent }[];
  acknowledge(seq: number): void;
  /** The highest number ever given, 0 when there was none. */
  lastSeq(): number;
  size(): number;
  /** An event of this task waits. */
  mentions(key: string): boolean;
  /** Names this numbering; a new journal has a new one. */
  readonly journalId: string;
}

export function createOutbox(db: JournalDatabase): Outbox {
  const insert = db.prepare<[string]>('INSERT INTO outbox (event) VALUES (?)');
  const after = db.prepare<[number, number], { seq: number; event: string }>(
    'SELECT seq, event FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const remove = db.prepare<[number]>('DELETE FROM outbox WHERE seq <= ?');
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck();
  const count = db.prepare<[], number>('SELECT count(*) FROM outbox').pluck();

  const keys = db
    .prepare<[], string | null>(
      "SELECT DISTINCT coalesce(event ->> '$.key', event ->> '$.task.key') FROM outbox",
    )
    .pluck();
  /** The keys as they were when the outbox was as `of` says. */
  let known = { of: '', keys: new Set<string | null>() };

  db.prepare("INSERT OR IGNORE INTO facts (name, value) VALUES ('journal_id', ?)").run(newKey());
  const journalId =
    db.prepare<[], string>("SELECT value FROM facts WHERE name = 'journal_id'").pluck().get() ?? '';

  return {
    journalId,
    add: (event) => Number(insert.run(JSON.stringify(event)).lastInsertRowid),
    after: (seq, limit) =>
      after.all(seq, limit).map((row) => ({ seq: row.seq, event: JSON.parse(row.event) as AgentEvent })),
    acknowledge: (seq) => void remove.run(seq),
    lastSeq: () => last.get() ?? 0,
    size: () => count.get() ?? 0,
    mentions(key) {
      const of = `${last.get() ?? 0} ${count.get() ?? 0}`;
      if (known.of !== of) known = { of, keys: new Set(keys.all()) };
      return known.keys.has(key);
    },
  };
}
