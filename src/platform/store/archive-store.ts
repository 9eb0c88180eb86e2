/** Downloads that exports made. */
import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import type { ArchiveRow, ArchiveStore } from './repositories/publications.ts';
import { isoTime } from './row-values.ts';
import type { ArchiveTable } from './tables.ts';

export function createArchiveStore({ kysely: core }: Database, { clock }: { clock: Clock }): ArchiveStore {
  const kysely = core.withTables<TaskColumns>();
  const rows = (on: typeof kysely = kysely) =>
    on
      .selectFrom('archives')
      .leftJoin('tasks', 'tasks.key', 'archives.task_key')
      .selectAll('archives')
      .select('tasks.id as task_id');

  return {
    async register(taskKey, { attempt, name, sha256, files }) {
      return kysely.transaction().execute(async (trx) => {
        const read = async (id: number) =>
          toArchive(await rows(trx).where('archives.id', '=', id).executeTakeFirstOrThrow());
        const known = await trx
          .selectFrom('archives')
          .select('id')
          .where('task_key', '=', taskKey)
          .where('attempt', '=', attempt)
          .executeTakeFirst();
        if (known !== undefined) return read(known.id);
        const blob = await trx
          .selectFrom('blobs')
          .select('size')
          .where('sha256', '=', sha256)
          .executeTakeFirst();
        if (blob === undefined) throw missing(`the bytes of the archive (SHA-256 ${sha256})`);
        const row = await trx
          .insertInto('archives')
          .values({
            task_key: taskKey,
            attempt,
            name,
            sha256,
            size: blob.size,
            files,
            created_at: clock.now(),
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        return read(row.id);
      });
    },

    async get(id) {
      const row = await rows().where('archives.id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toArchive(row);
    },

    async list({ limit, since, before, visible }) {
      let query = rows().orderBy('archives.id', 'desc').limit(limit);
      query = query.where('archives.created_at', '>', since);
      if (before !== undefined) query = query.where('archives.id', '<', before);
      if (visible !== undefined) query = query.where('tasks.team_id', 'in', [...visible.teams, 0]);
      if (visible?.projectId !== undefined)
        query = query.where(sql<number>`json_extract(tasks.spec, '$.projectId')`, '=', visible.projectId);
      return (await query.execute()).map(toArchive);
    },

    async remove(id) {
      await kysely.deleteFrom('archives').where('id', '=', id).execute();
    },

    async countExpired(before) {
      const { rows: found } = await sql<{ count: number }>`
        select count(*) as count from archives where created_at <= ${before}`.execute(kysely);
      return found[0]?.count ?? 0;
    },

    async removeExpired(before, limit) {
      const { rows: gone } = await sql`
        delete from archives where id in (
          select id from archives where created_at <= ${before} order by created_at limit ${limit})
        returning id`.execute(kysely);
      return gone.length;
    },
  };
}

/** What is read of the tasks here. */
type TaskColumns = { tasks: { id: number; key: string; team_id: number | null; spec: string } };

function toArchive(row: Selectable<ArchiveTable> & { task_id: number | null }): ArchiveRow {
  return {
    id: row.id,
    taskKey: row.task_key,
    taskId: row.task_id,
    attempt: row.attempt,
    name: row.name,
    sha256: row.sha256,
    size: row.size,
    files: row.files,
    createdAt: isoTime(row.created_at),
  };
}
