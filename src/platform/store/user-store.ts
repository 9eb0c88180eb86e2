/** Users. They are never removed, only disabled: what they made keeps their name. */
import { type Kysely, sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { missing, orNotUnique } from './constraint.ts';
import type { Database } from './database.ts';
import { idList, type ListFields, listRows } from './list-query.ts';
import type { AccountStore, UserChanges, UserRow } from './repositories/accounts.ts';
import { isoTime } from './row-values.ts';
import type { Tables } from './tables.ts';

export type UserStore = Pick<
  AccountStore,
  'user' | 'users' | 'addUser' | 'updateUser' | 'credentials' | 'noteLogin'
>;

export interface UserColumns {
  id: number;
  login: string;
  name: string;
  email: string | null;
  role: 'admin' | 'user';
  password: string | null;
  disabled_at: number | null;
  last_login_at: number | null;
  created_at: number;
  updated_at: number;
}

export const USER_FIELDS: ListFields = {
  id: ['u.id', 'number'],
  login: ['u.login', 'text'],
  name: ['u.name', 'text'],
  email: ['u.email', 'text'],
  role: ['u.role', 'text'],
  createdAt: ['u.created_at', 'time'],
  updatedAt: ['u.updated_at', 'time'],
};

export function createUserStore({ kysely }: Database, { clock }: { clock: Clock }): UserStore {
  return {
    async user(id) {
      const row = await kysely.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toUser(row);
    },

    async users({ visible, ...query }) {
      const where =
        visible === undefined
          ? []
          : [sql`u.id in (select user_id from members where team_id in ${idList(visible.teams)})`];
      const source = { select: sql`u.*`, from: sql`users u`, where, fields: USER_FIELDS };
      const { total, rows } = await listRows<UserColumns>(kysely, source, query);
      return { total, entities: rows.map(toUser) };
    },

    async addUser({ login, name, ...changes }) {
      const now = clock.now();
      const row = await orNotUnique(`login ${JSON.stringify(login)}`, () =>
        kysely
          .insertInto('users')
          .values({
            login,
            name,
            role: changes.role ?? 'user',
            email: changes.email ?? null,
            password: changes.password ?? null,
            disabled_at: changes.disabled === true ? now : null,
            created_at: now,
            updated_at: now,
          })
          .returning('id')
          .executeTakeFirstOrThrow(),
      );
      return row.id;
    },

    updateUser: (id, changes) =>
      kysely.transaction().execute(async (trx) => {
        const done = await trx
          .updateTable('users')
          .set({ ...columnsOf(changes, clock.now()), updated_at: clock.now() })
          .where('id', '=', id)
          .returning('id')
          .executeTakeFirst();
        if (done === undefined) throw missing(`user ${id}`);
        if (changes.role === 'user' || changes.disabled === true) await assertAdminLeft(trx);
      }),

    async credentials(login) {
      const row = await kysely
        .selectFrom('users')
        .select(['id', 'password', 'disabled_at'])
        .where((eb) => eb(eb.fn<string>('lower', ['login']), '=', login.toLowerCase()))
        .executeTakeFirst();
      return row === undefined
        ? undefined
        : { userId: row.id, password: row.password, disabled: row.disabled_at !== null };
    },

    async noteLogin(userId) {
      await kysely
        .updateTable('users')
        .set({ last_login_at: clock.now() })
        .where('id', '=', userId)
        .execute();
    },
  };
}

export function toUser(row: UserColumns): UserRow {
  return {
    id: row.id,
    login: row.login,
    name: row.name,
    email: row.email,
    role: row.role,
    disabled: row.disabled_at !== null,
    hasPassword: row.password !== null,
    lastLoginAt: row.last_login_at === null ? null : isoTime(row.last_login_at),
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}

function columnsOf({ name, email, role, disabled, password }: UserChanges, now: number) {
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
    ...(disabled !== undefined && { disabled_at: disabled ? now : null }),
    ...(password !== undefined && { password }),
  };
}

/** An instance without an admin could only be repaired by hand. */
async function assertAdminLeft(trx: Kysely<Tables>): Promise<void> {
  const admin = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (admin !== undefined) return;
  throw new SlyError('SLY_FORBIDDEN', {
    detail: 'this is the last admin of the instance',
    hint: 'Make somebody else admin first: sly-agent user role LOGIN --admin',
  });
}
