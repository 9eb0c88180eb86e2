/**
 * What was taken from the upload folder and what became of it. Every verb is one transaction, durable when
 * it returns. A row is written before its task is submitted, so a crash in between leads to the same task.
 * Needs the task tables in the same file.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Sha256 } from '../../lib/hash.ts';
import type { Task } from '../../protocol/task.ts';
import type { TaskState } from '../../protocol/task-state.ts';
import type { StateChange } from '../ports/journal.ts';
import type { JournalDatabase } from './open-journal.ts';

export type SourceOutcome = 'succeeded' | 'failed' | 'canceled';
export type AfterImport = 'keep' | 'move' | 'delete';
export type TaskDetails = NonNullable<StateChange['details']>;

export interface InventoryRow {
  name: string;
  signature: string;
  taskFile: string | null;
  version: number;
  key: string;
  task: Task;
  submitted: boolean;
  outcome: SourceOutcome | null;
  details: TaskDetails | null;
  after: AfterImport;
  note: string | null;
  contentKnown: boolean;
  left: 'moved' | 'deleted' | null;
  takenAt: number;
  endedAt: number | null;
}

export interface HashedFile {
  path: string;
  size: number;
  mtimeNs: bigint;
  inode: bigint;
  sha256: Sha256;
}

export interface TaskStanding {
  state: TaskState;
  attempt: number;
  plugin: string | null;
  because: string | null;
  details: TaskDetails | null;
}

export interface IntakeInventory {
  get(name: string): InventoryRow | undefined;
  byKey(key: string): InventoryRow | undefined;
  all(): InventoryRow[];
  /** A new version of the source; what was known of the one before is forgotten. */
  take(
    entry: Pick<InventoryRow, 'name' | 'signature' | 'taskFile' | 'version' | 'key' | 'task' | 'after'>,
  ): void;
  markSubmitted(key: string): void;
  /** The task ended; or lives again after a retry (`outcome` null). */
  setOutcome(key: string, outcome: SourceOutcome | null, details: TaskDetails | null): void;
  /** Same content under a new signature. */
  touched(name: string, signature: string): void;
  setContentKnown(name: string): void;
  note(name: string, text: string): void;
  markLeft(name: string, as: 'moved' | 'deleted', text: string): void;
  remove(name: string): void;
  /** Ends rows of sources that left before `before` (ms since 1970); returns their names. */
  removeLeftBefore(before: number): string[];
  hashOf(name: string, path: string): HashedFile | undefined;
  putHashes(name: string, files: readonly HashedFile[]): void;
  hashCount(name: string): number;
  /** How the task stands in this journal; undefined when it is not there (any more). */
  taskOf(key: string): TaskStanding | undefined;
  fact(name: string): string | undefined;
  setFact(name: string, value: string): void;
}

interface Row {
  name: string;
  signature: string;
  task_file: string | null;
  version: number;
  key: string;
  task: string;
  submitted: number;
  outcome: string | null;
  details: string | null;
  after: string;
  note: string | null;
  content_known: number;
  left_as: string | null;
  taken_at: number;
  ended_at: number | null;
}

interface HashRow {
  path: string;
  size: number;
  mtime_ns: string;
  inode: string;
  sha256: string;
}

