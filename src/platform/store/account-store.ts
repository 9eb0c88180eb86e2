/** Users, teams, members and workspaces. */
import type { Clock } from '../../lib/clock.ts';
import type { Database } from './database.ts';
import type { AccountStore } from './repositories/accounts.ts';
import { createTeamStore } from './team-store.ts';
import { createUserStore } from './user-store.ts';
import { createWorkspaceStore } from './workspace-store.ts';

const FIRST_NAME = 'main';

export function createAccountStore(db: Database, deps: { clock: Clock }): AccountStore {
  const { kysely } = db;
  const { clock } = deps;

  return {
    ...createUserStore(db, deps),
    ...createTeamStore(db, deps),
    ...createWorkspaceStore(db, deps),

    seed: () =>
      kysely.transaction().execute(async (trx) => {
        const stamps = { created_at: clock.now(), updated_at: clock.now() };
        const first = (table: 'users' | 'teams' | 'workspaces') =>
          trx.selectFrom(table).select('id').orderBy('id').limit(1);
        const userId =
          (await first('users').executeTakeFirst())?.id ??
          (
            await trx
              .insertInto('users')
              .values({ login: 'admin', name: 'Admin', role: 'admin', ...stamps })
              .returning('id')
              .executeTakeFirstOrThrow()
          ).id;
        const teamId =
          (await first('teams').where('archived_at', 'is', null).executeTakeFirst())?.id ??
          (
            await trx
              .insertInto('teams')
              .values({ name: FIRST_NAME, ...stamps })
              .returning('id')
              .executeTakeFirstOrThrow()
          ).id;
        const workspaceId =
          (await first('workspaces').where('archived_at', 'is', null).executeTakeFirst())?.id ??
          (
            await trx
              .insertInto('workspaces')
              .values({ team_id: teamId, name: FIRST_NAME, ...stamps })
              .returning('id')
              .executeTakeFirstOrThrow()
          ).id;
        return { userId, teamId, workspaceId };
      }),
  };
}
