/** Archives that exports made. */
import type { ArchiveRow } from '../../store/repositories.ts';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { ById, type MethodTable, method } from '../method.ts';

export function archiveMethods(deps: ApiDeps): MethodTable {
  return {
    'archives.info': method(ById, async ({ id }) =>
      archiveEntity(found(await deps.stores.archives.get(id), `Archive with id: ${id}`)),
    ),
  };
}

function archiveEntity(row: ArchiveRow): Record<string, unknown> {
  return { ...row, link: `/archives/${row.id}/${encodeURIComponent(row.name)}` };
}
