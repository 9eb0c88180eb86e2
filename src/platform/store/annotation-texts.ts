/** Annotations of a project by pages, as they are stored, for whoever counts them. */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import type { AnnotationTexts } from './repositories/annotations.ts';

interface Row {
  id: number;
  width: number | null;
  height: number | null;
  json: string | null;
  subpixel: number | null;
}

export function createAnnotationTexts(db: Database): AnnotationTexts {
  return {
    async page(projectId, { after, limit }) {
      const { rows } = await sql<Row>`
        select i.id, i.width, i.height, a.json, a.subpixel
        from items i left join annotations a on a.item_id = i.id
        where ${visibleAfter(projectId, after)}
        order by i.id limit ${limit}`.execute(db.kysely);
      return rows.map((row) => ({
        id: row.id,
        width: row.width,
        height: row.height,
        annotation: row.json,
        subpixel: row.subpixel === 1,
      }));
    },
  };
}

/** Of the items `i` of a project those that can be seen, after an id. */
export const visibleAfter = (projectId: number, after: number): RawBuilder<unknown> =>
  sql`i.project_id = ${projectId} and i.id > ${after} and i.publication_id is null and +i.dataset_id not in
    (select id from datasets where project_id = ${projectId} and archived_at is not null)`;
