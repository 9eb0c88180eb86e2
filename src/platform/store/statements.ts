/** Prepared statements, made once a connection and text: to read a query costs more than to run most of them. */
import type { Statement } from 'better-sqlite3';
import type { SqliteDatabase } from 'kysely';
import type { SqliteConnection } from './database.ts';

const statements = new WeakMap<SqliteConnection, Map<string, Statement>>();

/** For the SQLite fast path of `Database.transaction`. `text` must be a constant: every different one is kept for ever. */
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

/** Texts that are made for each query, with a parameter for each of its values, are without end. */
const MOST_KEPT = 300;

/** The connection for a query builder, which prepares each query anew: the last ones are kept. */
export function keepStatements(sqlite: SqliteConnection): SqliteDatabase {
  const kept = new Map<string, Statement>();
  return {
    prepare(text) {
      const found = kept.get(text) ?? sqlite.prepare(text);
      // The one used last is the last in the order.
      kept.delete(text);
      kept.set(text, found);
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
      return found;
    },
    close: () => sqlite.close(),
  };
}
