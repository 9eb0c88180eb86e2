/** Figures and labels of images as lists have them. */
import { SlyError } from '../../../lib/errors.ts';
import type {
  FigureRow,
  Filter,
  ImageLabelRow,
  Listed,
  ListQuery,
  Stores,
} from '../../store/repositories.ts';
import { ids as idsOf, idsOfProjects } from './ids-of-projects.ts';
import { labelEntity, labelsByIds } from './image-labels.ts';
import { isLabelId } from './label-ids.ts';
import { figureEntity, grouped } from './label-json.ts';

type Entity = Record<string, unknown> & { id: number };
type Query = ListQuery & { datasetId: number };

export function createFigureEntities(stores: Stores) {
  async function ofRows(rows: readonly FigureRow[]): Promise<Entity[]> {
    const ids = await idsOfProjects(stores, rows);
    const tags = grouped(await stores.entityTags.of('figure', idsOf(rows)), (tag) => tag.figureId);
    return rows.map((row) => figureEntity(row, tags.get(row.id) ?? [], ids(row.projectId)));
  }

  async function ofLabels(rows: readonly ImageLabelRow[], integerCoords: boolean): Promise<Entity[]> {
    const ids = await idsOfProjects(stores, rows);
    return rows.map((row) => labelEntity(row, { ids: ids(row.projectId), integerCoords }));
  }

  async function ofItems(query: Query): Promise<Listed<Entity>> {
    const { total, entities } = await stores.figures.list(query);
    return { total, entities: await ofRows(entities) };
  }

  /** Labels by image and place, then the figures that were added apart. Pages only. */
  async function ofImages(query: Query, integerCoords: boolean): Promise<Listed<Entity>> {
    const { datasetId, perPage, page = 1, filter = [] } = query;
    if (query.after !== undefined)
      throw new SlyError('SLY_USAGE', { detail: 'figures of images: expected pages, got a token' });
    const offset = (page - 1) * perPage;
    const asked = only(filter);
    if (asked.ids !== undefined) {
      const rows = await stores.figures.get(asked.ids.filter((id) => !isLabelId(id)));
      const labels = [...(await labelsByIds(stores, asked.ids.filter(isLabelId))).values()];
      const all = [
        ...(await ofRows(rows.filter((row) => row.datasetId === datasetId && !row.waiting))),
        ...(await ofLabels(
          labels.filter((row) => row.datasetId === datasetId),
          integerCoords,
        )),
      ];
      return { total: all.length, entities: all.slice(offset, offset + perPage) };
    }
    const itemIds = asked.itemIds === undefined ? {} : { itemIds: asked.itemIds };
    const labels = await stores.imageLabels.list({ datasetId, ...itemIds, offset, limit: perPage });
    // Behind the labels the other figures go on: at most two of their pages touch this one.
    const behind = Math.max(0, offset - labels.total);
    const room = perPage - labels.entities.length;
    const first = Math.floor(behind / perPage) + 1;
    const pages = [await stores.figures.list({ ...query, page: first })];
    if (room > perPage - (behind % perPage))
      pages.push(await stores.figures.list({ ...query, page: first + 1 }));
    const rows = pages.flatMap(({ entities }) => entities).slice(behind % perPage, (behind % perPage) + room);
    return {
      total: labels.total + (pages[0]?.total ?? 0),
      entities: [...(await ofLabels(labels.entities, integerCoords)), ...(await ofRows(rows))],
    };
  }

  return { ofRows, ofLabels, ofItems, ofImages };
}

/** By id or by entity; labels have no columns for anything else. */
function only(filter: readonly Filter[]): { ids?: number[]; itemIds?: number[] } {
  const asked: { ids?: number[]; itemIds?: number[] } = {};
  for (const { field, operator, value } of filter) {
    const values = (Array.isArray(value) ? value : [value]).map(Number);
    if (operator === '=' || operator === 'in') {
      if (field === 'id') asked.ids = values;
      if (field === 'entityId') asked.itemIds = values;
    }
    if ((field !== 'id' && field !== 'entityId') || (operator !== '=' && operator !== 'in')) {
      throw new SlyError('SLY_USAGE', {
        detail: `figures of images: expected filters id or entityId with = or in, got ${field} ${operator}`,
      });
    }
  }
  return asked;
}
