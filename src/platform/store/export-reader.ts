/** A project as an export reads it: by pages, coordinates as pixel indices. */
import { sql } from 'kysely';
import { emptyAnnotation } from '../../format/annotation.ts';
import type { ImageAnnotation } from '../../format/model.ts';
import { toPixel } from '../../format/subpixel.ts';
import type { ExportItem } from '../../protocol/publish.ts';
import type { ProjectType } from '../../protocol/task.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import { datasetPaths } from './dataset-paths.ts';
import { idList } from './list-query.ts';
import { readProjectMeta } from './project-meta.ts';
import { findProject } from './project-store.ts';
import type { ExportReader } from './repositories.ts';

interface Row {
  id: number;
  dataset_id: number;
  type: ProjectType;
  name: string;
  sha256: string | null;
  size: number;
  link: string | null;
  mime: string | null;
  width: number | null;
  height: number | null;
  meta: string;
  annotation: string | null;
  subpixel: number | null;
}

export function createExportReader(db: Database): ExportReader {
  const { kysely } = db;
  return {
    async project(id) {
      const project = await findProject(kysely, id);
      if (project === undefined) throw missing(`project ${id}`);
      const { classes, tags, ...rest } = await db.transaction((sqlite) => readProjectMeta(sqlite, id));
      const paths = await datasetPaths(kysely, id);
      const counts = await kysely
        .selectFrom('datasets')
        .select(['id', 'items_count'])
        .where('project_id', '=', id)
        .where('archived_at', 'is', null)
        .where('publication_id', 'is', null)
        .orderBy('id')
        .execute();
      return {
        id,
        name: project.name,
        type: project.type,
        // Ids mean something on this platform only.
        meta: {
          ...rest,
          classes: classes.map(({ id: _id, ...one }) => one),
          tags: tags.map(({ id: _id, ...one }) => one),
        },
        datasets: counts.map((row) => ({
          id: row.id,
          path: paths.get(row.id) ?? '',
          items: row.items_count,
        })),
        items: project.itemsCount,
        bytes: project.size,
      };
    },

    async items(projectId, { after, limit, datasetIds }) {
      const paths = await datasetPaths(kysely, projectId);
      const wanted = [...paths.keys()].filter((id) => datasetIds === undefined || datasetIds.includes(id));
      const { rows } = await sql<Row>`
        select i.*, a.json as annotation, a.subpixel from items i left join annotations a on a.item_id = i.id
        where i.project_id = ${projectId} and i.id > ${after} and i.publication_id is null
          and +i.dataset_id in ${idList(wanted)}
        order by i.id limit ${limit}`.execute(kysely);
      return rows.map((row) => toExportItem(row, paths.get(row.dataset_id) ?? ''));
    },
  };
}

function toExportItem(row: Row, dataset: string): ExportItem {
  return {
    id: row.id,
    dataset,
    name: row.name,
    sha256: row.sha256,
    size: row.size,
    link: row.link,
    mime: row.mime,
    width: row.width,
    height: row.height,
    ann: annotationOf(row),
    meta: JSON.parse(row.meta) as unknown,
  };
}

function annotationOf(row: Row): unknown {
  if (row.annotation === null) return emptyAnnotation({ height: row.height ?? 0, width: row.width ?? 0 });
  const annotation = JSON.parse(row.annotation) as ImageAnnotation;
  return row.subpixel === 1 ? toPixel(annotation) : annotation;
}
