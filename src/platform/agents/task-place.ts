/** In which workspace, and so in which team, a new task is. */
import { sql } from 'kysely';
import type { TaskSpec } from '../../protocol/task.ts';
import type { AgentsTransaction } from './tables.ts';

export interface TaskPlace {
  workspaceId: number | null;
  teamId: number | null;
}

/**
 * The workspace asked for, else the one of its project, else the first; only of `teamId` when that is not null.
 * Nulls when there is none, as in a database nobody has set up.
 */
export async function placeOf(trx: AgentsTransaction, spec: TaskSpec, asked: TaskPlace): Promise<TaskPlace> {
  const projectId = spec.action === 'export' ? spec.projectId : (spec.appendToProjectId ?? null);
  const { rows } = await sql<{ id: number; team_id: number }>`
    select w.id, w.team_id from workspaces w
    where w.archived_at is null and (${asked.teamId} is null or w.team_id = ${asked.teamId})
    order by w.id = coalesce(${asked.workspaceId}, (select workspace_id from projects where id = ${projectId})) desc, w.id
    limit 1`.execute(trx);
  const [row] = rows;
  return { workspaceId: row?.id ?? null, teamId: row?.team_id ?? null };
}
