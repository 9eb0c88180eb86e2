/**
 * A copy of a project, made in short transactions behind an open publication: nobody sees it before the commit. What
 * was copied is noted row by row (`clone_rows`) in the transaction that copies it, so whoever goes on after a stop goes
 * on where it was. Bytes are named by their hashes, none is copied. Rows that come or go meanwhile may be in it or not.
 */
import type { ProjectMeta } from '../../format/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';
import { copyTable, type DatasetPair, tablesWithout } from './clone-tables.ts';
import { missing } from './constraint.ts';
import type { Database, SqliteConnection } from './database.ts';
import { readProjectMeta, writeProjectMeta } from './project-meta.ts';
import { createPublicationStore } from './publication-store.ts';
import type { CloneStore } from './repositories/clones.ts';
import { jsonObject } from './row-values.ts';
import { statement } from './statements.ts';

interface Source {
  type: string;
  name: string;
  items_count: number;
  description: string;
  readme: string;
  settings: string;
  custom_data: string;
}

export function createCloneStore(db: Database, deps: { clock: Clock }): CloneStore {
  const { clock } = deps;
  const publications = createPublicationStore(db, deps);

  const sourceOf = (sqlite: SqliteConnection, id: number): Source => {
    const row = statement<[number], Source>(
      sqlite,
      'SELECT * FROM projects WHERE id = ? AND archived_at IS NULL AND staged = 0',
    ).get(id);
    if (row === undefined) throw missing(`project ${id}`);
    return row;
  };

  return {
    async begin(taskKey, { sourceId, name, workspaceId, leftOut }) {
      const { source, run } = await db.transaction((sqlite) => ({
        source: sourceOf(sqlite, sourceId),
        run: runOf(sqlite, taskKey),
      }));
      const begun = await publications.begin(taskKey, {
        ...{ attempt: 1, run, projectName: name, workspaceId, conflict: 'rename' },
        projectType: source.type as never,
      });
      if (!begun.committed) {
        const pair = { from: sourceId, to: begun.projectId };
        await db.transaction((sqlite) => {
          const meta = leftOut.has('meta') ? undefined : readProjectMeta(sqlite, sourceId);
          copyProject(sqlite, sourceOf(sqlite, sourceId), pair, { meta, now: clock.now() });
          if (!leftOut.has('datasets')) copyDatasets(sqlite, begun.publicationId, pair, clock.now());
        });
      }
      return { publicationId: begun.publicationId, items: leftOut.has('items') ? 0 : source.items_count };
    },

    async *copy(publicationId, leftOut) {
      const pairs = await db.transaction((sqlite) => pairsOf(sqlite, publicationId));
      for (const pair of pairs) {
        for (const table of tablesWithout(leftOut)) {
          for (let after: number | undefined; ; ) {
            const done = await db.transaction((sqlite) => {
              const from = after ?? lastCopied(sqlite, publicationId, table.name, pair.from);
              return copyTable(sqlite, table, {
                publicationId,
                pair,
                leftOut,
                after: from,
                now: clock.now(),
              });
            });
            if (done === undefined) break;
            after = done.last;
            yield { items: table.name === 'items' ? done.rows : 0 };
          }
        }
      }
    },

    async commit(publicationId) {
      // Its classes and tags are there already.
      const projectType = await typeOf(publicationId);
      const meta = { projectType, classes: [], tags: [] };
      const reply = await publications.commit(publicationId, { meta, segments: 0 });
      await forget(publicationId);
      return reply;
    },

    async drop(publicationId) {
      await publications.drop(publicationId);
      await forget(publicationId);
    },
  };

  async function typeOf(publicationId: number): Promise<string | undefined> {
    const row = await db.kysely
      .selectFrom('publications')
      .innerJoin('projects', 'projects.id', 'publications.project_id')
      .select('projects.type')
      .where('publications.id', '=', publicationId)
      .executeTakeFirst();
    return row?.type;
  }

  async function forget(publicationId: number): Promise<void> {
    for (let removed = 1; removed > 0; ) {
      removed = await db.transaction(
        (sqlite) =>
          statement<[number]>(
            sqlite,
            `DELETE FROM clone_rows WHERE (publication_id, kind, dataset_id, old_id) IN
               (SELECT publication_id, kind, dataset_id, old_id FROM clone_rows WHERE publication_id = ? LIMIT 5000)`,
          ).run(publicationId).changes,
      );
    }
  }
}

