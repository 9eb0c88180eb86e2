/** A project's classes and tags: one row each, the rest of meta.json beside the project. Inside a transaction. */
import type { ClassMeta, ProjectMeta, TagMeta } from '../../format/model.ts';
import { missing } from './constraint.ts';
import type { SqliteConnection } from './database.ts';
import { jsonObject } from './row-values.ts';
import { statement } from './statements.ts';

interface EntryRow {
  id: number;
  name: string;
  position: number;
  json: string;
}

/** Entries in the order they were given, each with its `id`. SLY_NOT_FOUND without such a project. */
export function readProjectMeta(sqlite: SqliteConnection, projectId: number): ProjectMeta {
  const project = statement<[number], { meta_rest: string }>(
    sqlite,
    'SELECT meta_rest FROM projects WHERE id = ?',
  ).get(projectId);
  if (project === undefined) throw missing(`project ${projectId}`);
  const read = (rows: EntryRow[]) => rows.map(({ id, json }) => ({ ...jsonObject(json), id }));
  return {
    ...jsonObject(project.meta_rest),
    classes: read(classRows(sqlite).all(projectId)) as unknown as ClassMeta[],
    tags: read(tagRows(sqlite).all(projectId)) as unknown as TagMeta[],
  };
}

/** Replaces it; an entry of a known name keeps its id. Of two entries with one name the last one stays. */
export function writeProjectMeta(
  sqlite: SqliteConnection,
  projectId: number,
  meta: ProjectMeta,
  now: number,
): void {
  const { classes, tags, ...rest } = meta;
  statement<[string, number, number]>(
    sqlite,
    'UPDATE projects SET meta_rest = ?, updated_at = ? WHERE id = ?',
  ).run(JSON.stringify(rest), now, projectId);
  const classEntries = new Map(classes.map((one) => [one.title, one]));
  const tagEntries = new Map(tags.map((one) => [one.name, one]));
  writeEntries(sqlite, 'classes', { projectId, now, known: classRows(sqlite).all(projectId) }, classEntries);
  writeEntries(sqlite, 'tags', { projectId, now, known: tagRows(sqlite).all(projectId) }, tagEntries);
}

function writeEntries(
  sqlite: SqliteConnection,
  table: 'classes' | 'tags',
  { projectId, now, known }: { projectId: number; now: number; known: EntryRow[] },
  entries: ReadonlyMap<string, object>,
): void {
  const byName = new Map(known.map((row) => [row.name, row]));
  const remove = statement<[number]>(sqlite, `DELETE FROM ${table} WHERE id = ?`);
  const insert = statement<[number, string, number, string, number, number]>(
    sqlite,
    `INSERT INTO ${table} (project_id, name, position, json, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const update = statement<[number, string, number, number]>(
    sqlite,
    `UPDATE ${table} SET position = ?, json = ?, updated_at = ? WHERE id = ?`,
  );
  for (const row of known) if (!entries.has(row.name)) remove.run(row.id);
  let position = 0;
  for (const [name, entry] of entries) {
    const { id: _id, ...stored } = entry as { id?: number };
    const json = JSON.stringify(stored);
    const row = byName.get(name);
    if (row === undefined) insert.run(projectId, name, position, json, now, now);
    else if (row.json !== json || row.position !== position) update.run(position, json, now, row.id);
    position++;
  }
}

const classRows = (sqlite: SqliteConnection) =>
  statement<[number], EntryRow>(
    sqlite,
    'SELECT id, name, position, json FROM classes WHERE project_id = ? ORDER BY position, id',
  );
const tagRows = (sqlite: SqliteConnection) =>
  statement<[number], EntryRow>(
    sqlite,
    'SELECT id, name, position, json FROM tags WHERE project_id = ? ORDER BY position, id',
  );
