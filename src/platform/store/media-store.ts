/** What was read from the bytes of videos and volumes. Only a memory: without it the bytes are read again. */
import { sql } from 'kysely';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from './database.ts';
import type { MediaStore } from './repositories/figures.ts';
import { jsonObject } from './row-values.ts';

export function createMediaStore({ kysely }: Database, { clock }: { clock: Clock }): MediaStore {
  return {
    async get(hashes, reader) {
      const { rows } = await sql<{ sha256: string; json: string | null; problem: string | null }>`
        select m.sha256, m.json, m.problem from media m
        where m.sha256 in (select value from json_each(${JSON.stringify(hashes)})) and m.reader = ${reader}`.execute(
        kysely,
      );
      return rows.map((row) => ({
        sha256: row.sha256,
        facts: row.json === null ? null : jsonObject(row.json),
        problem: row.problem,
      }));
    },

    async put({ sha256, facts, problem }, reader) {
      const json = facts === null ? null : JSON.stringify(facts);
      await sql`insert into media (sha256, json, problem, reader, created_at)
        values (${sha256}, ${json}, ${problem}, ${reader}, ${clock.now()})
        on conflict (sha256) do update set json = excluded.json, problem = excluded.problem,
          reader = excluded.reader`.execute(kysely);
    },
  };
}
