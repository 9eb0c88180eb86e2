/** Rows of the blobs: what an item takes over from its bytes, and since when nobody asked for them. */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import type { Sha256 } from '../../lib/hash.ts';
import type { Database } from './database.ts';
import type { BlobRecords } from './repositories/blobs.ts';
import { statement } from './statements.ts';

/** `wanted_at` is renewed only when it is older than this: asking again and again writes nothing. */
const RENEW_MS = 3600_000;

export function createBlobRecords(db: Database, { clock }: { clock: Clock }): BlobRecords {
  return {
    async put(blobs) {
      if (blobs.length === 0) return;
      await db.transaction((sqlite) => {
        const put = statement<[string, number, string | null, number | null, number | null, number, number]>(
          sqlite,
          `INSERT INTO blobs (sha256, size, mime, width, height, created_at, wanted_at) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (sha256) DO UPDATE SET wanted_at = excluded.wanted_at`,
        );
        const now = clock.now();
        for (const { sha256, size, mime, width, height } of blobs)
          put.run(sha256, size, mime, width, height, now, now);
      });
    },

    async unknown(hashes) {
      if (hashes.length === 0) return [];
      const { rows } = await sql<{ sha256: string; wanted_at: number }>`
        select sha256, wanted_at from blobs
        where sha256 in (select value from json_each(${JSON.stringify(hashes)}))`.execute(db.kysely);
      const now = clock.now();
      const old = rows.filter((row) => row.wanted_at < now - RENEW_MS).map((row) => row.sha256);
      if (old.length > 0) {
        await sql`update blobs set wanted_at = ${now}
          where sha256 in (select value from json_each(${JSON.stringify(old)}))`.execute(db.kysely);
      }
      const known = new Set(rows.map((row) => row.sha256));
      return hashes.filter((one) => !known.has(one));
    },

    async unused(before, limit) {
      const { rows } = await sql<{ sha256: Sha256 }>`
        select sha256 from blobs b where b.wanted_at < ${before} and ${UNNAMED}
        order by b.wanted_at limit ${limit}`.execute(db.kysely);
      return rows.map((row) => row.sha256);
    },

    async remove(hashes) {
      const { rows } = await sql<{ sha256: Sha256 }>`
        delete from blobs as b where b.sha256 in (select value from json_each(${JSON.stringify(hashes)}))
          and ${UNNAMED} returning sha256`.execute(db.kysely);
      return rows.map((row) => row.sha256);
    },
  };
}

const UNNAMED = sql`not exists (select 1 from items i where i.sha256 = b.sha256)
  and not exists (select 1 from archives a where a.sha256 = b.sha256)
  and not exists (select 1 from team_files t where t.sha256 = b.sha256)
  and not exists (select 1 from task_files tf where tf.sha256 = b.sha256)
  and not exists (select 1 from upload_files f where f.sha256 = b.sha256)
  and not exists (select 1 from figures g where g.sha256 = b.sha256)
  and not exists (select 1 from related_images r where r.sha256 = b.sha256)`;
