/** Names from the root, joined by `/`, of every visible dataset of a project. */
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export async function datasetPaths(kysely: Kysely<Tables>, projectId: number): Promise<Map<number, string>> {
  const rows = await kysely
    .selectFrom('datasets')
    .select(['id', 'parent_id', 'name'])
    .where('project_id', '=', projectId)
    .where('archived_at', 'is', null)
    .where('publication_id', 'is', null)
    .orderBy('id')
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const paths = new Map<number, string>();
  const pathOf = (id: number): string => {
    const known = paths.get(id);
    if (known !== undefined) return known;
    const row = byId.get(id);
    if (row === undefined) return '';
    const path = row.parent_id === null ? row.name : `${pathOf(row.parent_id)}/${row.name}`;
    paths.set(id, path);
    return path;
  };
  for (const { id } of rows) pathOf(id);
  return paths;
}
