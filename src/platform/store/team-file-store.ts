/** Files of teams: rows with paths over blobs. */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import { endOfFolder, endOfPrefix, foldersOf, isAfter } from './path-order.ts';
import type { TeamFileEntry, TeamFileRow, TeamFileStore } from './repositories/team-files.ts';
import { isoTime } from './row-values.ts';
import type { TeamFilesDatabase, TeamFilesTransaction, TeamFileTables } from './team-file-tables.ts';

const REMOVED_AT_ONCE = 5000;
/** Parameters of one query. */
const READ_AT_ONCE = 500;
/** Rows looked at before the rest of a folder below is jumped over. */
const LOOK_AHEAD = 64;

export function createTeamFileStore(database: Database, { clock }: { clock: Clock }): TeamFileStore {
  const db: TeamFilesDatabase = database.kysely.withTables<TeamFileTables>();

  const rows = (on: TeamFilesDatabase = db) =>
    on
      .selectFrom('team_files as f')
      .innerJoin('blobs as b', 'b.sha256', 'f.sha256')
      .selectAll('f')
      .select('b.mime');

  const between = (teamId: number, from: Place, end: string | undefined) => {
    let query = rows().where('f.team_id', '=', teamId).orderBy('f.path');
    query = 'after' in from ? query.where('f.path', '>', from.after) : query.where('f.path', '>=', from.at);
    return end === undefined ? query : query.where('f.path', '<', end);
  };

  /** Directly in the folder: what lies deeper is jumped over, whatever its number. */
  async function direct(
    teamId: number,
    query: { folder: string; after?: string; limit: number },
  ): Promise<TeamFileEntry[]> {
    const { folder, limit } = query;
    const entries: TeamFileEntry[] = [];
    let from: Place = query.after === undefined ? { after: folder } : behind(query.after);
    while (entries.length < limit) {
      const ahead = Math.min(LOOK_AHEAD, limit - entries.length);
      const some = await between(teamId, from, endOfFolder(folder)).limit(ahead).execute();
      for (const row of some) {
        const [sub] = foldersOf(row.path, folder);
        if (sub === undefined) entries.push({ kind: 'file', path: row.path, file: toTeamFile(row) });
        else if (entries.at(-1)?.path !== sub) entries.push({ kind: 'folder', path: sub });
      }
      const last = entries.at(-1);
      if (some.length < ahead || last === undefined) break;
      from = behind(last.path);
    }
    return entries;
  }

  async function everything(
    teamId: number,
    query: { folder: string; after?: string; limit: number },
  ): Promise<TeamFileEntry[]> {
    const { folder, limit, after = folder } = query;
    const some = await between(teamId, { after }, endOfFolder(folder)).limit(limit).execute();
    const entries: TeamFileEntry[] = [];
    let seen = after;
    for (const row of some) {
      for (const path of foldersOf(row.path, folder))
        if (isAfter(path, seen)) entries.push({ kind: 'folder', path });
      entries.push({ kind: 'file', path: row.path, file: toTeamFile(row) });
      seen = row.path;
    }
    return entries.slice(0, limit);
  }

  return {
    put: (teamId, files, createdBy) =>
      db.transaction().execute(async (trx) => {
        const sizes = await sizesOf(trx, files);
        const added = { files: 0, bytes: 0 };
        const ids: number[] = [];
        for (const file of files) {
          const size = sizes.get(file.sha256) ?? 0;
          const put = await putOne(trx, { teamId, createdBy, now: clock.now(), size, ...file });
          ids.push(put.id);
          added.files += put.files;
          added.bytes += put.bytes;
        }
        await addTotals(trx, teamId, added);
        const found = new Map<number, TeamFileRow>();
        for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
          const some = ids.slice(from, from + READ_AT_ONCE);
          for (const row of await rows(trx).where('f.id', 'in', some).execute())
            found.set(row.id, toTeamFile(row));
        }
        return ids.flatMap((id) => found.get(id) ?? []);
      }),

    async get(id) {
      const row = await rows().where('f.id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toTeamFile(row);
    },

    async find(teamId, path) {
      const row = await rows().where('f.team_id', '=', teamId).where('f.path', '=', path).executeTakeFirst();
      return row === undefined ? undefined : toTeamFile(row);
    },

    hasFolder: (teamId, folder) => hasBelow(db, teamId, folder),

    async files(teamId, { prefix, after, limit }) {
      const from = after === undefined ? { at: prefix } : { after };
      return (await between(teamId, from, endOfPrefix(prefix)).limit(limit).execute()).map(toTeamFile);
    },

    entries: (teamId, { recursive, ...query }) =>
      recursive ? everything(teamId, query) : direct(teamId, query),

    async remove(teamId, paths) {
      let removed = 0;
      for (const path of paths) {
        // A step at a time, so that a million files hold up nobody else.
        for (let gone = -1; gone !== 0; removed += gone)
          gone = await db.transaction().execute((trx) => removeSome(trx, teamId, path));
      }
      return removed;
    },
  };
}

