/** Prepared statements, made once a connection and text. For the SQLite fast path of `Database.transaction`. */
import type { Statement } from 'better-sqlite3';
import type { SqliteConnection } from './database.ts';

const statements = new WeakMap<SqliteConnection, Map<string, Statement>>();

/** `text` must be a constant: every different one is kept for ever. */
export function statement<Params extends unknown[] | object = unknown[], Row = unknown>(
  sqlite: SqliteConnection,
  text: string,
): Statement<Params extends unknown[] ? Params : [Params], Row> {
  let known = statements.get(sqlite);
  if (known === undefined) {
    known = new Map();
    statements.set(sqlite, known);
  }
  let found = known.get(text);
  if (found === undefined) {
    found = sqlite.prepare(text);
    known.set(text, found);
  }
  return found as unknown as Statement<Params extends unknown[] ? Params : [Params], Row>;
}
