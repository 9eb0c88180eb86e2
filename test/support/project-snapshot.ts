/**
 * A project as the database holds it, in a form two of which can be compared: names, bytes, annotations,
 * meta; no ids, no times. Also counts what an import must not leave behind.
 */
import path from 'node:path';
import Database from 'better-sqlite3';

export interface ProjectSnapshot {
  name: string;
  type: string;
  classes: unknown[];
  tags: unknown[];
  items: { dataset: string; name: string; sha256: string | null; link: string | null; ann: unknown }[];
}

interface Row {
  dataset_id: number;
  name: string;
  sha256: string | null;
  link: string | null;
  json: string | null;
}

export function snapshotProject(data: string, projectId: number): ProjectSnapshot {
  return withDatabase(data, (db) => {
    const project = db
      .prepare<[number], { name: string; type: string }>('SELECT name, type FROM projects WHERE id = ?')
      .get(projectId);
    if (project === undefined) throw new Error(`there is no project ${projectId}`);
    const paths = datasetPaths(db, projectId);
    const entries = (table: 'classes' | 'tags'): unknown[] =>
      db
        .prepare<[number], string>(`SELECT json FROM ${table} WHERE project_id = ?`)
        .pluck()
        .all(projectId)
        .map((json) => JSON.parse(json) as { title?: string; name?: string })
        .sort((a, b) => ((a.title ?? a.name ?? '') < (b.title ?? b.name ?? '') ? -1 : 1));
    const items = db
      .prepare<[number], Row>(
        `SELECT i.dataset_id, i.name, i.sha256, i.link, a.json FROM items i
         LEFT JOIN annotations a ON a.item_id = i.id WHERE i.project_id = ? AND i.publication_id IS NULL`,
      )
      .all(projectId)
      .map(({ dataset_id: dataset, json, ...rest }) => ({
        dataset: paths.get(dataset) ?? `?${dataset}`,
        ...rest,
        ann: json === null ? null : withoutKeys(JSON.parse(json), ['instance']),
      }))
      .sort((a, b) => (`${a.dataset}/${a.name}` < `${b.dataset}/${b.name}` ? -1 : 1));
    return { ...project, classes: entries('classes'), tags: entries('tags'), items };
  });
}

/** Rows of imports that are neither visible nor open: must be empty when nothing runs. */
export function leftovers(data: string): { staged: number; publications: number } {
  return withDatabase(data, (db) => ({
    staged:
      db.prepare<[], number>('SELECT count(*) FROM items WHERE publication_id IS NOT NULL').pluck().get() ??
      0,
    publications:
      db.prepare<[], number>("SELECT count(*) FROM publications WHERE state = 'open'").pluck().get() ?? 0,
  }));
}

export function projectIds(data: string): number[] {
  return withDatabase(data, (db) =>
    db
      .prepare<[], number>('SELECT id FROM projects WHERE staged = 0 AND archived_at IS NULL ORDER BY id')
      .pluck()
      .all(),
  );
}

function withDatabase<T>(data: string, work: (db: Database.Database) => T): T {
  const db = new Database(path.join(data, 'platform', 'platform.sqlite'), { readonly: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function datasetPaths(db: Database.Database, projectId: number): Map<number, string> {
  const rows = db
    .prepare<[number], { id: number; parent_id: number | null; name: string }>(
      'SELECT id, parent_id, name FROM datasets WHERE project_id = ? ORDER BY id',
    )
    .all(projectId);
  const paths = new Map<number, string>();
  for (const row of rows) {
    const parent = row.parent_id === null ? '' : `${paths.get(row.parent_id) ?? '?'}/`;
    paths.set(row.id, `${parent}${row.name}`);
  }
  return paths;
}

/** Keys that are drawn at random (instance keys) say nothing about equality. */
function withoutKeys(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutKeys(one, keys));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !keys.includes(key))
      .map(([key, one]) => [key, withoutKeys(one, keys)]),
  );
}
