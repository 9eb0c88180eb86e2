/** Downloads that exports made. */
import type { Selectable } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import type { ArchiveRow, ArchiveStore } from './repositories.ts';
import { isoTime } from './row-values.ts';
import type { ArchiveTable } from './tables.ts';

export function createArchiveStore({ kysely }: Database, { clock }: { clock: Clock }): ArchiveStore {
  return {
    async register(taskKey, { attempt, name, sha256, files }) {
      return kysely.transaction().execute(async (trx) => {
        const known = await trx
          .selectFrom('archives')
          .selectAll()
          .where('task_key', '=', taskKey)
          .where('attempt', '=', attempt)
          .executeTakeFirst();
        if (known !== undefined) return toArchive(known);
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
          .returningAll()
          .executeTakeFirstOrThrow();
        return toArchive(row);
      });
    },

    async get(id) {
      const row = await kysely.selectFrom('archives').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toArchive(row);
    },
  };
}

function toArchive(row: Selectable<ArchiveTable>): ArchiveRow {
  return {
    id: row.id,
    taskKey: row.task_key,
    attempt: row.attempt,
    name: row.name,
    sha256: row.sha256,
    size: row.size,
    files: row.files,
    createdAt: isoTime(row.created_at),
  };
}
