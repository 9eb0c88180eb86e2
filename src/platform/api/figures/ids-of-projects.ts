import type { Stores } from '../../store/repositories/stores.ts';
import { type MetaIds, metaIds } from './annotation-entity.ts';

/** Ids of classes and tags of all projects that the rows are in. */
export async function idsOfProjects(
  stores: Pick<Stores, 'projects'>,
  rows: readonly { projectId: number }[],
): Promise<(projectId: number) => MetaIds> {
  const ids = new Map<number, MetaIds>();
  for (const projectId of new Set(rows.map((row) => row.projectId)))
    ids.set(projectId, metaIds(await stores.projects.meta(projectId)));
  return (projectId) => ids.get(projectId) ?? { classes: new Map(), tags: new Map() };
}

export const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id);
