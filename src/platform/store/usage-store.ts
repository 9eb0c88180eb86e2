/** What is stored, by class, from sums that are kept: no table of items or blobs is read. */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Usage, UsageStore } from './repositories/team-files.ts';

export function createUsageStore({ kysely }: Database): UsageStore {
  async function sum(of: RawBuilder<unknown>): Promise<Usage> {
    const { rows } = await sql<{ files: number | null; bytes: number | null }>`${of}`.execute(kysely);
    return { files: rows[0]?.files ?? 0, bytes: rows[0]?.bytes ?? 0 };
  }

  return {
    byClass: async () => ({
      items: await sum(
        sql`select sum(items_count) as files, sum(size) as bytes from projects where archived_at is null`,
      ),
      archivedItems: await sum(
        sql`select sum(items_count) as files, sum(size) as bytes from projects where archived_at is not null`,
      ),
      archives: await sum(sql`select count(*) as files, sum(size) as bytes from archives`),
      teamFiles: await sum(sql`select sum(files) as files, sum(bytes) as bytes from team_file_totals`),
      uploads: await sum(sql`select sum(files) as files, sum(bytes) as bytes from uploads`),
    }),
  };
}
