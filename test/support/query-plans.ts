/**
 * Every SQL statement that runs on a connection of this process is noted, and at the end of a test server asked for
 * its plan: none may read all rows of a table that has as many as there are items.
 */
import Sqlite from 'better-sqlite3';

const GROWING = new Set([
  ...['items', 'annotations', 'item_labels', 'figures', 'objects', 'entity_tags', 'related_images'],
  ...['blobs', 'media', 'team_files', 'upload_files'],
]);

type Connection = Sqlite.Database;

const statements = new Map<string, Set<string>>();

const { prepare } = Sqlite.prototype;
Sqlite.prototype.prepare = function (this: Connection, text: string) {
  const known = statements.get(this.name) ?? new Set();
  statements.set(this.name, known.add(text));
  return prepare.call(this, text);
} as typeof prepare;

/** Throws for statements on this database file that read a growing table from end to end. */
export function assertNoFullScans(file: string): void {
  const sqlite = new Sqlite(file, { readonly: true });
  try {
    const scans = [...(statements.get(file) ?? [])].flatMap((text) => fullScans(sqlite, text));
    if (scans.length > 0) throw new Error(`full scans of tables that grow:\n${scans.join('\n')}`);
  } finally {
    sqlite.close();
    statements.delete(file);
  }
}

export function fullScans(sqlite: Connection, text: string): string[] {
  if (!/^\s*(select|with|update|delete|insert)\b/i.test(text)) return [];
  // Of a plain insert the plan shows checks of rows that refer to the new one, which are not done.
  if (/^\s*insert\b/i.test(text) && !/\bselect\b/i.test(text)) return [];
  const tables = aliases(text);
  return planOf(sqlite, text)
    .filter((detail) => {
      const [, scanned, indexed] =
        /^(?:SCAN (\w+)(?! VIRTUAL)|SEARCH (\w+) USING AUTOMATIC)/.exec(detail) ?? [];
      const name = scanned ?? indexed ?? '';
      return GROWING.has(tables.get(name) ?? name);
    })
    .map((detail) => `${detail}: ${text.replace(/\s+/g, ' ').slice(0, 600)}`);
}

/** The steps of a statement's plan. */
export function planOf(sqlite: Connection, text: string): string[] {
  const rows = prepare.call(sqlite, `EXPLAIN QUERY PLAN ${text}`).all(nothing(text)) as { detail: string }[];
  return rows.map(({ detail }) => detail);
}

/** A value for every parameter: what it is does not change a plan. */
function nothing(text: string): unknown[] | Record<string, null> {
  const bare = text.replace(/'[^']*'/g, '');
  const named = [...bare.matchAll(/@(\w+)/g)].map(([, name = '']) => [name, null] as const);
  if (named.length > 0) return Object.fromEntries(named);
  return [...bare.matchAll(/\?/g)].map(() => null);
}

/** `from items i` -> i stands for items. */
function aliases(text: string): Map<string, string> {
  const found = text.matchAll(/\b(?:from|join|update|into)\s+"?(\w+)"?(?:\s+as)?\s+"?(\w+)"?/gi);
  return new Map([...found].map(([, table = '', alias = '']) => [alias, table]));
}
