/** The items before and after one in what is looked at. */
import { call } from '../api.ts';
import type { Page, Project } from '../shapes.ts';
import { type GalleryFilter, itemsOf } from './gallery-filter.ts';
import { modalityOf } from './modality.ts';

export interface Neighbours {
  previous: number | undefined;
  next: number | undefined;
}

export async function neighboursOf(
  project: Project,
  id: number,
  filter: GalleryFilter,
  signal: AbortSignal,
): Promise<Neighbours> {
  const [previous, next] = await Promise.all([
    neighbour(project, id, filter, '<', signal),
    neighbour(project, id, filter, '>', signal),
  ]);
  return { previous, next };
}

async function neighbour(
  project: Project,
  id: number,
  filter: GalleryFilter,
  operator: '<' | '>',
  signal: AbortSignal,
): Promise<number | undefined> {
  const page = await call<Page<{ id: number }>>(
    `${modalityOf(project.type).methods}.list`,
    {
      ...itemsOf(project, filter, [{ field: 'id', operator, value: id }]),
      sort: 'id',
      sort_order: operator === '<' ? 'desc' : 'asc',
      per_page: 1,
      fields: ['id'],
    },
    signal,
  );
  return page.entities[0]?.id;
}
