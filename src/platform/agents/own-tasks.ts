/**
 * Tasks the platform does itself: no agent has what they want, so none is offered them. One at a time, oldest first;
 * a task that a stopped process left in the middle is the next one again.
 */
import { sql } from 'kysely';
import type { TaskState } from '../../protocol/task-state.ts';
import { type OwnTask, type OwnTasks, PLATFORM_PLUGIN } from '../ports/tasks.ts';
import { find } from './apply-event.ts';
import type { Feed } from './feed.ts';
import type { AgentsDatabase } from './tables.ts';
import { advance, endReported, leaseToPlatform } from './task-moves.ts';
import type { TaskReader } from './task-reader.ts';
import type { TaskWriter } from './task-writer.ts';

const WORK: readonly TaskState[] = ['leased', 'fetching', 'converting', 'publishing'];
const FACTS = { plugin: null, because: null };

export function createOwnTasks(deps: {
  db: AgentsDatabase;
  reader: TaskReader;
  writer: TaskWriter;
  feed: Feed;
}): OwnTasks {
  const { db, reader, writer, feed } = deps;

  return {
    async take() {
      const next = await db
        .selectFrom('tasks')
        .select('key')
        // A literal: SQLite uses a partial index only when it sees the condition itself.
        .where('wanted_plugin', '=', sql.lit(PLATFORM_PLUGIN))
        .where('ended_at', 'is', null)
        .where('agent_id', 'is', null)
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      if (next === undefined) return undefined;
      return writer.write(async (ctx): Promise<OwnTask | undefined> => {
        let row = await find(ctx, next.key);
        if (row === undefined || row.ended_at !== null) return undefined;
        if (row.state === 'queued') row = await leaseToPlatform(ctx, row);
        for (const state of WORK.slice(WORK.indexOf(row.state) + 1))
          row = await advance(ctx, row, { state, at: ctx.now, ...FACTS });
        const { id, key, team_id: teamId } = row;
        return { id, key, teamId, spec: JSON.parse(row.spec) as OwnTask['spec'] };
      });
    },

    async isCanceled({ id }) {
      return (await reader.need(id)).cancel_reason !== null;
    },

    progress: (task, progress) => feed.progress(task, progress),

    async end({ key }, end) {
      await writer.write(async (ctx) => {
        const row = await find(ctx, key);
        if (row === undefined || row.ended_at !== null) return;
        await endReported(ctx, row, { ...end, at: ctx.now, ...FACTS });
      });
    },
  };
}
