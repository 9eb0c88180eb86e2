/** When the objects of a video are there. Read from indexes, however many figures there are. */
import { setImmediate as breathe } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { ObjectLife, TimelineStore } from './repositories/figures.ts';
import type { Tables } from './tables.ts';

export function createTimelineStore({ kysely }: Database): TimelineStore {
  return {
    async classes(itemId) {
      const { rows } = await sql<{ title: string; objects: number }>`
        select o.class_title as title, count(*) as objects from objects o where o.item_id = ${itemId}
        group by o.class_title order by objects desc, title`.execute(kysely);
      return rows;
    },

    async lastFrame(itemId) {
      const { rows } = await sql<{ frame: number }>`
        select f.frame from figures f where f.item_id = ${itemId} and f.plane = '' and f.waiting = 0
        order by f.frame desc limit 1`.execute(kysely);
      return rows[0]?.frame;
    },

    async lives(itemId, objectIds, step) {
      const lives = new Map<number, ObjectLife>();
      for (const id of objectIds) {
        lives.set(id, await life(kysely, { itemId, objectId: id, step }));
        // Of an object with a million figures this takes a while.
        await breathe();
      }
      return lives;
    },
  };
}

async function life(
  kysely: Kysely<Tables>,
  { itemId, objectId, step }: { itemId: number; objectId: number; step: number },
): Promise<ObjectLife> {
  // Parts of `step` frames that follow each other have the same difference between their number and their rank.
  const { rows } = await sql<{ first: number; last: number; figures: number }>`
    with parts as (
      select f.frame / cast(${step} as integer) as part, min(f.frame) as first, max(f.frame) as last, count(*) as n
      from figures f
      where f.object_id = ${objectId} and f.item_id = ${itemId} and f.waiting = 0
      group by part
    ), ranked as (
      select first, last, n, part - row_number() over (order by part) as run from parts
    )
    select min(first) as first, max(last) as last, sum(n) as figures from ranked group by run order by first`.execute(
    kysely,
  );
  return {
    figures: rows.reduce((sum, row) => sum + row.figures, 0),
    ranges: rows.map(({ first, last }) => [first, last]),
  };
}
