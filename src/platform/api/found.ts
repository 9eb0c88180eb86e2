/** What is missing, in the words the SDK's table of friendly errors looks for. */
import { SlyError } from '../../lib/errors.ts';
import type { ItemRow } from '../store/repositories/items.ts';
import type { DatasetRow, ProjectRow } from '../store/repositories/projects.ts';
import type { Stores } from '../store/repositories/stores.ts';

export async function projectOf(stores: Pick<Stores, 'projects'>, id: number): Promise<ProjectRow> {
  return found(await stores.projects.get(id), `Project with projectId: ${id}`);
}

export async function datasetOf(stores: Pick<Stores, 'datasets'>, id: number): Promise<DatasetRow> {
  return found(await stores.datasets.get(id), `Dataset with datasetId: ${id}`);
}

export async function imageOf(stores: Pick<Stores, 'items'>, id: number): Promise<ItemRow> {
  const [row] = await stores.items.get([id]);
  return found(row, `Image with id: ${id}`);
}

/** In the order asked; every one must be there, and in the dataset when one is named. */
export async function imagesOf(
  stores: Pick<Stores, 'items'>,
  ids: readonly number[],
  datasetId: number | null | undefined,
): Promise<ItemRow[]> {
  const rows = await stores.items.get(ids);
  const byId = new Map(
    rows.filter((row) => datasetId == null || row.datasetId === datasetId).map((row) => [row.id, row]),
  );
  return ids.map((id) => found(byId.get(id), `Image with id: ${id}`));
}

export function found<T>(row: T | undefined, what: string): T {
  if (row !== undefined) return row;
  throw new SlyError('SLY_NOT_FOUND', {
    detail: `${what} is either archived, doesn't exist or you don't have enough permissions to access`,
  });
}
