/** Lists of items of one kind, in a dataset or a project. */
import { type Static, Type } from 'typebox';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { Listed } from '../../store/repositories/lists.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { idsOfProjects } from '../figures/ids-of-projects.ts';
import { listFields, listQuery } from '../lists/list-shape.ts';
import { given, Id, maybe, type Scope } from '../method.ts';
import { ItemFilters, itemFilters } from './item-filters.ts';
import type { ItemKind } from './items-of.ts';
import { assertKind, projectNamed } from './new-items.ts';

export const ItemListRequest = Type.Object({
  datasetId: maybe(Id),
  projectId: maybe(Id),
  recursive: maybe(Type.Boolean()),
  ...listFields,
  filters: ItemFilters,
});
export type ItemListRequest = Static<typeof ItemListRequest>;

export const scopeOfList = ({ datasetId, projectId }: ItemListRequest): Scope => ({
  datasets: given(datasetId),
  projects: given(projectId),
});

/** `kind` undefined: of any. */
export async function listItems(
  stores: Pick<Stores, 'datasets' | 'items' | 'projects'>,
  kind: ItemKind | undefined,
  { datasetId, projectId, recursive, filters, ...input }: ItemListRequest,
): Promise<Listed<ItemRow>> {
  const project = await projectNamed(stores, { datasetId, projectId });
  if (kind !== undefined) assertKind(project, kind);
  return stores.items.list({
    ...listQuery(input),
    ...(datasetId == null ? { projectId: project.id } : { datasetId }),
    recursive: recursive ?? false,
    labelled: await labelsAsked(stores, project.id, filters ?? []),
  });
}

/** Classes and tags are looked up only for who filters by them. */
async function labelsAsked(
  stores: Pick<Stores, 'projects'>,
  projectId: number,
  filters: NonNullable<ItemListRequest['filters']>,
) {
  if (filters.length === 0) return [];
  return itemFilters(filters, (await idsOfProjects(stores, [{ projectId }]))(projectId));
}
