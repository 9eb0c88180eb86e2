/** API tokens, sessions, login codes and tokens of running tasks, by the SHA-256 of their secret. */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { isActive, type TaskState } from '../../protocol/task-state.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import { type ListFields, listRows } from './list-query.ts';
import type { Bearer, Role, TokenKind, TokenRow, TokenStore } from './repositories/accounts.ts';
import { isoTime } from './row-values.ts';

const FIELDS: ListFields = {
  id: ['t.id', 'number'],
  name: ['t.name', 'text'],
  userId: ['t.user_id', 'number'],
  createdAt: ['t.created_at', 'time'],
};

interface BearerColumns {
  id: number;
  kind: TokenKind;
  user_id: number;
  role: Role | null;
  last_used_at: number | null;
  project_id: number | null;
  user_role: 'admin' | 'user';
  /** `[[team, role], ...]` */
  teams: string;
  task_id: number | null;
  task_team_id: number | null;
  task_state: TaskState | null;
  is_attempt: number;
}

type ListColumns = { [Key in 'id' | 'user_id' | 'created_at']: number } & {
  login: string;
  name: string;
  role: Role | null;
  expires_at: number | null;
  last_used_at: number | null;
};

export function createTokenStore({ kysely }: Database, { clock }: { clock: Clock }): TokenStore {
  return {
    async put({ secretHash, kind, userId, expiresAt, name, role }) {
      const set = {
        kind,
        user_id: userId,
        expires_at: expiresAt ?? null,
        name: name ?? '',
        role: role ?? null,
      };
      const { id } = await kysely
        .insertInto('tokens')
        .values({ hash: secretHash, created_at: clock.now(), ...set })
        .onConflict((conflict) => conflict.column('hash').doUpdateSet(set))
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    putOfTask: ({ secretHash, taskKey, attempt, userId, role, expiresAt }) =>
      kysely.transaction().execute(async (trx) => {
        const { rows } = await sql<{
          id: number;
          attempt: number;
          state: TaskState;
          project_id: number | null;
        }>`
          select id, attempt, state,
            coalesce(json_extract(spec, '$.projectId'), json_extract(spec, '$.appendToProjectId')) as project_id
          from tasks where key = ${taskKey}`.execute(trx);
        const [task] = rows;
        if (task === undefined || task.attempt !== attempt || !isActive(task.state)) {
          throw new SlyError('SLY_LEASE_LOST', {
            detail: `attempt ${attempt} of task ${taskKey} is not held`,
          });
        }
        await trx.deleteFrom('tokens').where('task_id', '=', task.id).execute();
        await trx
          .insertInto('tokens')
          .values({
            hash: secretHash,
            kind: 'task',
            user_id: userId,
            role,
            task_id: task.id,
            attempt,
            project_id: task.project_id,
            created_at: clock.now(),
            expires_at: expiresAt,
          })
          .execute();
      }),

    async bearer(secretHash, now) {
      const { rows } = await sql<BearerColumns>`
        select t.id, t.kind, t.user_id, t.role, t.last_used_at, t.project_id, u.role as user_role,
          (select json_group_array(json_array(m.team_id, m.role)) from members m
            join teams on teams.id = m.team_id and teams.archived_at is null where m.user_id = u.id) as teams,
          k.id as task_id, k.team_id as task_team_id, k.state as task_state, k.attempt = t.attempt as is_attempt
        from tokens t join users u on u.id = t.user_id left join tasks k on k.id = t.task_id
        where t.hash = ${secretHash} and u.disabled_at is null
          and (t.expires_at is null or t.expires_at > ${now})`.execute(kysely);
      return rows[0] === undefined ? undefined : toBearer(rows[0]);
    },

    async take(secretHash, kind, now) {
      const row = await kysely
        .deleteFrom('tokens')
        .where('hash', '=', secretHash)
        .where('kind', '=', kind)
        .where('expires_at', '>', now)
        .where('user_id', 'in', (eb) => eb.selectFrom('users').select('id').where('disabled_at', 'is', null))
        .returning('user_id')
        .executeTakeFirst();
      return row === undefined ? undefined : { userId: row.user_id };
    },

    async list({ userId, ...query }) {
      const where = [sql`t.kind = 'api'`];
      if (userId !== undefined) where.push(sql`t.user_id = ${userId}`);
      const source = {
        select: sql`t.id, t.user_id, u.login, t.name, t.role, t.created_at, t.expires_at, t.last_used_at`,
        from: sql`tokens t join users u on u.id = t.user_id`,
        where,
        fields: FIELDS,
      };
      const { total, rows } = await listRows<ListColumns>(kysely, source, query);
      return { total, entities: rows.map(toToken) };
    },

    async noteUse(id, at) {
      await kysely.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id).execute();
    },

    async remove(secretHash) {
      await kysely.deleteFrom('tokens').where('hash', '=', secretHash).execute();
    },

    async revoke(id, { userId }) {
      let removal = kysely.deleteFrom('tokens').where('id', '=', id).where('kind', '=', 'api');
      if (userId !== undefined) removal = removal.where('user_id', '=', userId);
      const done = await removal.returning('id').executeTakeFirst();
      if (done === undefined) throw missing(`token ${id}`);
    },

    async endSessions(userId, exceptHash) {
      await kysely
        .deleteFrom('tokens')
        .where('user_id', '=', userId)
        .where('kind', 'in', ['session', 'login'])
        .where('hash', '!=', exceptHash ?? '')
        .execute();
    },

    async keepNewest(userId, name, keep) {
      const kept = kysely
        .selectFrom('tokens')
        .select('id')
        .where('user_id', '=', userId)
        .where('kind', '=', 'api')
        .where('name', '=', name)
        .orderBy('id', 'desc')
        .limit(keep);
      await kysely
        .deleteFrom('tokens')
        .where('user_id', '=', userId)
        .where('kind', '=', 'api')
        .where('name', '=', name)
        .where('id', 'not in', kept)
        .execute();
    },

    async prune(now) {
      await kysely.deleteFrom('tokens').where('expires_at', '<=', now).execute();
    },
  };
}

function toBearer(row: BearerColumns): Bearer | undefined {
  const { task_id: taskId, task_team_id: teamId, task_state: state } = row;
  let task: Bearer['task'] = null;
  if (row.kind === 'task') {
    if (taskId === null || teamId === null || state === null) return undefined;
    if (!isActive(state) || row.is_attempt !== 1) return undefined;
    task = { id: taskId, teamId, projectId: row.project_id };
  }
  return {
    tokenId: row.id,
    kind: row.kind,
    userId: row.user_id,
    isAdmin: row.user_role === 'admin',
    ceiling: row.role,
    teams: new Map(JSON.parse(row.teams) as [number, Role][]),
    lastUsedAt: row.last_used_at,
    task,
  };
}

function toToken(row: ListColumns): TokenRow {
  return {
    id: row.id,
    userId: row.user_id,
    login: row.login,
    name: row.name,
    role: row.role,
    createdAt: isoTime(row.created_at),
    expiresAt: row.expires_at === null ? null : isoTime(row.expires_at),
    lastUsedAt: row.last_used_at === null ? null : isoTime(row.last_used_at),
  };
}
