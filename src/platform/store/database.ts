/**
 * Opens the platform's database: kysely over better-sqlite3.
 * Invariants: every commit is on disk before it is answered (synchronous=FULL); one connection in one
 * process, handed to one user at a time (kysely's queue), so a transaction never sees another's
 * half-done work; a file written by a newer program or by another one is refused untouched.
 */
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { SlyError } from '../../lib/errors.ts';
import type { Migration } from './migrations/migration.ts';
import { MIGRATIONS } from './migrations.ts';
import { keepStatements, statement } from './statements.ts';
import type { Tables } from './tables.ts';

export type SqliteConnection = Sqlite.Database;

export interface Database {
  /** The portable way: repositories use this. Another room's tables: `kysely.withTables<ItsTables>()`. */
  readonly kysely: Kysely<Tables>;
  /**
   * SQLite's fast path, for work that inserts thousands of rows: one transaction (BEGIN IMMEDIATE) with the
   * connection itself and its prepared statements. Waits its turn among kysely's queries. `work` may await, but
   * then everybody else waits; it must not use `kysely`, which would wait for itself.
   */
  transaction<T>(work: (sqlite: SqliteConnection) => T | Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const APPLICATION_ID = 0x534c5950; // "SLYP"

export function openDatabase(file: string, migrations: readonly Migration[] = MIGRATIONS): Database {
  const sqlite = open(file);
  try {
    migrate(sqlite, file, migrations);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: keepStatements(sqlite) }) });

  return {
    kysely,
    transaction: (work) =>
      // Only the holder of kysely's one connection may touch `sqlite`.
      kysely.connection().execute(async (held) => {
        // kysely opens its connection at the first use; asking for one is not a use yet.
        void held;
        statement(sqlite, 'BEGIN IMMEDIATE').run();
        try {
          const result = await work(sqlite);
          statement(sqlite, 'COMMIT').run();
          return result;
        } catch (error) {
          if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
          throw error;
        }
      }),
    close: () => kysely.destroy(),
  };
}

function open(file: string): SqliteConnection {
  try {
    const sqlite = new Sqlite(file);
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma('busy_timeout = 5000');
    sqlite.pragma('cache_size = -32000');
    // An import writes megabytes a second: fewer, larger checkpoints (16 MB) halve its time.
    sqlite.pragma('wal_autocheckpoint = 4000');
    return sqlite;
  } catch (cause) {
    throw new SlyError('SLY_DATABASE_BROKEN', {
      detail: `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Keep the file and its -wal beside it; restore a backup, or check the disk.',
      cause,
    });
  }
}

function migrate(sqlite: SqliteConnection, file: string, migrations: readonly Migration[]): void {
  const owner = sqlite.pragma('application_id', { simple: true });
  if (owner !== 0 && owner !== APPLICATION_ID) {
    throw new SlyError('SLY_DATABASE_BROKEN', {
      detail: `${file} is a SQLite file of another program (application_id ${String(owner)})`,
      hint: 'Point the data folder somewhere else.',
    });
  }
  sqlite.pragma(`application_id = ${APPLICATION_ID}`);
  sqlite.exec(
    'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
  );
  const applied = new Set(sqlite.prepare<[], string>('SELECT name FROM migrations').pluck().all());
  const unknown = [...applied].filter((name) => !migrations.some((m) => m.name === name));
  if (unknown.length > 0) {
    throw new SlyError('SLY_DATABASE_NEWER', {
      detail: `${file} has ${unknown.join(', ')}, which this version does not know`,
      hint: 'Run the version that wrote it, or a newer one.',
    });
  }
  // `place`: how far a migration has brought rows over that is not done with them.
  sqlite.exec(
    'CREATE TABLE IF NOT EXISTS migration_fills (name TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT',
  );
  const note = sqlite.prepare('INSERT INTO migrations (name, applied_at) VALUES (?, ?)');
  const begin = sqlite.prepare('INSERT INTO migration_fills (name, place) VALUES (?, 0)');
  for (const migration of migrations) {
    if (!applied.has(migration.name)) {
      sqlite
        .transaction(() => {
          sqlite.exec(migration.sqlite);
          note.run(migration.name, Date.now());
          if (migration.fill !== undefined) begin.run(migration.name);
        })
        .immediate();
    }
    if (migration.fill !== undefined) fill(sqlite, migration.name, migration.fill);
  }
}

function fill(sqlite: SqliteConnection, name: string, batch: NonNullable<Migration['fill']>): void {
  const read = sqlite.prepare<[string], number>('SELECT place FROM migration_fills WHERE name = ?').pluck();
  const goOn = sqlite.prepare<[number, string]>('UPDATE migration_fills SET place = ? WHERE name = ?');
  const end = sqlite.prepare<[string]>('DELETE FROM migration_fills WHERE name = ?');
  const step = sqlite.transaction((place: number) => {
    const next = batch(sqlite, place);
    if (next === undefined) end.run(name);
    else goOn.run(next, name);
    return next;
  });
  for (let place = read.get(name); place !== undefined; ) place = step.immediate(place);
}
