/** A numbered step of the database's shape. Never changed once released. */
export interface Migration {
  /** `0001-core`: number and words; the registry keeps the order. */
  name: string;
  /** Statements for SQLite, run in one transaction. */
  sqlite: string;
}
