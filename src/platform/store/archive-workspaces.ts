/** Workspaces and what is in them, gone from lists and names at once; rows and blobs are collected later. */
import { sql, type Transaction } from 'kysely';
import { SlyError } from '../../lib/errors.ts';
import { idList } from './list-query.ts';
import type { Tables } from './tables.ts';

/** Inside the caller's transaction. SLY_FORBIDDEN when no workspace would be left: imports need one. */
export async function archiveWorkspaces(
  trx: Transaction<Tables>,
  ids: readonly number[],
  now: number,
): Promise<void> {
  const projects = sql`select id from projects where workspace_id in ${idList(ids)} and archived_at is null
    and staged = 0`;
  // Items are visible through their dataset alone.
  await sql`update datasets set archived_at = ${now} where project_id in (${projects})
    and archived_at is null and publication_id is null`.execute(trx);
  await sql`update projects set archived_at = ${now}, updated_at = ${now} where workspace_id in ${idList(ids)}
    and archived_at is null and staged = 0`.execute(trx);
  await sql`update workspaces set archived_at = ${now}, updated_at = ${now}, name = name || ' #' || id
    where id in ${idList(ids)} and archived_at is null`.execute(trx);
  const left = await trx
    .selectFrom('workspaces')
    .select('id')
    .where('archived_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (left === undefined)
    throw new SlyError('SLY_FORBIDDEN', { detail: 'the last workspace cannot be archived' });
}
