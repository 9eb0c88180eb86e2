/** Whose the entities are that a request names: one statement, each part of it by primary key. */
import { type RawBuilder, sql } from 'kysely';
import type { Sha256 } from '../../lib/hash.ts';
import type { Database } from './database.ts';
import { idList } from './list-query.ts';
import type { AccessStore, Reached, ReachKind } from './repositories/accounts.ts';

const OF_PROJECT = sql`join projects p on p.id = x.project_id join workspaces w on w.id = p.workspace_id`;

/** `min(id)` stands for all ids of one team and project: whether they are reached is the same for all. */
const QUERIES: Record<ReachKind, (ids: RawBuilder<unknown>) => RawBuilder<unknown>> = {
  teams: (ids) =>
    sql`select 'teams' as kind, id, id as team_id, null as project_id from teams where id in ${ids}`,
  workspaces: (ids) =>
    sql`select 'workspaces', min(id), team_id, null from workspaces where id in ${ids} group by team_id`,
  projects: (ids) =>
    sql`select 'projects', p.id, w.team_id, p.id from projects p join workspaces w on w.id = p.workspace_id
      where p.id in ${ids}`,
  datasets: (ids) => sql`select 'datasets', x.id, w.team_id, p.id
    from (select project_id, min(id) as id from datasets where id in ${ids} group by project_id) x ${OF_PROJECT}`,
  items: (ids) => sql`select 'items', x.id, w.team_id, p.id
    from (select project_id, min(id) as id from items where id in ${ids} group by project_id) x ${OF_PROJECT}`,
  objects: (ids) => ofDatasets('objects', sql`objects`, ids),
  figures: (ids) => ofDatasets('figures', sql`figures`, ids),
  entityTags: (ids) => ofDatasets('entityTags', sql`entity_tags`, ids),
  relatedImages: (ids) => ofDatasets('relatedImages', sql`related_images`, ids),
  tasks: (ids) => sql`select 'tasks', id, team_id, null from tasks where id in ${ids}`,
  archives: (ids) => sql`select 'archives', a.id, t.team_id, json_extract(t.spec, '$.projectId')
    from archives a join tasks t on t.key = a.task_key where a.id in ${ids}`,
  agents: (ids) => sql`select 'agents', id, team_id, null from agents where id in ${ids}`,
  teamFiles: (ids) =>
    sql`select 'teamFiles', min(id), team_id, null from team_files where id in ${ids} group by team_id`,
  reports: (ids) =>
    sql`select 'reports', min(id), team_id, null from reports where id in ${ids} group by team_id`,
};

const textList = (texts: readonly string[]): RawBuilder<unknown> =>
  sql`(select value from json_each(${JSON.stringify(texts)}))`;

/** Rows that know their dataset only. */
function ofDatasets(
  kind: ReachKind,
  table: RawBuilder<unknown>,
  ids: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`select ${kind}, y.id, w.team_id, p.id
    from (select dataset_id, min(id) as id from ${table} where id in ${ids} group by dataset_id) y
    join datasets x on x.id = y.dataset_id ${OF_PROJECT}`;
}

interface Row {
  kind: ReachKind;
  id: number;
  team_id: number | null;
  project_id: number | null;
}

export function createAccessStore({ kysely }: Database): AccessStore {
  return {
    async noteSent(userId, hashes) {
      if (hashes.length === 0) return;
      await sql`insert into blob_senders (sha256, user_id)
        select sha256, ${userId} from blobs where sha256 in ${textList(hashes)}
        on conflict do nothing`.execute(kysely);
    },

    async knownHashes(userId, { teams, projectId }, hashes) {
      if (hashes.length === 0) return [];
      const ofProject = projectId === undefined ? sql`1` : sql`p.id = ${projectId}`;
      const ofTeam = projectId === undefined ? sql`1` : sql`0`;
      const { rows } = await sql<{ sha256: Sha256 }>`
        select b.sha256 from blobs b where b.sha256 in ${textList(hashes)} and (
          exists (select 1 from blob_senders s where s.sha256 = b.sha256 and s.user_id = ${userId})
          or exists (select 1 from items x ${OF_PROJECT}
            where x.sha256 = b.sha256 and w.team_id in ${idList(teams)} and ${ofProject})
          or exists (select 1 from team_files f
            where f.sha256 = b.sha256 and f.team_id in ${idList(teams)} and ${ofTeam}))`.execute(kysely);
      return rows.map((row) => row.sha256);
    },

    async reach(asked) {
      const parts: RawBuilder<unknown>[] = [];
      for (const [kind, ids] of Object.entries(asked) as [ReachKind, readonly number[]][])
        if (ids.length > 0) parts.push(QUERIES[kind](idList(ids)));
      if (parts.length === 0) return [];
      const columns = sql`select null as kind, null as id, null as team_id, null as project_id where 0`;
      const { rows } = await sql<Row>`${sql.join([columns, ...parts], sql` union all `)}`.execute(kysely);
      return rows.map(
        (row): Reached => ({ kind: row.kind, id: row.id, teamId: row.team_id, projectId: row.project_id }),
      );
    },
  };
}
