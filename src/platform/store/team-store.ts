/** Teams and who is in them with which role. */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { archiveWorkspaces } from './archive-workspaces.ts';
import { missing, orNotUnique } from './constraint.ts';
import type { Database } from './database.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import type { AccountStore, Role, TeamRow } from './repositories/accounts.ts';
import { isoTime } from './row-values.ts';
import { toUser, USER_FIELDS, type UserColumns } from './user-store.ts';

export type TeamStore = Pick<
  AccountStore,
  'teams' | 'addTeam' | 'updateTeam' | 'archiveTeam' | 'members' | 'putMember' | 'removeMember'
>;

/** Teams and workspaces share these columns. */
export interface NamedColumns {
  id: number;
  name: string;
  description: string;
  created_at: number;
  updated_at: number;
}

export const NAMED_FIELDS: ListFields = {
  id: ['id', 'number'],
  name: ['name', 'text'],
  createdAt: ['created_at', 'time'],
  updatedAt: ['updated_at', 'time'],
};

export function createTeamStore({ kysely }: Database, { clock }: { clock: Clock }): TeamStore {
  const stamps = () => ({ created_at: clock.now(), updated_at: clock.now() });

  return {
    async teams({ visible, memberId, ...query }) {
      const where = [sql`archived_at is null`];
      if (visible !== undefined) where.push(sql`id in ${idList(visible.teams)}`);
      if (memberId !== undefined)
        where.push(sql`id in (select team_id from members where user_id = ${memberId})`);
      const source = { select: sql`*`, from: sql`teams`, where, fields: NAMED_FIELDS };
      const { total, rows } = await listRows<NamedColumns>(kysely, source, query);
      return { total, entities: rows.map(named) };
    },

    addTeam: ({ name, description, adminId }) =>
      orNotUnique(`team ${JSON.stringify(name)}`, () =>
        kysely.transaction().execute(async (trx) => {
          const { id } = await trx
            .insertInto('teams')
            .values({ name, description, ...stamps() })
            .returning('id')
            .executeTakeFirstOrThrow();
          await trx
            .insertInto('members')
            .values({ team_id: id, user_id: adminId, role: 'admin', ...stamps() })
            .execute();
          return id;
        }),
      ),

    async updateTeam(id, { name, description }) {
      const done = await orNotUnique(`team ${JSON.stringify(name)}`, () =>
        kysely
          .updateTable('teams')
          .set({
            ...(name !== undefined && { name }),
            ...(description !== undefined && { description }),
            updated_at: clock.now(),
          })
          .where('id', '=', id)
          .where('archived_at', 'is', null)
          .returning('id')
          .executeTakeFirst(),
      );
      if (done === undefined) throw missing(`team ${id}`);
    },

    archiveTeam: (id) =>
      kysely.transaction().execute(async (trx) => {
        const now = clock.now();
        const done = await trx
          .updateTable('teams')
          .set({ archived_at: now, updated_at: now, name: sql`name || ' #' || id` })
          .where('id', '=', id)
          .where('archived_at', 'is', null)
          .returning('id')
          .executeTakeFirst();
        if (done === undefined) throw missing(`team ${id}`);
        const left = await trx
          .selectFrom('teams')
          .select('id')
          .where('archived_at', 'is', null)
          .limit(1)
          .executeTakeFirst();
        if (left === undefined)
          throw new SlyError('SLY_FORBIDDEN', { detail: 'the last team cannot be archived' });
        const workspaces = await trx
          .selectFrom('workspaces')
          .select('id')
          .where('team_id', '=', id)
          .where('archived_at', 'is', null)
          .execute();
        await archiveWorkspaces(
          trx,
          workspaces.map((one) => one.id),
          now,
        );
      }),

    async members(teamId, query) {
      const source = {
        select: sql`u.*, m.team_id, m.role as team_role`,
        from: sql`members m join users u on u.id = m.user_id`,
        where: [sql`m.team_id = ${teamId}`],
        fields: USER_FIELDS,
      };
      type Row = UserColumns & { team_id: number; team_role: Role };
      const { total, rows } = await listRows<Row>(kysely, source, query);
      return {
        total,
        entities: rows.map((row) => ({ ...toUser(row), teamId: row.team_id, teamRole: row.team_role })),
      };
    },

    putMember: ({ teamId, userId, role }) =>
      kysely.transaction().execute(async (trx) => {
        const team = await trx
          .selectFrom('teams')
          .select('id')
          .where('id', '=', teamId)
          .where('archived_at', 'is', null)
          .executeTakeFirst();
        if (team === undefined) throw missing(`team ${teamId}`);
        const user = await trx.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst();
        if (user === undefined) throw missing(`user ${userId}`);
        await trx
          .insertInto('members')
          .values({ team_id: teamId, user_id: userId, role, ...stamps() })
          .onConflict((conflict) =>
            conflict.columns(['team_id', 'user_id']).doUpdateSet({ role, updated_at: clock.now() }),
          )
          .execute();
      }),

    async removeMember({ teamId, userId }) {
      await kysely
        .deleteFrom('members')
        .where('team_id', '=', teamId)
        .where('user_id', '=', userId)
        .execute();
    },
  };
}

export function named(row: NamedColumns): TeamRow {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
