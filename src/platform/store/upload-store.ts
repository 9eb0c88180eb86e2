/** Uploads from the browser. The counters of an upload change in the transaction that changes its files. */
import { type Selectable, sql, type Transaction } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import type { UploadFileRow, UploadRow, UploadStore } from './repositories/uploads.ts';
import type { Tables, UploadFileTable, UploadTable } from './tables.ts';

const MOST_LISTED = 100;

export function createUploadStore({ kysely }: Database, { clock }: { clock: Clock }): UploadStore {
  const fileRows = () =>
    kysely
      .selectFrom('upload_files as f')
      .innerJoin('uploads as u', 'u.id', 'f.upload_id')
      .selectAll('f')
      .select('u.user_id');

  /** Recounts by the difference, so that an upload of many files is not counted again and again. */
  async function change(trx: Transaction<Tables>, id: number, files: number, bytes: number): Promise<void> {
    await trx
      .updateTable('uploads')
      .set({ files: sql`files + ${files}`, bytes: sql`bytes + ${bytes}`, touched_at: clock.now() })
      .where('id', '=', id)
      .execute();
  }

  return {
    async begin({ userId, name, files, bytes }) {
      const row = await kysely
        .insertInto('uploads')
        .values({
          user_id: userId,
          name,
          expected_files: files,
          expected_bytes: bytes,
          created_at: clock.now(),
          touched_at: clock.now(),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toUpload(row);
    },

    async get(id) {
      const row = await kysely.selectFrom('uploads').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toUpload(row);
    },

    async listOf(userId) {
      const rows = await kysely
        .selectFrom('uploads')
        .selectAll()
        .where('user_id', '=', userId)
        .where('taken_at', 'is', null)
        .orderBy('id', 'desc')
        .limit(MOST_LISTED)
        .execute();
      return rows.map(toUpload);
    },

    async putStored(uploadId, files) {
      await kysely.transaction().execute(async (trx) => {
        let [count, bytes] = [0, 0];
        for (const { path, size, modifiedAt, sha256 } of files) {
          const before = await trx
            .selectFrom('upload_files')
            .select(['size', 'stored'])
            .where('upload_id', '=', uploadId)
            .where('path', '=', path)
            .executeTakeFirst();
          if (before?.stored === 1) bytes -= before.size;
          else count++;
          bytes += size;
          const row = { size, modified_at: modifiedAt, sha256, stored: 1, tus_id: null, received: size };
          await trx
            .insertInto('upload_files')
            .values({ upload_id: uploadId, path, ...row })
            .onConflict((conflict) => conflict.columns(['upload_id', 'path']).doUpdateSet(row))
            .execute();
        }
        await change(trx, uploadId, count, bytes);
      });
    },

    async beginFile(uploadId, { path, size, modifiedAt, tusId }) {
      const dropped = await kysely.transaction().execute(async (trx) => {
        const before = await trx
          .selectFrom('upload_files')
          .selectAll()
          .where('upload_id', '=', uploadId)
          .where('path', '=', path)
          .executeTakeFirst();
        if (before?.tus_id != null && before.size === size && before.modified_at === modifiedAt)
          return { tusId: before.tus_id };
        if (before !== undefined) {
          await trx
            .deleteFrom('upload_files')
            .where('upload_id', '=', uploadId)
            .where('path', '=', path)
            .execute();
        }
        await trx
          .insertInto('upload_files')
          .values({ upload_id: uploadId, path, size, modified_at: modifiedAt, tus_id: tusId })
          .execute();
        const was = before?.stored === 1;
        await change(trx, uploadId, was ? -1 : 0, was ? -before.size : 0);
        return { tusId, dropped: before?.tus_id ?? undefined };
      });
      const row = await fileRows().where('f.tus_id', '=', dropped.tusId).executeTakeFirst();
      if (row === undefined) throw missing(`Upload with id: ${uploadId}`);
      return { file: toFile(row), ...(dropped.dropped !== undefined && { dropped: dropped.dropped }) };
    },

    async fileByTus(tusId) {
      const row = await fileRows().where('f.tus_id', '=', tusId).executeTakeFirst();
      return row === undefined ? undefined : toFile(row);
    },

    async noteReceived(tusId, received) {
      await kysely.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('upload_files')
          .set({ received })
          .where('tus_id', '=', tusId)
          .returning('upload_id')
          .executeTakeFirst();
        if (row !== undefined) await change(trx, row.upload_id, 0, 0);
      });
    },

    async noteHash(tusId, sha256) {
      await kysely.updateTable('upload_files').set({ sha256 }).where('tus_id', '=', tusId).execute();
    },

    async noteStored(tusId) {
      await kysely.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('upload_files')
          .set({ stored: 1 })
          .where('tus_id', '=', tusId)
          .where('stored', '=', 0)
          .returning(['upload_id', 'size'])
          .executeTakeFirst();
        if (row !== undefined) await change(trx, row.upload_id, 1, row.size);
      });
    },

    async files(uploadId, { after, limit }) {
      let query = fileRows().where('f.upload_id', '=', uploadId).orderBy('f.path').limit(limit);
      if (after !== undefined) query = query.where('f.path', '>', after);
      return (await query.execute()).map(toFile);
    },

    async landing(uploadId) {
      const rows = await fileRows()
        .where('f.upload_id', '=', uploadId)
        .where('f.stored', '=', 0)
        .whereRef('f.received', '=', 'f.size')
        .execute();
      return rows.map(toFile);
    },

    async partialBytes(uploadId) {
      const { bytes } = await kysely
        .selectFrom('upload_files')
        .select(({ fn }) => fn.sum<number | null>('received').as('bytes'))
        .where('upload_id', '=', uploadId)
        .where('stored', '=', 0)
        .executeTakeFirstOrThrow();
      return Number(bytes ?? 0);
    },

    async openFiles(userId) {
      const { open } = await kysely
        .selectFrom('upload_files as f')
        .innerJoin('uploads as u', 'u.id', 'f.upload_id')
        .select(({ fn }) => fn.countAll<number>().as('open'))
        .where('u.user_id', '=', userId)
        .where('f.stored', '=', 0)
        .executeTakeFirstOrThrow();
      return Number(open);
    },

    async removeFile(tusId) {
      await kysely.transaction().execute(async (trx) => {
        const row = await trx
          .deleteFrom('upload_files')
          .where('tus_id', '=', tusId)
          .returning(['upload_id', 'size', 'stored'])
          .executeTakeFirst();
        if (row?.stored === 1) await change(trx, row.upload_id, -1, -row.size);
      });
    },

    async remove(id) {
      return kysely.transaction().execute(async (trx) => {
        const open = await trx
          .selectFrom('upload_files')
          .select('tus_id')
          .where('upload_id', '=', id)
          .where('stored', '=', 0)
          .execute();
        await trx.deleteFrom('uploads').where('id', '=', id).execute();
        return open.flatMap((row) => (row.tus_id === null ? [] : [row.tus_id]));
      });
    },

    async expired(before, limit) {
      const rows = await kysely
        .selectFrom('uploads')
        .select('id')
        .where('touched_at', '<=', before)
        .orderBy('touched_at')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id);
    },

    async use(id, { taken }) {
      const now = clock.now();
      await kysely
        .updateTable('uploads')
        .set({ touched_at: now, ...(taken && { taken_at: now }) })
        .where('id', '=', id)
        .execute();
    },
  };
}

function toUpload(row: Selectable<UploadTable>): UploadRow {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    expectedFiles: row.expected_files,
    expectedBytes: row.expected_bytes,
    files: row.files,
    bytes: row.bytes,
    createdAt: row.created_at,
    touchedAt: row.touched_at,
  };
}

function toFile(row: Selectable<UploadFileTable> & { user_id: number }): UploadFileRow {
  return {
    uploadId: row.upload_id,
    userId: row.user_id,
    path: row.path,
    size: row.size,
    modifiedAt: row.modified_at,
    sha256: row.sha256,
    stored: row.stored === 1,
    tusId: row.tus_id,
    received: row.received,
  };
}
