/**
 * Tasks and their attempts. A move is ONE transaction: row, history, outgoing event. When a verb has
 * returned, what it says is on disk.
 */
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import type { Task } from '../../protocol/task.ts';
import { assertMove, type TaskState } from '../../protocol/task-state.ts';
import type { AttemptRecord, StateChange, TaskJournal } from '../ports/journal.ts';
import type { JournalDatabase } from './open-journal.ts';
import type { Outbox } from './outbox.ts';

interface AttemptRow {
  key: string;
  attempt: number;
  task: string;
  state: string;
  run: number;
  plugin: string | null;
  because: string | null;
  options: string | null;
  publication_id: number | null;
  segments_published: number;
  cancel_reason: string | null;
  committing: number;
  details: string | null;
  created_at: number;
  updated_at: number;
}

export interface TaskJournalDeps {
  db: JournalDatabase;
  outbox: Outbox;
  clock: Clock;
  /** Called after a commit that put something into the outbox. */
  onOutbox?: () => void;
}

export interface HistoryEntry {
  attempt: number;
  state: TaskState;
  at: number;
  details: StateChange['details'] | null;
}

/** The pipeline's verbs, and what the command line asks. */
export interface TaskBook extends TaskJournal {
  /** Last attempt of each task, newest first. */
  recent(limit: number): (AttemptRecord & { details: StateChange['details'] | null })[];
  history(key: string): HistoryEntry[];
  /** Asks the platform for another attempt or to cancel what this agent does not hold. */
  request(event: { type: 'task.retry' | 'task.cancel'; key: string }): void;
  /** Ended attempts, and those another attempt followed, that were last touched before `before`: their folders may go. */
  endedBefore(before: number): { key: string; attempt: number }[];
  /** Ended attempts, the longest untouched first. */
  ended(limit: number): { key: string; attempt: number; title: string; updatedAt: number }[];
  /** Ended attempts, the last one first. */
  lastEnded(limit: number): { key: string; attempt: number }[];
  /** Undefined = the journal does not know it. */
  stateOf(ref: { key: string; attempt: number }): TaskState | undefined;
  /** Drops the rows of an ended attempt, and of its task with the last one. */
  forget(ref: { key: string; attempt: number }): void;
}

const COLUMNS = `a.key, a.attempt, t.task, a.state, a.run, a.plugin, a.because, a.options, a.publication_id,
  a.segments_published, a.cancel_reason, a.committing, a.details, a.created_at, a.updated_at`;