/** The one that is open or committed; a new one after what was dropped. */
function runOf(sqlite: SqliteConnection, taskKey: string): number {
  const last = statement<[string], { run: number; state: string }>(
    sqlite,
    'SELECT run, state FROM publications WHERE task_key = ? ORDER BY run DESC LIMIT 1',
  ).get(taskKey);
  if (last === undefined) return 1;
  return last.state === 'open' || last.state === 'committed' ? last.run : last.run + 1;
}

function copyProject(
  sqlite: SqliteConnection,
  source: Source,
  { to }: DatasetPair,
  { meta, now }: { meta: ProjectMeta | undefined; now: number },
): void {
  if (meta !== undefined) writeProjectMeta(sqlite, to, meta, now);
  const settings = jsonObject(source.settings);
  if (typeof settings.groupImagesByTagId === 'number') {
    settings.groupImagesByTagId =
      statement<[number, number], { id: number }>(
        sqlite,
        'SELECT n.id FROM tags o JOIN tags n ON n.name = o.name AND n.project_id = ? WHERE o.id = ?',
      ).get(to, settings.groupImagesByTagId)?.id ?? null;
  }
  statement<[string, string, string, string, number]>(
    sqlite,
    'UPDATE projects SET description = ?, readme = ?, settings = ?, custom_data = ? WHERE id = ?',
  ).run(source.description, source.readme, JSON.stringify(settings), source.custom_data, to);
}

interface DatasetRow {
  id: number;
  parent_id: number | null;
}

/** Those that are not there yet, parents before children. */
function copyDatasets(
  sqlite: SqliteConnection,
  publicationId: number,
  { from, to }: DatasetPair,
  now: number,
): void {
  const known = new Map(pairsOf(sqlite, publicationId).map((pair) => [pair.from, pair.to]));
  const rows = statement<[number], DatasetRow>(
    sqlite,
    `SELECT id, parent_id FROM datasets WHERE project_id = ? AND archived_at IS NULL AND publication_id IS NULL
     ORDER BY id`,
  ).all(from);
  const insert = statement<[number, number | null, number, number, number, number]>(
    sqlite,
    `INSERT INTO datasets (project_id, parent_id, name, description, custom_data, publication_id, created_by,
       created_at, updated_at)
     SELECT ?, ?, name, description, custom_data, ?, created_by, ?, ? FROM datasets WHERE id = ?`,
  );
  const note = statement<[number, number, number, number]>(
    sqlite,
    `INSERT INTO clone_rows (publication_id, kind, dataset_id, old_id, new_id) VALUES (?, 'datasets', ?, ?, ?)`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const copied = (id: number): number => {
    const there = known.get(id);
    if (there !== undefined) return there;
    const row = byId.get(id);
    if (row === undefined)
      throw new SlyError('SLY_NOT_FOUND', { detail: `dataset ${id} was removed meanwhile` });
    const parent = row.parent_id === null ? null : copied(row.parent_id);
    const made = Number(insert.run(to, parent, publicationId, now, now, id).lastInsertRowid);
    note.run(publicationId, id, id, made);
    known.set(id, made);
    return made;
  };
  for (const { id } of rows) copied(id);
}

function pairsOf(sqlite: SqliteConnection, publicationId: number): DatasetPair[] {
  return statement<[number], DatasetPair>(
    sqlite,
    `SELECT old_id AS "from", new_id AS "to" FROM clone_rows WHERE publication_id = ? AND kind = 'datasets'`,
  ).all(publicationId);
}

function lastCopied(
  sqlite: SqliteConnection,
  publicationId: number,
  kind: string,
  datasetId: number,
): number {
  const row = statement<[number, string, number], { last: number | null }>(
    sqlite,
    'SELECT max(old_id) AS last FROM clone_rows WHERE publication_id = ? AND kind = ? AND dataset_id = ?',
  ).get(publicationId, kind, datasetId);
  return row?.last ?? 0;
}
