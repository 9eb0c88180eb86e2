/** Datasets, nested. One that an import has staged, or that is in the archive, is not there. */
import { type Kysely, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { missing, orNotUnique } from './constraint.ts';
import type { Database } from './database.ts';
import { datasetPaths } from './dataset-paths.ts';
import { assertName } from './entry-names.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import type { DatasetRow, DatasetStore } from './repositories/projects.ts';
import { isoTime, jsonObject } from './row-values.ts';
import type { Tables } from './tables.ts';

const FIELDS: ListFields = {
  id: ['d.id', 'number'],
  name: ['d.name', 'text'],
  projectId: ['d.project_id', 'number'],
  parentId: ['d.parent_id', 'number'],
  description: ['d.description', 'text'],
  itemsCount: ['d.items_count', 'number'],
  imagesCount: ['d.items_count', 'number'],
  size: ['d.size', 'number'],
  createdBy: ['d.created_by', 'number'],
  createdAt: ['d.created_at', 'time'],
  updatedAt: ['d.updated_at', 'time'],
};
const SELECT = sql`d.*, p.workspace_id, w.team_id`;
const FROM = sql`datasets d join projects p on p.id = d.project_id join workspaces w on w.id = p.workspace_id`;
const VISIBLE = sql`d.archived_at is null and d.publication_id is null`;

interface Row {
  id: number;
  project_id: number;
  parent_id: number | null;
  team_id: number;
  workspace_id: number;
  name: string;
  description: string;
  custom_data: string;
  items_count: number;
  size: number;
  created_by: number | null;
  created_at: number;
  updated_at: number;
}

export function createDatasetStore({ kysely }: Database, { clock }: { clock: Clock }): DatasetStore {
  async function need(id: number): Promise<DatasetRow> {
    const row = await find(kysely, id);
    if (row === undefined) throw missing(`dataset ${id}`);
    return row;
  }

  async function holder(projectId: number, parentId: number | null, name: string) {
    const { rows } = await sql<{ id: number; name: string }>`
      select d.id, d.name from datasets d where d.project_id = ${projectId}
        and coalesce(d.parent_id, 0) = ${parentId ?? 0} and d.name = ${name} and ${VISIBLE}`.execute(kysely);
    return rows[0];
  }

  async function archive(id: number): Promise<void> {
    await kysely.transaction().execute(async (trx) => {
      const ids = await datasetsBelow(trx, id);
      if (ids.length === 0) return;
      const now = clock.now();
      const sum = await trx
        .updateTable('datasets')
        .set({ archived_at: now, updated_at: now })
        .where('id', 'in', ids)
        .returning(['project_id', 'items_count', 'size'])
        .execute();
      await trx
        .updateTable('projects')
        .set((eb) => ({
          items_count: eb('items_count', '-', total(sum, 'items_count')),
          size: eb('size', '-', total(sum, 'size')),
          updated_at: now,
        }))
        .where('id', '=', sum[0]?.project_id ?? 0)
        .execute();
    });
  }

  return {
    async list(query) {
      const where = [sql`d.project_id = ${query.projectId}`, VISIBLE];
      const byParent = query.filter?.some((one) => one.field === 'parentId') === true;
      if (!query.recursive && !byParent) where.push(sql`d.parent_id is null`);
      const source = { select: SELECT, from: FROM, where, fields: FIELDS };
      const { total, rows } = await listRows<Row>(kysely, source, query);
      const paths = await datasetPaths(kysely, query.projectId);
      return { total, entities: rows.map((row) => toDataset(row, paths)) };
    },

    get: (id) => find(kysely, id),

    async add({ projectId, parentId, name, description, customData, createdBy }) {
      assertName(name, 'dataset');
      const id = await orNotUnique(
        `dataset ${JSON.stringify(name)}`,
        () =>
          kysely.transaction().execute(async (trx) => {
            const project = await trx
              .selectFrom('projects')
              .select('id')
              .where('id', '=', projectId)
              .where('archived_at', 'is', null)
              .where('staged', '=', 0)
              .executeTakeFirst();
            if (project === undefined) throw missing(`project ${projectId}`);
            if (parentId !== null && (await find(trx, parentId))?.projectId !== projectId)
              throw missing(`dataset ${parentId} of project ${projectId}`);
            const added = await trx
              .insertInto('datasets')
              .values({
                project_id: projectId,
                parent_id: parentId,
                name,
                description: description ?? '',
                custom_data: JSON.stringify(customData ?? {}),
                publication_id: null,
                created_by: createdBy ?? null,
                created_at: clock.now(),
                updated_at: clock.now(),
              })
              .returning('id')
              .executeTakeFirstOrThrow();
            return added.id;
          }),
        () => holder(projectId, parentId, name),
      );
      return need(id);
    },

    async update(id, { name, description, customData }) {
      if (name !== undefined) assertName(name, 'dataset');
      await orNotUnique(
        `dataset ${JSON.stringify(name)}`,
        () =>
          kysely
            .updateTable('datasets')
            .set({
              ...(name !== undefined && { name }),
              ...(description !== undefined && { description }),
              ...(customData !== undefined && { custom_data: JSON.stringify(customData) }),
              updated_at: clock.now(),
            })
            .where('id', '=', id)
            .where('archived_at', 'is', null)
            .where('publication_id', 'is', null)
            .execute(),
        async () => {
          const { projectId, parentId } = await need(id);
          return holder(projectId, parentId, name ?? '');
        },
      );
      return need(id);
    },

    archive,

    async removePermanently(ids) {
      for (const id of ids) await archive(id);
      await sql`update datasets set archived_at = 0
        where id in ${idList(ids)} and archived_at is not null and publication_id is null`.execute(kysely);
    },

    async move(id, parentId) {
      const dataset = await need(id);
      await orNotUnique(
        `dataset ${JSON.stringify(dataset.name)}`,
        () =>
          kysely.transaction().execute(async (trx) => {
            if (parentId !== null && (await find(trx, parentId))?.projectId !== dataset.projectId)
              throw missing(`dataset ${parentId} of project ${dataset.projectId}`);
            if (parentId !== null && (await datasetsBelow(trx, id)).includes(parentId)) {
              throw new SlyError('SLY_USAGE', {
                detail: `dataset ${id} cannot be moved into ${parentId}, which is itself or below it`,
              });
            }
            await trx
              .updateTable('datasets')
              .set({ parent_id: parentId, updated_at: clock.now() })
              .where('id', '=', id)
              .execute();
          }),
        () => holder(dataset.projectId, parentId, dataset.name),
      );
    },

    async listAll(query) {
      const where = [VISIBLE, sql`p.archived_at is null and p.staged = 0`];
      if (query.projectId !== undefined) where.push(sql`d.project_id = ${query.projectId}`);
      if (query.visible !== undefined) {
        where.push(sql`w.team_id in ${idList(query.visible.teams)}`);
        if (query.visible.projectId !== undefined) where.push(sql`d.project_id = ${query.visible.projectId}`);
      }
      const source = { select: SELECT, from: FROM, where, fields: FIELDS };
      const { total, rows } = await listRows<Row>(kysely, source, query);
      const paths = new Map<number, string>();
      for (const projectId of new Set(rows.map((row) => row.project_id)))
        for (const [id, path] of await datasetPaths(kysely, projectId)) paths.set(id, path);
      return { total, entities: rows.map((row) => toDataset(row, paths)) };
    },
  };
}

/** The visible dataset and all visible ones below it; empty when it is not there. */
export async function datasetsBelow(kysely: Kysely<Tables>, id: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive below (id) as (
      select d.id from datasets d where d.id = ${id} and ${VISIBLE}
      union
      select d.id from below join datasets d on d.parent_id = below.id where ${VISIBLE}
    ) select id from below`.execute(kysely);
  return rows.map((row) => row.id);
}

async function find(kysely: Kysely<Tables>, id: number): Promise<DatasetRow | undefined> {
  const { rows } = await sql<Row>`select ${SELECT} from ${FROM} where d.id = ${id} and ${VISIBLE}`.execute(
    kysely,
  );
  const [row] = rows;
  return row === undefined ? undefined : toDataset(row, await datasetPaths(kysely, row.project_id));
}

function toDataset(row: Row, paths: ReadonlyMap<number, string>): DatasetRow {
  return {
    id: row.id,
    projectId: row.project_id,
    teamId: row.team_id,
    workspaceId: row.workspace_id,
    parentId: row.parent_id,
    name: row.name,
    path: paths.get(row.id) ?? row.name,
    description: row.description,
    customData: jsonObject(row.custom_data),
    itemsCount: row.items_count,
    size: row.size,
    createdBy: row.created_by,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}

function total<K extends string>(rows: readonly Record<K, number>[], key: K): number {
  return rows.reduce((sum, row) => sum + row[key], 0);
}
