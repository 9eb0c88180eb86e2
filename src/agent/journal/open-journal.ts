/**
 * Opens the journal: the SQLite file that is the truth after a crash.
 * Invariants: every commit is on disk before it is acted on (synchronous=FULL); one writer, this process;
 * a file written by a newer program is refused untouched.
 */
import Database from 'better-sqlite3';
import { SlyError } from '../../lib/errors.ts';

export type JournalDatabase = Database.Database;

export interface Migration {
  /** Never changed once released; the order of the list is the order of application. */
  name: string;
  sql: string;
}

const APPLICATION_ID = 0x534c5941; // "SLYA"

export function openJournal(file: string, migrations: readonly Migration[]): JournalDatabase {
  let db: JournalDatabase;
  try {
    db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 5000');
    db.pragma('cache_size = -4000');
  } catch (cause) {
    throw new SlyError('SLY_JOURNAL_BROKEN', {
      detail: `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Keep the file, move it aside and start again; tasks already published are safe on the platform.',
      cause,
    });
  }
  try {
    migrate(db, file, migrations);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function migrate(db: JournalDatabase, file: string, migrations: readonly Migration[]): void {
  const owner = db.pragma('application_id', { simple: true });
  if (owner !== 0 && owner !== APPLICATION_ID) {
    throw new SlyError('SLY_JOURNAL_BROKEN', {
      detail: `${file} is a SQLite file of another program (application_id ${String(owner)})`,
      hint: 'Point the data folder somewhere else.',
    });
  }
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.exec(
    'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
  );
  const applied = new Set(db.prepare<[], string>('SELECT name FROM migrations').pluck().all());
  const known = new Set(migrations.map((m) => m.name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new SlyError('SLY_JOURNAL_NEWER', {
      detail: `${file} has ${unknown.join(', ')}, which this version does not know`,
      hint: 'Run the version that wrote it, or a newer one.',
    });
  }
  const note = db.prepare('INSERT INTO migrations (name, applied_at) VALUES (?, ?)');
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    db.transaction(() => {
      db.exec(migration.sql);
      note.run(migration.name, Date.now());
    }).immediate();
  }
}
