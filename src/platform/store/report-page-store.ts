/** Reports that scripts make of widgets; kept as they were given. */
import type { Selectable } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { sha256Of } from '../../lib/hash.ts';
import type { Database } from './database.ts';
import type { ReportPageStore, ReportRow } from './repositories/team-files.ts';
import { isoTime, jsonObject } from './row-values.ts';
import type { ReportTable, TeamFilesDatabase, TeamFileTables } from './team-file-tables.ts';

export function createReportPageStore(database: Database, { clock }: { clock: Clock }): ReportPageStore {
  const db: TeamFilesDatabase = database.kysely.withTables<TeamFileTables>();

  return {
    async add({ teamId, name, body, createdBy }) {
      const text = JSON.stringify(body);
      const hash = sha256Of(Buffer.from(JSON.stringify([name, text])));
      const values = {
        team_id: teamId,
        name,
        body: text,
        hash,
        created_by: createdBy,
        created_at: clock.now(),
      };
      await db
        .insertInto('reports')
        .values(values)
        .onConflict((conflict) => conflict.columns(['team_id', 'hash']).doNothing())
        .execute();
      const row = await db
        .selectFrom('reports')
        .selectAll()
        .where('team_id', '=', teamId)
        .where('hash', '=', hash)
        .executeTakeFirstOrThrow();
      return toReport(row);
    },
    async get(id) {
      const row = await db.selectFrom('reports').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toReport(row);
    },
  };
}

function toReport(row: Selectable<ReportTable>): ReportRow {
  return {
    id: row.id,
    teamId: row.team_id,
    name: row.name,
    body: jsonObject(row.body),
    createdAt: isoTime(row.created_at),
  };
}
