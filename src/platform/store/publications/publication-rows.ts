/** Rows of publications and what every step asks of them first. Inside a transaction. */
import type { Selectable } from 'kysely';
import { SlyError } from '../../../lib/errors.ts';
import type { PublicationReply } from '../../../protocol/publish.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import type { SqliteConnection } from '../database.ts';
import { statement } from '../statements.ts';
import type { PublicationTable } from '../tables.ts';

export type PublicationRow = Selectable<PublicationTable>;
export type LivePublication = PublicationRow & {
  project_id: number;
  project_name: string;
  project_type: ProjectType;
};

export function publicationRow(sqlite: SqliteConnection, id: number): PublicationRow | undefined {
  return statement<[number], PublicationRow>(sqlite, 'SELECT * FROM publications WHERE id = ?').get(id);
}

/** The publication when it still counts: open or committed. Everything else lost its place: SLY_LEASE_LOST. */
export function livePublication(sqlite: SqliteConnection, id: number): LivePublication {
  const row = publicationRow(sqlite, id);
  if (row === undefined || row.state === 'superseded' || row.state === 'dropped') {
    const what = row === undefined ? 'does not exist' : `was ${row.state}`;
    throw new SlyError('SLY_LEASE_LOST', { detail: `publication ${id} ${what}` });
  }
  const project = statement<[number | null], { id: number; name: string; type: ProjectType }>(
    sqlite,
    'SELECT id, name, type FROM projects WHERE id = ? AND archived_at IS NULL',
  ).get(row.project_id);
  if (project === undefined) {
    throw new SlyError('SLY_NOT_FOUND', {
      detail: `the project of publication ${id} was removed`,
      hint: 'Start the import again.',
    });
  }
  return { ...row, project_id: project.id, project_name: project.name, project_type: project.type };
}

export function replyOf(sqlite: SqliteConnection, id: number): PublicationReply {
  const row = livePublication(sqlite, id);
  const segments = statement<[number], { number: number }>(
    sqlite,
    'SELECT number FROM publication_segments WHERE publication_id = ? ORDER BY number',
  ).all(id);
  return {
    publicationId: id,
    projectId: row.project_id,
    projectName: row.project_name,
    segments: segments.map(({ number }) => number),
    committed: row.state === 'committed',
  };
}
