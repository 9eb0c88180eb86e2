/** What scripts keep about their tasks: output, fields, meta, log lines, files. */
import type { Selectable } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { sha256Of } from '../../lib/hash.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import type { TaskDataStore, TaskFileRow, TaskNote } from './repositories/team-files.ts';
import { isoTime, jsonObject } from './row-values.ts';
import type {
  TaskDataTable,
  TaskFileTable,
  TeamFilesDatabase,
  TeamFilesTransaction,
  TeamFileTables,
} from './team-file-tables.ts';

const NOTE_BYTES = 16 << 20;
const LOG_BYTES = 16 << 20;

export function createTaskDataStore(database: Database, { clock }: { clock: Clock }): TaskDataStore {
  const db: TeamFilesDatabase = database.kysely.withTables<TeamFileTables>();

  return {
    async get(taskId) {
      return toNote(
        await db.selectFrom('task_data').selectAll().where('task_id', '=', taskId).executeTakeFirst(),
      );
    },

    update: (taskId, change) =>
      db.transaction().execute(async (trx) => {
        const note = toNote(await ensure(trx, taskId, clock.now()));
        const changed = { ...note, ...change(note) };
        const [output, fields, meta] = [changed.output, changed.fields, changed.meta].map((one) =>
          JSON.stringify(one),
        ) as [string, string, string];
        if (output.length + fields.length + meta.length > NOTE_BYTES) {
          throw new SlyError('SLY_TOO_LARGE', {
            detail: `expected at most ${NOTE_BYTES} bytes of data for task ${taskId}, got more`,
            hint: 'Put large data into team files.',
          });
        }
        await trx
          .updateTable('task_data')
          .set({ output, fields, meta, updated_at: clock.now() })
          .where('task_id', '=', taskId)
          .execute();
        return changed;
      }),

    addLog: (taskId, lines) =>
      db.transaction().execute(async (trx) => {
        const row = await ensure(trx, taskId, clock.now());
        const batch = sha256Of(Buffer.from(lines.join('\n')));
        if (batch === row.last_batch) return { added: 0, dropped: 0 };
        let bytes = row.log_bytes;
        const kept: string[] = [];
        for (const line of lines) {
          const size = Buffer.byteLength(line);
          if (bytes + size > LOG_BYTES) break;
          bytes += size;
          kept.push(line);
        }
        for (let from = 0; from < kept.length; from += 500) {
          const some = kept.slice(from, from + 500).map((line) => ({ task_id: taskId, line }));
          await trx.insertInto('task_log_lines').values(some).execute();
        }
        const dropped = lines.length - kept.length;
        await trx
          .updateTable('task_data')
          .set({ log_bytes: bytes, log_dropped: row.log_dropped + dropped, last_batch: batch })
          .where('task_id', '=', taskId)
          .execute();
        return { added: kept.length, dropped };
      }),

    log: (taskId, { after, limit }) =>
      db
        .selectFrom('task_log_lines')
        .select(['id', 'line'])
        .where('task_id', '=', taskId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute(),

    putFiles: (taskId, files) =>
      db.transaction().execute(async (trx) => {
        for (const { path, sha256 } of files) {
          const blob = await trx
            .selectFrom('blobs')
            .select('size')
            .where('sha256', '=', sha256)
            .executeTakeFirst();
          if (blob === undefined) throw missing(`the bytes of ${path} (SHA-256 ${sha256})`);
          const { size } = blob;
          await trx
            .insertInto('task_files')
            .values({ task_id: taskId, path, sha256, size, created_at: clock.now() })
            .onConflict((conflict) => conflict.columns(['task_id', 'path']).doUpdateSet({ sha256, size }))
            .execute();
        }
      }),

    async files(taskId, { after, limit }) {
      const rows = await db
        .selectFrom('task_files')
        .selectAll()
        .where('task_id', '=', taskId)
        .where('path', '>', after)
        .orderBy('path')
        .limit(limit)
        .execute();
      return rows.map(toTaskFile);
    },

    async file(taskId, path) {
      const row = await db
        .selectFrom('task_files')
        .selectAll()
        .where('task_id', '=', taskId)
        .where('path', '=', path)
        .executeTakeFirst();
      return row === undefined ? undefined : toTaskFile(row);
    },
  };
}

async function ensure(
  trx: TeamFilesTransaction,
  taskId: number,
  now: number,
): Promise<Selectable<TaskDataTable>> {
  await trx
    .insertInto('task_data')
    .values({ task_id: taskId, updated_at: now })
    .onConflict((conflict) => conflict.column('task_id').doNothing())
    .execute();
  return trx.selectFrom('task_data').selectAll().where('task_id', '=', taskId).executeTakeFirstOrThrow();
}

function toNote(row: Selectable<TaskDataTable> | undefined): TaskNote {
  if (row === undefined) return { output: {}, fields: {}, meta: {} };
  return { output: jsonObject(row.output), fields: jsonObject(row.fields), meta: jsonObject(row.meta) };
}

function toTaskFile(row: Selectable<TaskFileTable>): TaskFileRow {
  return { path: row.path, sha256: row.sha256, size: row.size, createdAt: isoTime(row.created_at) };
}
