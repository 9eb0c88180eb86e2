/** Projects and their classes and tags. A project under import (`staged`) or in the archive is not there. */
import { type Kysely, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import type { ProjectType } from '../../protocol/task.ts';
import { missing, orNotUnique } from './constraint.ts';
import type { Database } from './database.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import { readProjectMeta, writeProjectMeta } from './project-meta.ts';
import type { Listed, ListQuery } from './repositories/lists.ts';
import type { MetaEntryRow, ProjectRow, ProjectStore } from './repositories/projects.ts';
import { isoTime, jsonObject } from './row-values.ts';
import type { MetaEntryTable, Tables } from './tables.ts';

const FIELDS: ListFields = {
  id: ['p.id', 'number'],
  name: ['p.name', 'text'],
  workspaceId: ['p.workspace_id', 'number'],
  teamId: ['w.team_id', 'number'],
  type: ['p.type', 'text'],
  description: ['p.description', 'text'],
  itemsCount: ['p.items_count', 'number'],
  imagesCount: ['p.items_count', 'number'],
  size: ['p.size', 'number'],
  createdBy: ['p.created_by', 'number'],
  createdAt: ['p.created_at', 'time'],
  updatedAt: ['p.updated_at', 'time'],
};
const SELECT = sql`p.*, w.team_id, (select count(*) from datasets d where d.project_id = p.id
  and d.archived_at is null and d.publication_id is null) as datasets_count`;
const FROM = sql`projects p join workspaces w on w.id = p.workspace_id`;
const VISIBLE = sql`p.archived_at is null and p.staged = 0`;

const ENTRY_FIELDS: ListFields = {
  id: ['id', 'number'],
  name: ['name', 'text'],
  projectId: ['project_id', 'number'],
  createdAt: ['created_at', 'time'],
  updatedAt: ['updated_at', 'time'],
};

interface Row {
  id: number;
  workspace_id: number;
  team_id: number;
  name: string;
  type: ProjectType;
  description: string;
  readme: string;
  settings: string;
  custom_data: string;
  items_count: number;
  datasets_count: number;
  size: number;
  created_by: number | null;
  created_at: number;
  updated_at: number;
}

export function createProjectStore(db: Database, { clock }: { clock: Clock }): ProjectStore {
  const { kysely } = db;

  async function need(id: number): Promise<ProjectRow> {
    const row = await findProject(kysely, id);
    if (row === undefined) throw missing(`project ${id}`);
    return row;
  }

  const holder = (workspaceId: number, name: string) =>
    kysely
      .selectFrom('projects')
      .select(['id', 'name'])
      .where('workspace_id', '=', workspaceId)
      .where('name', '=', name)
      .where('archived_at', 'is', null)
      .executeTakeFirst();

  async function entries(
    table: 'classes' | 'tags',
    projectId: number,
    query: ListQuery,
  ): Promise<Listed<MetaEntryRow>> {
    const { total, rows } = await listRows<Omit<MetaEntryTable, 'id'> & { id: number }>(
      kysely,
      {
        select: sql`*`,
        from: sql.table(table),
        where: [sql`project_id = ${projectId}`],
        fields: ENTRY_FIELDS,
      },
      query,
    );
    return {
      total,
      entities: rows.map((row) => ({
        id: row.id,
        projectId,
        name: row.name,
        json: jsonObject(row.json),
        createdAt: isoTime(row.created_at),
        updatedAt: isoTime(row.updated_at),
      })),
    };
  }

  async function archive(id: number): Promise<void> {
    await kysely.transaction().execute(async (trx) => {
      const now = clock.now();
      await trx
        .updateTable('projects')
        .set({ archived_at: now, updated_at: now })
        .where('id', '=', id)
        .where('archived_at', 'is', null)
        .where('staged', '=', 0)
        .execute();
      // Items are visible through their dataset alone.
      await trx
        .updateTable('datasets')
        .set({ archived_at: now })
        .where('project_id', '=', id)
        .where('archived_at', 'is', null)
        .where('publication_id', 'is', null)
        .execute();
    });
  }

  return {
    async list(query) {
      const where = [VISIBLE];
      if (query.workspaceId !== undefined) where.push(sql`p.workspace_id = ${query.workspaceId}`);
      if (query.teamId !== undefined) where.push(sql`w.team_id = ${query.teamId}`);
      if (query.visible !== undefined) {
        where.push(
          sql`p.workspace_id in (select id from workspaces where team_id in ${idList(query.visible.teams)})`,
        );
        if (query.visible.projectId !== undefined) where.push(sql`p.id = ${query.visible.projectId}`);
      }
      const { total, rows } = await listRows<Row>(
        kysely,
        { select: SELECT, from: FROM, where, fields: FIELDS },
        query,
      );
      return { total, entities: rows.map(toProject) };
    },

    get: (id) => findProject(kysely, id),

    async add(project) {
      const workspace = await kysely
        .selectFrom('workspaces')
        .select('id')
        .where('id', '=', project.workspaceId)
        .where('archived_at', 'is', null)
        .executeTakeFirst();
      if (workspace === undefined) throw missing(`workspace ${project.workspaceId}`);
      const { id } = await orNotUnique(
        `project ${JSON.stringify(project.name)}`,
        () =>
          kysely
            .insertInto('projects')
            .values({
              workspace_id: project.workspaceId,
              name: project.name,
              type: project.type,
              description: project.description ?? '',
              readme: project.readme ?? '',
              settings: JSON.stringify(project.settings ?? {}),
              custom_data: JSON.stringify(project.customData ?? {}),
              meta_rest: JSON.stringify({ projectType: project.type }),
              created_by: project.createdBy ?? null,
              created_at: clock.now(),
              updated_at: clock.now(),
            })
            .returning('id')
            .executeTakeFirstOrThrow(),
        () => holder(project.workspaceId, project.name),
      );
      return need(id);
    },

    async update(id, { name, description, readme, settings, customData }) {
      await orNotUnique(
        `project ${JSON.stringify(name)}`,
        () =>
          kysely
            .updateTable('projects')
            .set({
              ...(name !== undefined && { name }),
              ...(description !== undefined && { description }),
              ...(readme !== undefined && { readme }),
              ...(settings !== undefined && { settings: JSON.stringify(settings) }),
              ...(customData !== undefined && { custom_data: JSON.stringify(customData) }),
              updated_at: clock.now(),
            })
            .where('id', '=', id)
            .where('archived_at', 'is', null)
            .where('staged', '=', 0)
            .execute(),
        async () => holder((await need(id)).workspaceId, name ?? ''),
      );
      return need(id);
    },

    archive,

    async removePermanently(ids) {
      for (const id of ids) await archive(id);
      for (const [table, column] of [
        ['projects', 'id'],
        ['datasets', 'project_id'],
      ] as const) {
        await sql`update ${sql.table(table)} set archived_at = 0
          where ${sql.ref(column)} in ${idList(ids)} and archived_at is not null`.execute(kysely);
      }
    },

    async move(id, workspaceId) {
      const workspace = await kysely
        .selectFrom('workspaces')
        .select('id')
        .where('id', '=', workspaceId)
        .where('archived_at', 'is', null)
        .executeTakeFirst();
      if (workspace === undefined) throw missing(`workspace ${workspaceId}`);
      const { name } = await need(id);
      await orNotUnique(
        `project ${JSON.stringify(name)}`,
        () =>
          kysely
            .updateTable('projects')
            .set({ workspace_id: workspaceId, updated_at: clock.now() })
            .where('id', '=', id)
            .execute(),
        () => holder(workspaceId, name),
      );
    },

    async meta(id) {
      await need(id);
      return db.transaction((sqlite) => readProjectMeta(sqlite, id));
    },

    async putMeta(id, meta) {
      await need(id);
      return db.transaction((sqlite) => {
        writeProjectMeta(sqlite, id, meta, clock.now());
        return readProjectMeta(sqlite, id);
      });
    },

    classes: (projectId, query) => entries('classes', projectId, query),
    tags: (projectId, query) => entries('tags', projectId, query),
  };
}

export async function findProject(kysely: Kysely<Tables>, id: number): Promise<ProjectRow | undefined> {
  const { rows } = await sql<Row>`select ${SELECT} from ${FROM} where p.id = ${id} and ${VISIBLE}`.execute(
    kysely,
  );
  return rows[0] === undefined ? undefined : toProject(rows[0]);
}

function toProject(row: Row): ProjectRow {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    teamId: row.team_id,
    name: row.name,
    type: row.type,
    description: row.description,
    readme: row.readme,
    settings: jsonObject(row.settings),
    customData: jsonObject(row.custom_data),
    itemsCount: row.items_count,
    datasetsCount: row.datasets_count,
    size: row.size,
    createdBy: row.created_by,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
