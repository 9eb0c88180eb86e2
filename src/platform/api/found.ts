/** What is missing, in the words the SDK's table of friendly errors looks for. */
import { SlyError } from '../../lib/errors.ts';
import type { DatasetRow, ProjectRow, Stores } from '../store/repositories.ts';

export async function projectOf(stores: Pick<Stores, 'projects'>, id: number): Promise<ProjectRow> {
  return found(await stores.projects.get(id), `Project with projectId: ${id}`);
}

export async function datasetOf(stores: Pick<Stores, 'datasets'>, id: number): Promise<DatasetRow> {
  return found(await stores.datasets.get(id), `Dataset with datasetId: ${id}`);
}

export function found<T>(row: T | undefined, what: string): T {
  if (row !== undefined) return row;
  throw new SlyError('SLY_NOT_FOUND', {
    detail: `${what} is either archived, doesn't exist or you don't have enough permissions to access`,
  });
}
