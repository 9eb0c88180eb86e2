/**
 * Begins the publication of an attempt's run, or finds it again. In one transaction:
 * - a higher (attempt, run) supersedes what earlier ones have open, and takes over the project that was made;
 * - a lower one is too late: SLY_LEASE_LOST;
 * - a task that is committed already stays so: the new attempt takes that publication over, and everything it
 *   sends changes nothing. So a lease that is lost right after the commit doubles no item.
 */
import { SlyError } from '../../../lib/errors.ts';
import type { PublicationReply, PublicationRequest } from '../../../protocol/publish.ts';
import { missing } from '../constraint.ts';
import type { SqliteConnection } from '../database.ts';
import { statement } from '../statements.ts';
import { type PublicationRow, replyOf } from './publication-rows.ts';

export function beginPublication(
  sqlite: SqliteConnection,
  taskKey: string,
  request: PublicationRequest,
  now: number,
): PublicationReply {
  const rows = statement<[string], PublicationRow>(
    sqlite,
    'SELECT * FROM publications WHERE task_key = ? ORDER BY attempt, run',
  ).all(taskKey);
  const same = rows.find((row) => order(row, request) === 0);
  if (same !== undefined) return replyOf(sqlite, same.id);
  const newer = rows.find((row) => order(row, request) > 0);
  if (newer !== undefined) {
    throw new SlyError('SLY_LEASE_LOST', {
      detail: `attempt ${request.attempt} run ${request.run}: attempt ${newer.attempt} run ${newer.run} has begun`,
    });
  }
  const committed = rows.find((row) => row.state === 'committed' && isThere(sqlite, row.project_id));
  if (committed !== undefined) return takeOver(sqlite, committed.id, request, now);
  const inherited = supersede(sqlite, rows, now);
  const projectId = targetProject(sqlite, request, inherited, now);
  const { lastInsertRowid } = statement<[string, number, number, number, number, string, number, number]>(
    sqlite,
    `INSERT INTO publications (task_key, attempt, run, project_id, made_project, conflict, state, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?)`,
  ).run(
    taskKey,
    request.attempt,
    request.run,
    projectId,
    request.appendToProjectId === undefined ? 1 : 0,
    request.conflict,
    now,
    now,
  );
  return replyOf(sqlite, Number(lastInsertRowid));
}

const order = (a: { attempt: number; run: number }, b: { attempt: number; run: number }): number =>
  a.attempt - b.attempt || a.run - b.run;

function isThere(sqlite: SqliteConnection, projectId: number | null): boolean {
  return (
    statement<[number | null]>(sqlite, 'SELECT 1 FROM projects WHERE id = ? AND archived_at IS NULL').get(
      projectId,
    ) !== undefined
  );
}

function takeOver(
  sqlite: SqliteConnection,
  id: number,
  request: PublicationRequest,
  now: number,
): PublicationReply {
  statement<[number, number, number, number]>(
    sqlite,
    'UPDATE publications SET attempt = ?, run = ?, updated_at = ? WHERE id = ?',
  ).run(request.attempt, request.run, now, id);
  // Another run may cut its segments elsewhere: notes on the old lines would name the wrong items.
  statement<[number]>(sqlite, 'DELETE FROM publication_segments WHERE publication_id = ?').run(id);
  return replyOf(sqlite, id);
}

/** Ends what is open and gives the project that was made for it, if any. */
function supersede(
  sqlite: SqliteConnection,
  rows: readonly PublicationRow[],
  now: number,
): number | undefined {
  let inherited: number | undefined;
  for (const row of rows.filter((one) => one.state === 'open')) {
    if (row.made_project === 1 && isThere(sqlite, row.project_id)) inherited = row.project_id ?? undefined;
    statement<[number, number]>(
      sqlite,
      `UPDATE publications SET state = 'superseded', made_project = 0, project_id = NULL, updated_at = ? WHERE id = ?`,
    ).run(now, row.id);
  }
  return inherited;
}

function targetProject(
  sqlite: SqliteConnection,
  request: PublicationRequest,
  inherited: number | undefined,
  now: number,
): number {
  const { appendToProjectId: wanted } = request;
  if (wanted !== undefined) {
    const project = statement<[number], { type: string }>(
      sqlite,
      'SELECT type FROM projects WHERE id = ? AND archived_at IS NULL AND staged = 0',
    ).get(wanted);
    if (project === undefined) throw missing(`project ${wanted}`);
    if (project.type !== request.projectType) {
      throw new SlyError('SLY_USAGE', {
        detail: `project ${wanted}: expected a project of ${request.projectType}, got one of ${project.type}`,
        hint: 'Import into a new project, or choose one of that type.',
      });
    }
    if (inherited !== undefined) removeStaged(sqlite, inherited);
    return wanted;
  }
  const workspaceId = workspaceOf(sqlite, request.workspaceId);
  const name = freeProjectName(sqlite, workspaceId, request.projectName, inherited);
  const rest = JSON.stringify({ projectType: request.projectType });
  if (inherited !== undefined) {
    statement<[number, string, string, string, number, number]>(
      sqlite,
      'UPDATE projects SET workspace_id = ?, name = ?, type = ?, meta_rest = ?, updated_at = ? WHERE id = ?',
    ).run(workspaceId, name, request.projectType, rest, now, inherited);
    return inherited;
  }
  const { lastInsertRowid } = statement<[number, string, string, string, number, number]>(
    sqlite,
    `INSERT INTO projects (workspace_id, name, type, meta_rest, staged, created_at, updated_at)
     VALUES (?, ?, ?, ?, 1, ?, ?)`,
  ).run(workspaceId, name, request.projectType, rest, now, now);
  return Number(lastInsertRowid);
}

/** Only after a task changed its target between two runs: rare and small, the rows go with it. */
function removeStaged(sqlite: SqliteConnection, projectId: number): void {
  statement<[number]>(sqlite, 'DELETE FROM projects WHERE id = ? AND staged = 1').run(projectId);
}

function workspaceOf(sqlite: SqliteConnection, wanted: number | undefined): number {
  const row =
    wanted === undefined
      ? statement<[], { id: number }>(
          sqlite,
          'SELECT id FROM workspaces WHERE archived_at IS NULL ORDER BY id LIMIT 1',
        ).get()
      : statement<[number], { id: number }>(
          sqlite,
          'SELECT id FROM workspaces WHERE id = ? AND archived_at IS NULL',
        ).get(wanted);
  if (row === undefined)
    throw missing(wanted === undefined ? 'a workspace to import into' : `workspace ${wanted}`);
  return row.id;
}

function freeProjectName(
  sqlite: SqliteConnection,
  workspaceId: number,
  wanted: string,
  own: number | undefined,
): string {
  const taken = statement<[number, string, number]>(
    sqlite,
    'SELECT 1 FROM projects WHERE workspace_id = ? AND name = ? AND archived_at IS NULL AND id <> ?',
  );
  let name = wanted;
  for (let number = 1; taken.get(workspaceId, name, own ?? 0) !== undefined; number++)
    name = `${wanted}_${String(number).padStart(2, '0')}`;
  return name;
}
