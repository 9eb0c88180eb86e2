/** An item of a project with its neighbours in what the gallery shows. */
import { useRef } from 'preact/hooks';
import { type Loaded, useLoaded } from '../loaded.ts';
import { query } from '../router.tsx';
import { filterQuery, type GalleryFilter, readFilter } from './gallery-filter.ts';
import type { ItemViewProps } from './item-view.tsx';

type Load<T> = (
  project: ItemViewProps['project'],
  id: number,
  filter: GalleryFilter,
  signal: AbortSignal,
) => Promise<T>;

export function useItem<T>({ project, id }: ItemViewProps, load: Load<T>): Loaded<T> {
  const filter = readFilter(query.value);
  return useLoaded(
    (signal) => load(project, id, filter, signal),
    `${project.id} ${id} ${filterQuery(filter)}`,
  );
}

/** What was shown stays until the next is there. */
export function useKept<T>(value: T | undefined): T | undefined {
  const kept = useRef(value);
  if (value !== undefined) kept.current = value;
  return kept.current;
}
