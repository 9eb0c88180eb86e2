/** A project as an export reads it: by pages, coordinates as pixel indices. */
import { type Kysely, sql } from 'kysely';
import { emptyAnnotation } from '../../format/annotation.ts';
import type { ImageAnnotation, OpaqueLabel, Tag } from '../../format/model.ts';
import { toPixel } from '../../format/subpixel.ts';
import type { ExportItem } from '../../protocol/publish.ts';
import type { ProjectType } from '../../protocol/task.ts';
import { missing } from './constraint.ts';
import type { Database } from './database.ts';
import { datasetPaths } from './dataset-paths.ts';
import { besideItems } from './export-beside.ts';
import { figureLabel } from './figure-label.ts';
import { idList } from './list-query.ts';
import { readProjectMeta } from './project-meta.ts';
import { findProject } from './project-store.ts';
import type { ExportReader } from './repositories/publications.ts';
import { jsonObject } from './row-values.ts';
import type { Tables } from './tables.ts';

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
      const images = rows.filter((row) => row.type === 'images').map((row) => row.id);
      const labels = await labelsApart(kysely, images);
      const others = rows.filter((row) => row.type !== 'images').map((row) => row.id);
      const beside = await besideItems(kysely, others);
      return rows.map((row) => ({
        ...toExportItem(row, paths.get(row.dataset_id) ?? '', labels.get(row.id) ?? []),
        ...beside.get(row.id),
      }));
    },
  };
}

function toExportItem(row: Row, dataset: string, apart: readonly OpaqueLabel[]): ExportItem {
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
    ann: row.type === 'images' ? annotationOf(row, apart) : null,
    meta: JSON.parse(row.meta) as unknown,
  };
}

function annotationOf(row: Row, apart: readonly OpaqueLabel[]): unknown {
  const own =
    row.annotation === null
      ? emptyAnnotation({ height: row.height ?? 0, width: row.width ?? 0 })
      : (JSON.parse(row.annotation) as ImageAnnotation);
  const annotation = row.subpixel === 1 ? toPixel(own) : own;
  if (apart.length === 0) return annotation;
  const { objects } = toPixel({ ...own, objects: [...apart] });
  return { ...annotation, objects: [...annotation.objects, ...objects] };
}

/** Figures that were added to images apart from their annotations, as labels. */
async function labelsApart(
  kysely: Kysely<Tables>,
  itemIds: readonly number[],
): Promise<Map<number, OpaqueLabel[]>> {
  const { rows } = await sql<FigureOfImage>`
    select f.id, f.item_id, f.class_title, f.geometry_type, f.geometry, f.json from figures f
    where f.item_id in ${idList(itemIds)} and f.waiting = 0 order by f.id`.execute(kysely);
  if (rows.length === 0) return new Map();
  const tagged = await sql<{ figure_id: number; name: string; json: string }>`
    select t.figure_id, t.name, t.json from entity_tags t
    where t.figure_id in ${idList(rows.map((row) => row.id))} order by t.id`.execute(kysely);
  const tags = Map.groupBy(tagged.rows, (tag) => tag.figure_id);
  const labels = new Map<number, OpaqueLabel[]>();
  for (const row of rows) {
    const own = (tags.get(row.id) ?? []).map(({ name, json }): Tag => ({ ...jsonObject(json), name }));
    const figure = {
      classTitle: row.class_title,
      geometryType: row.geometry_type,
      geometry: row.geometry,
      rest: row.json,
    };
    labels.set(row.item_id, [...(labels.get(row.item_id) ?? []), figureLabel(figure, own)]);
  }
  return labels;
}

interface FigureOfImage {
  id: number;
  item_id: number;
  class_title: string | null;
  geometry_type: string;
  geometry: string;
  json: string;
}
