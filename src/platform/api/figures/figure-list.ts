/**
 * Lists of figures: which ones a page has is known at once, they themselves are read some at a time while the reply is
 * sent. Of images first the labels by image and place, then the figures that were added apart.
 */
import { SlyError } from '../../../lib/errors.ts';
import { createPagePlaces } from '../../../lib/page-places.ts';
import type { LabelRange } from '../../store/repositories/figures.ts';
import type { Filter, ListQuery } from '../../store/repositories/lists.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import type { LongList } from '../lists/list-stream.ts';
import { createFigureEntities, type FigureEntityJson } from './figure-entities.ts';
import { ids as idsOf } from './ids-of-projects.ts';
import { labelsByIds } from './image-labels.ts';
import { isLabelId, itemOfLabel, labelId } from './label-ids.ts';

const AT_ONCE = 500;

type Query = ListQuery & { datasetId: number };
/** What a page has. */
interface Page {
  labels: LabelRange[];
  figures: number[];
}

/** Where a page of images' figures begins. */
interface PageStart {
  /** Label or figure; 0 = none. */
  after: number;
  /** What was newest at the first page. */
  lastItem: number;
  lastFigure: number;
  total: number;
}

export function createFigureList(stores: Stores) {
  const entities = createFigureEntities(stores);
  const places = createPagePlaces<PageStart>();

  async function* readFigures(ids: readonly number[]): AsyncGenerator<FigureEntityJson[]> {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const rows = await stores.figures.get(ids.slice(at, at + AT_ONCE));
      yield entities.ofRows(rows.filter((row) => !row.waiting));
    }
  }

  async function* read(page: Page, integerCoords: boolean): AsyncGenerator<FigureEntityJson[]> {
    for (const ranges of inParts(page.labels))
      yield entities.ofLabels(await stores.imageLabels.read(ranges), integerCoords);
    yield* readFigures(page.figures);
  }

  async function ofItems(query: Query): Promise<LongList> {
    const { total, entities: rows } = await stores.figures.list(query);
    return { total, count: rows.length, last: rows.at(-1)?.id ?? 0, batches: readFigures(idsOf(rows)) };
  }

  /** Behind a label or a figure; 0 = the beginning. */
  async function pageBehind(
    query: Query,
    of: LabelsOf,
    { place, bounds }: { place: number; bounds: PageStart | undefined },
  ): Promise<Page> {
    const { datasetId, filter = [], perPage } = query;
    const inLabels = place === 0 || isLabelId(place);
    const after = inLabels && place > 0 ? await lastRead(place) : undefined;
    const upTo = bounds === undefined ? {} : { upTo: bounds.lastItem };
    const labels = inLabels
      ? await stores.imageLabels.page({ ...of, ...upTo }, { after, limit: perPage })
      : [];
    const room = perPage - lengthOf(labels);
    if (room === 0) return { labels, figures: [] };
    const bounded =
      bounds === undefined
        ? filter
        : [...filter, { field: 'id', operator: '<=', value: bounds.lastFigure } as const];
    const from = { datasetId, filter: bounded, after: inLabels ? 0 : place, perPage: room };
    return { labels, figures: idsOf((await stores.figures.list(from)).entities) };
  }

  /** Where a label is, or was: ids in an annotation grow with the places. */
  async function lastRead(id: number): Promise<{ itemId: number; at: number }> {
    const itemId = itemOfLabel(id);
    const labels = await stores.imageLabels.read([{ itemId, from: 0, to: Number.MAX_SAFE_INTEGER }]);
    const next = labels.findIndex((row) => labelId(itemId, row.label, row.at) > id);
    return { itemId, at: next < 0 ? Number.MAX_SAFE_INTEGER : next - 1 };
  }

  /** A page whose place is not known. */
  async function pageAt(query: Query, of: LabelsOf, skip: number): Promise<Page> {
    const { perPage } = query;
    const labels = await stores.imageLabels.page(of, { skip, limit: perPage });
    const room = perPage - lengthOf(labels);
    if (room === 0) return { labels, figures: [] };
    // Behind the labels the other figures go on: at most two of their pages touch this one.
    const behind = Math.max(0, skip - (await stores.imageLabels.count(of)));
    const first = Math.floor(behind / perPage) + 1;
    const pages = [];
    for (const page of [first, first + 1])
      pages.push(...(await stores.figures.list({ ...query, sort: 'id', order: 'asc', page })).entities);
    const at = behind % perPage;
    return { labels, figures: idsOf(pages.slice(at, at + room)) };
  }

  async function ofImages(query: Query, integerCoords: boolean): Promise<LongList> {
    const { perPage, page: number = 1, after, filter = [] } = query;
    const { ids, itemIds } = only(filter);
    if (ids !== undefined) return named(query, ids, integerCoords);
    const of = { datasetId: query.datasetId, ...(itemIds !== undefined && { itemIds }) };
    const list = JSON.stringify([of, perPage]);
    const known = after === undefined ? places.startOf(list, number) : undefined;
    const start = known ?? (await beginning(query, of));
    const isNext = known !== undefined || number === 1;
    const place = after ?? (isNext ? start.after : undefined);
    const bounds = after === undefined ? start : undefined;
    const page =
      place === undefined
        ? await pageAt(query, of, (number - 1) * perPage)
        : await pageBehind(query, of, { place, bounds });
    const last = (await lastOf(page)) ?? place ?? 0;
    if (number === 1 && start.total <= perPage) places.forget(list);
    else if (after === undefined) places.read(list, number, { ...start, after: last });
    const count = lengthOf(page.labels) + page.figures.length;
    return { total: start.total, count, last, batches: read(page, integerCoords) };
  }

  async function beginning({ datasetId, filter = [] }: Query, of: LabelsOf): Promise<PageStart> {
    const newest = { datasetId, perPage: 1, sort: 'id', order: 'desc' } as const;
    const figures = await stores.figures.list({ ...newest, filter });
    const items = await stores.items.list(newest);
    return {
      after: 0,
      lastItem: items.entities[0]?.id ?? 0,
      lastFigure: figures.entities[0]?.id ?? 0,
      total: (await stores.imageLabels.count(of)) + figures.total,
    };
  }

  async function lastOf({ labels, figures }: Page): Promise<number | undefined> {
    const range = labels.at(-1);
    if (figures.length > 0 || range === undefined) return figures.at(-1);
    const [row] = await stores.imageLabels.read([{ ...range, from: range.to - 1 }]);
    return row === undefined ? undefined : labelId(row.itemId, row.label, row.at);
  }

  async function named(query: Query, ids: readonly number[], integerCoords: boolean): Promise<LongList> {
    const { datasetId, perPage, page = 1, after = 0 } = query;
    const rows = (await stores.figures.get(ids.filter((id) => !isLabelId(id)))).filter((row) => !row.waiting);
    const labels = [...(await labelsByIds(stores, ids.filter(isLabelId))).values()];
    const isHere = (one: { datasetId: number }) => one.datasetId === datasetId;
    const all = [
      ...(await entities.ofRows(rows.filter(isHere))),
      ...(await entities.ofLabels(labels.filter(isHere), integerCoords)),
    ].filter((one) => one.id > after);
    const offset = query.after === undefined ? (page - 1) * perPage : 0;
    const shown = all.sort((a, b) => a.id - b.id).slice(offset, offset + perPage);
    const batches = (async function* () {
      yield shown;
    })();
    return { total: all.length, count: shown.length, last: shown.at(-1)?.id ?? 0, batches };
  }

  return { ofItems, ofImages };
}

type LabelsOf = Parameters<Stores['imageLabels']['count']>[0];

const lengthOf = (ranges: readonly LabelRange[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from, 0);

/** An image is never read twice for one page. */
function* inParts(ranges: readonly LabelRange[]): Generator<LabelRange[]> {
  let part: LabelRange[] = [];
  for (const range of ranges) {
    part.push(range);
    if (lengthOf(part) < AT_ONCE) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
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
