/**
 * Imports on their way to being visible.
 * Invariants: staged rows carry their publication's id and nobody else sees them; at most one publication of
 * a task is open; whatever is superseded or dropped never becomes visible, and its rows go.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Database } from './database.ts';
import { beginPublication } from './publications/begin-publication.ts';
import { commitPublication } from './publications/commit-publication.ts';
import { clearStaged } from './publications/drop-staged.ts';
import { publicationRow } from './publications/publication-rows.ts';
import { stageSegment } from './publications/stage-segment.ts';
import type { PublicationStore } from './repositories/publications.ts';
import { statement } from './statements.ts';

export function createPublicationStore(db: Database, { clock }: { clock: Clock }): PublicationStore {
  /** Also what an earlier process did not finish clearing. */
  async function clearEnded(taskKey: string): Promise<void> {
    const ended = await db.kysely
      .selectFrom('publications')
      .select('id')
      .where('task_key', '=', taskKey)
      .where('state', 'in', ['superseded', 'dropped'])
      .execute();
    for (const { id } of ended) await clearStaged(db, id);
  }

  async function drop(publicationId: number): Promise<void> {
    await db.transaction((sqlite) => {
      const row = publicationRow(sqlite, publicationId);
      if (row?.state !== 'open') return;
      const now = clock.now();
      statement<[number, number]>(
        sqlite,
        `UPDATE publications SET state = 'dropped', updated_at = ? WHERE id = ?`,
      ).run(now, publicationId);
      if (row.made_project === 0) return;
      // Its name is free at once.
      statement<[number, number | null]>(
        sqlite,
        'UPDATE projects SET archived_at = ? WHERE id = ? AND staged = 1',
      ).run(now, row.project_id);
    });
    await clearStaged(db, publicationId);
  }

  return {
    async begin(taskKey, request) {
      const reply = await db.transaction((sqlite) => beginPublication(sqlite, taskKey, request, clock.now()));
      await clearEnded(taskKey);
      return reply;
    },

    async owner(publicationId) {
      const row = await db.kysely
        .selectFrom('publications')
        .select(['task_key', 'attempt'])
        .where('id', '=', publicationId)
        .executeTakeFirst();
      return row === undefined ? undefined : { taskKey: row.task_key, attempt: row.attempt };
    },

    putSegment: (publicationId, number, lines, look) =>
      stageSegment(db, { publicationId, number, lines, look, now: () => clock.now() }),

    commit: (publicationId, { meta }) =>
      db.transaction((sqlite) => commitPublication(sqlite, publicationId, meta, clock.now())),

    drop,

    async dropOpenOf(taskKey, attempt) {
      const open = await db.kysely
        .selectFrom('publications')
        .select('id')
        .where('task_key', '=', taskKey)
        .where('attempt', '=', attempt)
        .where('state', '=', 'open')
        .execute();
      for (const { id } of open) await drop(id);
      await clearEnded(taskKey);
    },
  };
}
