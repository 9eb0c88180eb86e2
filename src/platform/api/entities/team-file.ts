/** Team files as replies have them. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { hexToBase64 } from '../../../lib/hash.ts';
import type { TeamFileEntry, TeamFileRow } from '../../store/repositories/team-files.ts';
import { Count, Hash, Id, orNull, Time } from '../method.ts';

export const TeamFileEntity = Type.Object(
  {
    id: Id,
    teamId: Id,
    userId: orNull(Id),
    type: Type.Literal('file'),
    name: Type.String(),
    path: Type.String(),
    hash: Hash,
    meta: Type.Object({ size: Count, mime: Type.String(), ext: Type.String() }),
    storagePath: Type.String({ description: 'Path on this server; reading it needs a token or a session.' }),
    fullStorageUrl: Type.String(),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'TeamFile' },
);

/** `server` is how the caller reached it, `http://host:port`. */
export function teamFileEntity(row: TeamFileRow, server: string): Static<typeof TeamFileEntity> {
  const name = path.posix.basename(row.path);
  const storagePath = `/files/team/${row.id}/${encodeURIComponent(name)}`;
  return {
    id: row.id,
    teamId: row.teamId,
    userId: row.createdBy,
    type: 'file',
    name,
    path: row.path,
    hash: hexToBase64(row.sha256),
    meta: {
      size: row.size,
      mime: row.mime ?? mimeByName(name),
      ext: path.posix.extname(name).slice(1).toLowerCase(),
    },
    storagePath,
    fullStorageUrl: `${server}${storagePath}`,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export const FolderEntity = Type.Object(
  {
    type: Type.Literal('folder'),
    name: Type.String(),
    path: Type.String({ description: 'Ends with a slash.' }),
  },
  { title: 'TeamFolder' },
);

export function entryEntity(
  entry: TeamFileEntry,
  server: string,
): Static<typeof TeamFileEntity> | Static<typeof FolderEntity> {
  if (entry.kind === 'file') return teamFileEntity(entry.file, server);
  return { type: 'folder', name: path.posix.basename(entry.path), path: entry.path };
}

/** Text and containers, which are not known by their first bytes. */
const MIMES: Readonly<Record<string, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  txt: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  zip: 'application/zip',
  tar: 'application/x-tar',
  gz: 'application/gzip',
  pdf: 'application/pdf',
  mp4: 'video/mp4',
  parquet: 'application/vnd.apache.parquet',
};

export function mimeByName(name: string): string {
  const extension = path.posix.extname(name).slice(1).toLowerCase();
  return (Object.hasOwn(MIMES, extension) && MIMES[extension]) || 'application/octet-stream';
}