type Place = { after: string } | { at: string };

/** Where a listing goes on: a folder is passed with everything below it. */
const behind = (path: string): Place => (path.endsWith('/') ? { at: endOfFolder(path) } : { after: path });

async function hasBelow(
  db: TeamFilesDatabase | TeamFilesTransaction,
  teamId: number,
  folder: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('team_files')
    .select('id')
    .where('team_id', '=', teamId)
    .where('path', '>', folder)
    .where('path', '<', endOfFolder(folder))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** SLY_NOT_FOUND for bytes that are not stored. */
async function sizesOf(
  trx: TeamFilesTransaction,
  files: readonly { path: string; sha256: string }[],
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const hashes = [...new Set(files.map((one) => one.sha256))];
  for (let from = 0; from < hashes.length; from += READ_AT_ONCE) {
    const some = hashes.slice(from, from + READ_AT_ONCE);
    const blobs = await trx
      .selectFrom('blobs')
      .select(['sha256', 'size'])
      .where('sha256', 'in', some)
      .execute();
    for (const { sha256, size } of blobs) sizes.set(sha256, size);
  }
  for (const { path, sha256 } of files)
    if (!sizes.has(sha256)) throw missing(`the bytes of ${path} (SHA-256 ${sha256})`);
  return sizes;
}

/** Its id, and by how much the team has more. */
async function putOne(
  trx: TeamFilesTransaction,
  file: { teamId: number; path: string; sha256: string; size: number; createdBy: number | null; now: number },
): Promise<{ id: number; files: number; bytes: number }> {
  const { teamId, path, sha256, size, createdBy, now } = file;
  const known = await trx
    .selectFrom('team_files')
    .select(['id', 'sha256', 'size'])
    .where('team_id', '=', teamId)
    .where('path', '=', path)
    .executeTakeFirst();
  if (known !== undefined) {
    if (known.sha256 === sha256) return { id: known.id, files: 0, bytes: 0 };
    await trx
      .updateTable('team_files')
      .set({ sha256, size, updated_at: now })
      .where('id', '=', known.id)
      .execute();
    return { id: known.id, files: 0, bytes: size - known.size };
  }
  await assertFree(trx, teamId, path);
  const { id } = await trx
    .insertInto('team_files')
    .values({ team_id: teamId, path, sha256, size, created_by: createdBy, created_at: now, updated_at: now })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id, files: 1, bytes: size };
}

/** A name is a file's or a folder's, never both: no disk could hold a download of that. */
async function assertFree(trx: TeamFilesTransaction, teamId: number, path: string): Promise<void> {
  if (await hasBelow(trx, teamId, `${path}/`)) throw clash(path, 'a folder has this name');
  const above = foldersOf(path, '/').map((folder) => folder.slice(0, -1));
  if (above.length === 0) return;
  const file = await trx
    .selectFrom('team_files')
    .select('path')
    .where('team_id', '=', teamId)
    .where('path', 'in', above)
    .limit(1)
    .executeTakeFirst();
  if (file !== undefined) throw clash(path, `${file.path} is a file`);
}

function clash(path: string, why: string): SlyError {
  return new SlyError('SLY_NOT_UNIQUE', { detail: `${path}: ${why}`, hint: 'Choose another path.' });
}

async function removeSome(trx: TeamFilesTransaction, teamId: number, path: string): Promise<number> {
  const removed = await trx
    .deleteFrom('team_files')
    .where('id', 'in', (eb) => {
      const query = eb.selectFrom('team_files').select('id').where('team_id', '=', teamId);
      const wanted = path.endsWith('/')
        ? query.where('path', '>', path).where('path', '<', endOfFolder(path))
        : query.where('path', '=', path);
      return wanted.limit(REMOVED_AT_ONCE);
    })
    .returning('size')
    .execute();
  if (removed.length === 0) return 0;
  const bytes = removed.reduce((sum, row) => sum + row.size, 0);
  await addTotals(trx, teamId, { files: -removed.length, bytes: -bytes });
  return removed.length;
}

async function addTotals(
  trx: TeamFilesTransaction,
  teamId: number,
  more: { files: number; bytes: number },
): Promise<void> {
  await trx
    .insertInto('team_file_totals')
    .values({ team_id: teamId, ...more })
    .onConflict((conflict) =>
      conflict.column('team_id').doUpdateSet({
        files: sql`team_file_totals.files + ${more.files}`,
        bytes: sql`team_file_totals.bytes + ${more.bytes}`,
      }),
    )
    .execute();
}

function toTeamFile(row: {
  id: number;
  team_id: number;
  path: string;
  sha256: string;
  size: number;
  mime: string | null;
  created_by: number | null;
  created_at: number;
  updated_at: number;
}): TeamFileRow {
  return {
    id: row.id,
    teamId: row.team_id,
    path: row.path,
    sha256: row.sha256,
    size: row.size,
    mime: row.mime,
    createdBy: row.created_by,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}