export function createTaskJournal({ db, outbox, clock, onOutbox }: TaskJournalDeps): TaskBook {
  const insertTask = db.prepare(
    'INSERT OR IGNORE INTO tasks (key, task, origin, created_at) VALUES (?, ?, ?, ?)',
  );
  const insertAttempt = db.prepare(
    `INSERT OR IGNORE INTO attempts (key, attempt, state, created_at, updated_at) VALUES (?, ?, 'leased', ?, ?)`,
  );
  const insertHistory = db.prepare(
    'INSERT INTO history (key, attempt, state, at, details) VALUES (?, ?, ?, ?, ?)',
  );
  const from = `FROM attempts a JOIN tasks t ON t.key = a.key`;
  const selectOne = db.prepare<[string, number], AttemptRow>(
    `SELECT ${COLUMNS} ${from} WHERE a.key = ? AND a.attempt = ?`,
  );
  const selectLast = db.prepare<[string], AttemptRow>(
    `SELECT ${COLUMNS} ${from} WHERE a.key = ? ORDER BY a.attempt DESC LIMIT 1`,
  );
  const selectOpen = db.prepare<[], AttemptRow>(
    `SELECT ${COLUMNS} ${from} WHERE a.state IN ('leased', 'fetching', 'converting', 'publishing') ORDER BY a.created_at, a.key`,
  );
  const selectRecent = db.prepare<[number], AttemptRow>(
    `SELECT ${COLUMNS} ${from} WHERE a.attempt = (SELECT max(attempt) FROM attempts WHERE key = a.key)
     ORDER BY t.created_at DESC, a.key LIMIT ?`,
  );
  const setState = db.prepare(
    'UPDATE attempts SET state = ?, details = ?, updated_at = ? WHERE key = ? AND attempt = ? AND state = ?',
  );
  const setFacts = db.prepare(
    `UPDATE attempts SET plugin = ?, because = ?, options = ?, run = ?, publication_id = ?, segments_published = ?,
       cancel_reason = ?, committing = ?, updated_at = ? WHERE key = ? AND attempt = ?`,
  );
  const deleteAttempt = db.prepare('DELETE FROM attempts WHERE key = ? AND attempt = ?');
  const deleteHistory = db.prepare('DELETE FROM history WHERE key = ? AND attempt = ?');
  const deleteTask = db.prepare(
    'DELETE FROM tasks WHERE key = ? AND NOT EXISTS (SELECT 1 FROM attempts WHERE key = tasks.key)',
  );
  const historyOf = db.prepare<
    [string],
    { attempt: number; state: string; at: number; details: string | null }
  >('SELECT attempt, state, at, details FROM history WHERE key = ? ORDER BY id');
  const ended = db.prepare<[number], { key: string; attempt: number }>(
    `SELECT key, attempt FROM attempts a WHERE updated_at < ? AND (state IN ('succeeded', 'failed', 'canceled')
       OR state = 'queued' AND EXISTS (SELECT 1 FROM attempts later WHERE later.key = a.key AND later.attempt > a.attempt))`,
  );
  const endedOldest = db.prepare<
    [number],
    { key: string; attempt: number; title: string | null; updatedAt: number }
  >(
    `SELECT a.key, a.attempt, t.task ->> '$.title' AS title, a.updated_at AS updatedAt ${from}
     WHERE a.state IN ('succeeded', 'failed', 'canceled') ORDER BY a.updated_at LIMIT ?`,
  );
  const endedLast = db.prepare<[number], { key: string; attempt: number }>(
    `SELECT key, attempt FROM attempts WHERE state IN ('succeeded', 'failed', 'canceled')
     ORDER BY updated_at DESC LIMIT ?`,
  );
  const stateOf = db
    .prepare<[string, number], string>('SELECT state FROM attempts WHERE key = ? AND attempt = ?')
    .pluck();

  const need = (key: string, attempt: number): AttemptRow => {
    const row = selectOne.get(key, attempt);
    if (row === undefined)
      throw new SlyError('SLY_TASK_UNKNOWN', { detail: `task ${key}, attempt ${attempt}` });
    return row;
  };

  const create = (task: Task, attempt: number, origin: 'local' | 'platform'): AttemptRecord => {
    const now = clock.now();
    insertTask.run(task.key, JSON.stringify(task), origin, now);
    const fresh = insertAttempt.run(task.key, attempt, now, now).changes === 1;
    if (fresh) {
      insertHistory.run(task.key, attempt, 'leased', now, null);
      if (origin === 'local') outbox.add({ type: 'task.created', task });
    }
    return toRecord(need(task.key, attempt));
  };

  const createLocal = db.transaction((task: Task) => create(task, 1, 'local'));
  const createOffered = db.transaction((task: Task, attempt: number) => create(task, attempt, 'platform'));

  const move = db.transaction((key: string, attempt: number, change: StateChange) => {
    const row = need(key, attempt);
    const state = row.state as TaskState;
    assertMove(state, change.state, key);
    const now = clock.now();
    const details = change.details === undefined ? null : JSON.stringify(change.details);
    setState.run(change.state, details, now, key, attempt, state);
    insertHistory.run(key, attempt, change.state, now, details);
    outbox.add({
      type: 'task.state',
      key,
      attempt,
      state: change.state,
      at: new Date(now).toISOString(),
      ...change.details,
    });
    return toRecord(need(key, attempt));
  });

  const note = db.transaction((key: string, attempt: number, facts: Parameters<TaskJournal['note']>[1]) => {
    const next = { ...toRecord(need(key, attempt)), ...facts };
    setFacts.run(
      next.plugin,
      next.because,
      next.options === null ? null : JSON.stringify(next.options),
      next.run,
      next.publicationId,
      next.segmentsPublished,
      next.cancelReason,
      next.committing ? 1 : 0,
      clock.now(),
      key,
      attempt,
    );
    return toRecord(need(key, attempt));
  });

  const forget = db.transaction((key: string, attempt: number) => {
    deleteAttempt.run(key, attempt);
    deleteHistory.run(key, attempt);
    deleteTask.run(key);
  });

  return {
    createLocal(task) {
      const record = createLocal.immediate(task);
      onOutbox?.();
      return record;
    },
    createOffered: (task, attempt) => createOffered.immediate(task, attempt),
    get(key) {
      const row = selectLast.get(key);
      return row === undefined ? undefined : toRecord(row);
    },
    active: () => selectOpen.all().map(toRecord).sort(byUrgency),
    move(ref, change) {
      const record = move.immediate(ref.key, ref.attempt, change);
      onOutbox?.();
      return record;
    },
    note: (ref, facts) => note.immediate(ref.key, ref.attempt, facts),
    abandon: (ref) => forget.immediate(ref.key, ref.attempt),
    forget: (ref) => forget.immediate(ref.key, ref.attempt),
    recent: (limit) =>
      selectRecent.all(limit).map((row) => ({ ...toRecord(row), details: parseDetails(row.details) })),
    history: (key) =>
      historyOf
        .all(key)
        .map((row) => ({ ...row, state: row.state as TaskState, details: parseDetails(row.details) })),
    request(event) {
      outbox.add(event);
      onOutbox?.();
    },
    endedBefore: (before) => ended.all(before),
    ended: (limit) => endedOldest.all(limit).map((row) => ({ ...row, title: row.title ?? '' })),
    lastEnded: (limit) => endedLast.all(limit),
    stateOf: (ref) => stateOf.get(ref.key, ref.attempt) as TaskState | undefined,
  };
}

/** Urgent first, then in order of arrival. */
function byUrgency(a: AttemptRecord, b: AttemptRecord): number {
  return b.task.priority - a.task.priority || a.createdAt - b.createdAt;
}

function parseDetails(text: string | null): StateChange['details'] | null {
  return text === null ? null : (JSON.parse(text) as StateChange['details']);
}

function toRecord(row: AttemptRow): AttemptRecord {
  return {
    key: row.key,
    attempt: row.attempt,
    task: JSON.parse(row.task) as Task,
    state: row.state as TaskState,
    run: row.run,
    plugin: row.plugin,
    because: row.because,
    options: row.options === null ? null : (JSON.parse(row.options) as Record<string, unknown>),
    publicationId: row.publication_id,
    segmentsPublished: row.segments_published,
    cancelReason: row.cancel_reason,
    committing: row.committing === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
