/** Workspaces: where the projects of a team are. */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { archiveWorkspaces } from './archive-workspaces.ts';
import { missing, orNotUnique } from './constraint.ts';
import type { Database } from './database.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import type { AccountStore } from './repositories/accounts.ts';
import { NAMED_FIELDS, type NamedColumns, named } from './team-store.ts';

export type WorkspaceStore = Pick<
  AccountStore,
  'workspaces' | 'addWorkspace' | 'updateWorkspace' | 'archiveWorkspace'
>;

const FIELDS: ListFields = { ...NAMED_FIELDS, teamId: ['team_id', 'number'] };

export function createWorkspaceStore({ kysely }: Database, { clock }: { clock: Clock }): WorkspaceStore {
  return {
    async workspaces({ teamId, visible, ...query }) {
      const where = [sql`archived_at is null`];
      if (teamId !== undefined) where.push(sql`team_id = ${teamId}`);
      if (visible !== undefined) where.push(sql`team_id in ${idList(visible.teams)}`);
      const source = { select: sql`*`, from: sql`workspaces`, where, fields: FIELDS };
      const { total, rows } = await listRows<NamedColumns & { team_id: number; hidden: number }>(
        kysely,
        source,
        query,
      );
      return {
        total,
        entities: rows.map((row) => ({ ...named(row), teamId: row.team_id, hidden: row.hidden === 1 })),
      };
    },

    async addWorkspace({ teamId, name, description }) {
      const team = await kysely
        .selectFrom('teams')
        .select('id')
        .where('id', '=', teamId)
        .where('archived_at', 'is', null)
        .executeTakeFirst();
      if (team === undefined) throw missing(`team ${teamId}`);
      const { id } = await orNotUnique(`workspace ${JSON.stringify(name)}`, () =>
        kysely
          .insertInto('workspaces')
          .values({ team_id: teamId, name, description, created_at: clock.now(), updated_at: clock.now() })
          .returning('id')
          .executeTakeFirstOrThrow(),
      );
      return id;
    },

    async updateWorkspace(id, { name, description, hidden }) {
      const done = await orNotUnique(`workspace ${JSON.stringify(name)}`, () =>
        kysely
          .updateTable('workspaces')
          .set({
            ...(name !== undefined && { name }),
            ...(description !== undefined && { description }),
            ...(hidden !== undefined && { hidden: hidden ? 1 : 0 }),
            updated_at: clock.now(),
          })
          .where('id', '=', id)
          .where('archived_at', 'is', null)
          .returning('id')
          .executeTakeFirst(),
      );
      if (done === undefined) throw missing(`workspace ${id}`);
    },

    archiveWorkspace: (id) =>
      kysely.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('workspaces')
          .select('id')
          .where('id', '=', id)
          .where('archived_at', 'is', null)
          .executeTakeFirst();
        if (row === undefined) throw missing(`workspace ${id}`);
        await archiveWorkspaces(trx, [id], clock.now());
      }),
  };
}
