/** Above an item: where it is, its name and facts, the way to its neighbours. */
import type { ComponentChildren } from 'preact';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { go, Link, query } from '../router.tsx';
import type { Dataset, Project } from '../shapes.ts';
import { filterQuery, readFilter } from './gallery-filter.ts';
import { itemAddress } from './modality.ts';
import type { Neighbours } from './neighbours.ts';
import { Tags } from './viewer/tags.tsx';

export function ItemHead(props: {
  project: Project;
  item: { name: string; datasetId: number };
  tags?: readonly object[];
  neighbours: Neighbours | undefined;
  /** Keys that go to the neighbours, as titles of the buttons say them. */
  keys: readonly [previous: string, next: string];
  /** Facts in a few words. */
  children?: ComponentChildren;
}) {
  const { project, item, neighbours, keys } = props;
  const dataset = useLoaded(
    (signal) => call<Dataset>('datasets.info', { id: item.datasetId }, signal),
    `dataset ${item.datasetId}`,
  );
  const button = (word: string, key: string, to: number | undefined) => (
    <button
      type="button"
      disabled={to === undefined}
      onClick={() => turnTo(project, to)}
      title={`${word} (${key})`}
    >
      {word}
    </button>
  );
  return (
    <div class="viewing-head">
      <p class="crumbs">
        <Link to="/projects">Projects</Link> <span class="dim">/</span>{' '}
        <Link to={galleryAddress(project)}>{project.name}</Link> <span class="dim">/</span>{' '}
        <Link to={`/projects/${project.id}?dataset=${item.datasetId}`}>{dataset.value?.path ?? '...'}</Link>
      </p>
      <div class="bar">
        <h1>{item.name}</h1>
        <span class="dim">{props.children}</span>
        {props.tags === undefined ? null : <Tags tags={props.tags} />}
        <span class="grow" />
        <nav aria-label="Neighbours">
          {button('Previous', keys[0], neighbours?.previous)}
          {button('Next', keys[1], neighbours?.next)}
        </nav>
      </div>
    </div>
  );
}

const search = (): string => filterQuery(readFilter(query.value));

/** What was looked at before the item was opened. */
export const galleryAddress = (project: Project): string => `/projects/${project.id}${search()}`;

/** To another item of what is looked at, in the place of this one. */
export function turnTo(project: Project, item: number | undefined): void {
  if (item !== undefined) go(`${itemAddress(project, item)}${search()}`, { replace: true });
}
