/** Users, their secrets, teams and workspaces. */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { missing, orNotUnique } from './constraint.ts';
import type { Database } from './database.ts';
import { type ListFields, listRows } from './list-query.ts';
import type { AccountStore } from './repositories.ts';
import { isoTime } from './row-values.ts';

const FIRST_NAME = 'main';

interface NamedRow {
  id: number;
  name: string;
  description: string;
  created_at: number;
  updated_at: number;
}

const TEAM_FIELDS: ListFields = {
  id: ['id', 'number'],
  name: ['name', 'text'],
  createdAt: ['created_at', 'time'],
  updatedAt: ['updated_at', 'time'],
};
const WORKSPACE_FIELDS: ListFields = { ...TEAM_FIELDS, teamId: ['team_id', 'number'] };

export function createAccountStore({ kysely }: Database, { clock }: { clock: Clock }): AccountStore {
  const stamps = () => ({ created_at: clock.now(), updated_at: clock.now() });

  return {
    seed: () =>
      kysely.transaction().execute(async (trx) => {
        const user = await trx.selectFrom('users').select('id').orderBy('id').limit(1).executeTakeFirst();
        const team = await trx.selectFrom('teams').select('id').orderBy('id').limit(1).executeTakeFirst();
        const userId =
          user?.id ??
          (
            await trx
              .insertInto('users')
              .values({ login: 'admin', name: 'Admin', role: 'admin', ...stamps() })
              .returning('id')
              .executeTakeFirstOrThrow()
          ).id;
        const teamId =
          team?.id ??
          (
            await trx
              .insertInto('teams')
              .values({ name: FIRST_NAME, ...stamps() })
              .returning('id')
              .executeTakeFirstOrThrow()
          ).id;
        const workspace = await trx
          .selectFrom('workspaces')
          .select('id')
          .where('team_id', '=', teamId)
          .orderBy('id')
          .limit(1)
          .executeTakeFirst();
        const workspaceId =
          workspace?.id ??
          (
            await trx
              .insertInto('workspaces')
              .values({ team_id: teamId, name: FIRST_NAME, ...stamps() })
              .returning('id')
              .executeTakeFirstOrThrow()
          ).id;
        return { userId, teamId, workspaceId };
      }),

    user: (id) =>
      kysely
        .selectFrom('users')
        .select(['id', 'login', 'name', 'role'])
        .where('id', '=', id)
        .executeTakeFirst(),

    async putToken({ secretHash, kind, userId, expiresAt }) {
      await kysely
        .insertInto('tokens')
        .values({
          hash: secretHash,
          kind,
          user_id: userId,
          created_at: clock.now(),
          expires_at: expiresAt ?? null,
        })
        .onConflict((conflict) =>
          conflict.column('hash').doUpdateSet({ kind, user_id: userId, expires_at: expiresAt ?? null }),
        )
        .execute();
    },

    async findToken(secretHash, now) {
      const row = await kysely
        .selectFrom('tokens')
        .select(['kind', 'user_id'])
        .where('hash', '=', secretHash)
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
        .executeTakeFirst();
      return row === undefined ? undefined : { kind: row.kind, userId: row.user_id };
    },

    async takeToken(secretHash, kind, now) {
      const row = await kysely
        .deleteFrom('tokens')
        .where('hash', '=', secretHash)
        .where('kind', '=', kind)
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
        .returning('user_id')
        .executeTakeFirst();
      return row === undefined ? undefined : { userId: row.user_id };
    },

    async removeToken(secretHash) {
      await kysely.deleteFrom('tokens').where('hash', '=', secretHash).execute();
    },

    async pruneTokens(now) {
      await kysely.deleteFrom('tokens').where('expires_at', '<=', now).execute();
    },

    async teams(query) {
      const source = { select: sql`*`, from: sql`teams`, where: [], fields: TEAM_FIELDS };
      const { total, rows } = await listRows<NamedRow>(kysely, source, query);
      return { total, entities: rows.map(named) };
    },

    async workspaces(query) {
      const where = query.teamId === undefined ? [] : [sql`team_id = ${query.teamId}`];
      const source = { select: sql`*`, from: sql`workspaces`, where, fields: WORKSPACE_FIELDS };
      const { total, rows } = await listRows<NamedRow & { team_id: number }>(kysely, source, query);
      return { total, entities: rows.map((row) => ({ ...named(row), teamId: row.team_id })) };
    },

    async addWorkspace({ teamId, name, description }) {
      const team = await kysely.selectFrom('teams').select('id').where('id', '=', teamId).executeTakeFirst();
      if (team === undefined) throw missing(`team ${teamId}`);
      const { id } = await orNotUnique(`workspace ${JSON.stringify(name)}`, () =>
        kysely
          .insertInto('workspaces')
          .values({ team_id: teamId, name, description, ...stamps() })
          .returning('id')
          .executeTakeFirstOrThrow(),
      );
      return id;
    },
  };
}

function named(row: NamedRow) {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
