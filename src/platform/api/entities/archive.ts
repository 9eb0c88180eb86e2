/** Archives that exports made, as replies have them. */
import { type Static, Type } from 'typebox';
import { Sha256Schema } from '../../../protocol/task.ts';
import type { Retention } from '../../ports/keeping.ts';
import type { ArchiveRow } from '../../store/repositories/publications.ts';
import { Count, Id, orNull, Time } from '../method.ts';

export const ArchiveEntity = Type.Object(
  {
    id: Id,
    taskKey: Type.String(),
    taskId: orNull(Id),
    attempt: Count,
    name: Type.String(),
    sha256: Sha256Schema,
    size: Count,
    files: Count,
    link: Type.String({ description: 'Path on this server.' }),
    createdAt: Time,
    expiresAt: Type.String({ description: 'Then the link ends and the bytes go.' }),
  },
  { title: 'Archive' },
);

export function archiveEntity(row: ArchiveRow, retention: Retention): Static<typeof ArchiveEntity> {
  return {
    ...row,
    link: `/archives/${row.id}/${encodeURIComponent(row.name)}`,
    expiresAt: new Date(expiryOf(row, retention)).toISOString(),
  };
}

/** Milliseconds since 1970. */
export function expiryOf(row: { createdAt: string }, { archiveMs }: Retention): number {
  return Date.parse(row.createdAt) + archiveMs;
}