export function createIntakeInventory(db: JournalDatabase, clock: Clock): IntakeInventory {
  const byName = db.prepare<[string], Row>('SELECT * FROM intake_sources WHERE name = ?');
  const byKey = db.prepare<[string], Row>('SELECT * FROM intake_sources WHERE key = ?');
  const all = db.prepare<[], Row>('SELECT * FROM intake_sources ORDER BY name');
  const insert = db.prepare(
    `INSERT INTO intake_sources (name, signature, task_file, version, key, task, after, taken_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const markSubmitted = db.prepare('UPDATE intake_sources SET submitted = 1 WHERE key = ?');
  const setOutcome = db.prepare(
    'UPDATE intake_sources SET outcome = ?, details = ?, ended_at = ? WHERE key = ?',
  );
  const touched = db.prepare('UPDATE intake_sources SET signature = ? WHERE name = ?');
  const setKnown = db.prepare('UPDATE intake_sources SET content_known = 1 WHERE name = ?');
  const setNote = db.prepare(`UPDATE intake_sources SET note = ?, after = 'keep' WHERE name = ?`);
  const setLeft = db.prepare('UPDATE intake_sources SET left_as = ?, note = ?, ended_at = ? WHERE name = ?');
  const remove = db.prepare('DELETE FROM intake_sources WHERE name = ?');
  const removeLeft = db
    .prepare<[number], string>(
      'DELETE FROM intake_sources WHERE left_as IS NOT NULL AND ended_at < ? RETURNING name',
    )
    .pluck();
  const hashOf = db.prepare<[string, string], HashRow>(
    'SELECT path, size, mtime_ns, inode, sha256 FROM intake_hashes WHERE name = ? AND path = ?',
  );
  const putHash = db.prepare(
    'INSERT OR REPLACE INTO intake_hashes (name, path, size, mtime_ns, inode, sha256) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const hashCount = db.prepare<[string], number>('SELECT count(*) FROM intake_hashes WHERE name = ?').pluck();
  const standing = db.prepare<
    [string],
    {
      state: string;
      attempt: number;
      plugin: string | null;
      because: string | null;
      details: string | null;
    }
  >(
    `SELECT state, attempt, plugin, because, details FROM attempts WHERE key = ? ORDER BY attempt DESC LIMIT 1`,
  );
  const getFact = db.prepare<[string], string>('SELECT value FROM intake_facts WHERE name = ?').pluck();
  const setFact = db.prepare('INSERT OR REPLACE INTO intake_facts (name, value) VALUES (?, ?)');

  const take = db.transaction((entry: Parameters<IntakeInventory['take']>[0]) => {
    remove.run(entry.name);
    insert.run(
      entry.name,
      entry.signature,
      entry.taskFile,
      entry.version,
      entry.key,
      JSON.stringify(entry.task),
      entry.after,
      clock.now(),
    );
  });
  const putHashes = db.transaction((name: string, files: readonly HashedFile[]) => {
    for (const file of files)
      putHash.run(name, file.path, file.size, String(file.mtimeNs), String(file.inode), file.sha256);
  });

  return {
    get: (name) => toRow(byName.get(name)),
    byKey: (key) => toRow(byKey.get(key)),
    all: () => all.all().flatMap((row) => toRow(row) ?? []),
    take: (entry) => take.immediate(entry),
    markSubmitted: (key) => void markSubmitted.run(key),
    setOutcome: (key, outcome, details) =>
      void setOutcome.run(
        outcome,
        details === null ? null : JSON.stringify(details),
        outcome === null ? null : clock.now(),
        key,
      ),
    touched: (name, signature) => void touched.run(signature, name),
    setContentKnown: (name) => void setKnown.run(name),
    note: (name, text) => void setNote.run(text, name),
    markLeft: (name, as, text) => void setLeft.run(as, text, clock.now(), name),
    remove: (name) => void remove.run(name),
    removeLeftBefore: (before) => removeLeft.all(before),
    hashOf(name, path) {
      const row = hashOf.get(name, path);
      if (row === undefined) return undefined;
      const { mtime_ns, inode, ...rest } = row;
      return { ...rest, mtimeNs: BigInt(mtime_ns), inode: BigInt(inode) };
    },
    putHashes: (name, files) => putHashes.immediate(name, files),
    hashCount: (name) => hashCount.get(name) ?? 0,
    taskOf(key) {
      const row = standing.get(key);
      if (row === undefined) return undefined;
      return { ...row, state: row.state as TaskState, details: parseDetails(row.details) };
    },
    fact: (name) => getFact.get(name),
    setFact: (name, value) => void setFact.run(name, value),
  };
}

function toRow(row: Row | undefined): InventoryRow | undefined {
  if (row === undefined) return undefined;
  return {
    name: row.name,
    signature: row.signature,
    taskFile: row.task_file,
    version: row.version,
    key: row.key,
    task: JSON.parse(row.task) as Task,
    submitted: row.submitted === 1,
    outcome: row.outcome as SourceOutcome | null,
    details: parseDetails(row.details),
    after: row.after as AfterImport,
    note: row.note,
    contentKnown: row.content_known === 1,
    left: row.left_as as InventoryRow['left'],
    takenAt: row.taken_at,
    endedAt: row.ended_at,
  };
}

function parseDetails(text: string | null): TaskDetails | null {
  return text === null ? null : (JSON.parse(text) as TaskDetails);
}
