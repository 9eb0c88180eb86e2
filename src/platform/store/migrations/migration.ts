import type { SqliteConnection } from '../database.ts';

/** A numbered step of the database's shape. Never changed once released. */
export interface Migration {
  /** `0001-core`: number and words; the registry keeps the order. */
  name: string;
  /** Statements for SQLite, run in one transaction. */
  sqlite: string;
  /**
   * Rows to be made of the ones that are there, a batch at a time, each in a transaction of its own. Begins with
   * place 0, gives the place to go on from; undefined = that was all. After a stop it goes on from the last place.
   */
  fill?: (sqlite: SqliteConnection, place: number) => number | undefined;
}
