/** Numbers of plugins: the SDK knows apps by number. */
import type { Clock } from '../../lib/clock.ts';
import type { Database } from './database.ts';
import type { PluginIdStore } from './repositories/team-files.ts';
import { isoTime } from './row-values.ts';
import type { TeamFilesDatabase, TeamFileTables } from './team-file-tables.ts';

export function createPluginIdStore(database: Database, { clock }: { clock: Clock }): PluginIdStore {
  const db: TeamFilesDatabase = database.kysely.withTables<TeamFileTables>();

  async function known(names: readonly string[]): Promise<Map<string, { id: number; createdAt: string }>> {
    const rows = await db
      .selectFrom('plugin_ids')
      .selectAll()
      .where('name', 'in', [...names])
      .execute();
    return new Map(rows.map((row) => [row.name, { id: row.id, createdAt: isoTime(row.created_at) }]));
  }

  return {
    async idsOf(names) {
      if (names.length === 0) return new Map();
      const before = await known(names);
      const fresh = names.filter((name) => !before.has(name));
      if (fresh.length === 0) return before;
      await db
        .insertInto('plugin_ids')
        .values(fresh.map((name) => ({ name, created_at: clock.now() })))
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return known(names);
    },
    async nameOf(id) {
      const row = await db.selectFrom('plugin_ids').select('name').where('id', '=', id).executeTakeFirst();
      return row?.name;
    },
  };
}
