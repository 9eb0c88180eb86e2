/** Rows of labels in the order of an index, a page at a time, for whoever counts them. */
import { sql } from 'kysely';
import { visibleAfter } from './annotation-texts.ts';
import type { Database } from './database.ts';
import type { LabelCounts } from './repositories/counting.ts';
import { jsonObject } from './row-values.ts';

interface ItemRow {
  id: number;
  sha256: string | null;
  width: number | null;
  height: number | null;
  meta: string;
}

export function createLabelCounts({ kysely }: Database): LabelCounts {
  return {
    async items(projectId, { after, limit }) {
      const { rows } = await sql<ItemRow>`
        select i.id, i.sha256, i.width, i.height, i.meta from items i
        where ${visibleAfter(projectId, after)}
        order by i.id limit ${limit}`.execute(kysely);
      return rows.map((row) => ({ ...row, meta: jsonObject(row.meta) }));
    },

    async figures({ first, last }, { after, limit }) {
      const { itemId, plane, frame, id } = after ?? { itemId: first, plane: '', frame: -2, id: 0 };
      const { rows } = await sql<Row<'figures'>>`
        select f.item_id as "itemId", f.plane, f.frame, f.id, coalesce(f.class_title, o.class_title) as title
        from figures f left join objects o on o.id = f.object_id
        where f.item_id <= ${last} and (f.item_id, f.plane, f.frame, f.id) > (${itemId}, ${plane}, ${frame}, ${id})
          and f.waiting = 0
        order by f.item_id, f.plane, f.frame, f.id limit ${limit}`.execute(kysely);
      return rows;
    },

    async objects({ first, last }, { after, limit }) {
      const { itemId, id } = after ?? { itemId: first, id: 0 };
      const { rows } = await sql<Row<'objects'>>`
        select o.item_id as "itemId", o.id, o.class_title as title from objects o
        where o.item_id <= ${last} and (o.item_id, o.id) > (${itemId}, ${id}) and o.publication_id is null
        order by o.item_id, o.id limit ${limit}`.execute(kysely);
      return rows;
    },

    async tags({ first, last }, { after, limit }) {
      const { itemId, id } = after ?? { itemId: first, id: 0 };
      const { rows } = await sql<Row<'tags'>>`
        select t.item_id as "itemId", t.id, t.name from entity_tags t
        where t.item_id <= ${last} and (t.item_id, t.id) > (${itemId}, ${id}) and t.publication_id is null
        order by t.item_id, t.id limit ${limit}`.execute(kysely);
      return rows;
    },

    async datasets(projectId) {
      const rows = await kysely
        .selectFrom('datasets')
        .select('id')
        .where('project_id', '=', projectId)
        .where('archived_at', 'is', null)
        .where('publication_id', 'is', null)
        .orderBy('id')
        .execute();
      return rows.map(({ id }) => id);
    },

    async datasetObjects(datasetId, { after, limit }) {
      const { rows } = await sql<Row<'datasetObjects'>>`
        select o.id, case when o.item_id is null and o.publication_id is null then o.class_title end as title
        from objects o
        where o.dataset_id = ${datasetId} and o.id > ${after?.id ?? 0} order by o.id limit ${limit}`.execute(
        kysely,
      );
      return rows;
    },

    async objectTags(datasetId, { after, limit }) {
      const { rows } = await sql<Row<'objectTags'>>`
        select t.id, case when t.item_id is null and (t.object_id is not null or t.figure_id is not null)
          and t.publication_id is null then t.name end as name
        from entity_tags t where t.dataset_id = ${datasetId} and t.id > ${after?.id ?? 0} order by t.id limit ${limit}`.execute(
        kysely,
      );
      return rows;
    },
  };
}

type Row<M extends 'figures' | 'objects' | 'tags' | 'datasetObjects' | 'objectTags'> = Awaited<
  ReturnType<LabelCounts[M]>
>[number];
