/** Team files as they are read: lists of any length, a file or a range of it, a folder as a tar. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { TeamFileRow } from '../../store/repositories/team-files.ts';
import type { ApiDeps } from '../api-deps.ts';
import {
  entryEntity,
  FolderEntity,
  mimeByName,
  TeamFileEntity,
  teamFileEntity,
} from '../entities/team-file.ts';
import { found } from '../found.ts';
import { disposition, sendBlob } from '../http/send-blob.ts';
import { serverAddress } from '../http/server-address.ts';
import { sendJsonArray } from '../http/stream-json.ts';
import { type Call, endpoint, Id, type MethodTable, maybe, orNull, type Scope } from '../method.ts';
import { listAgentFolder, parseAgentPath } from '../tasks/agent-storage.ts';
import { sendFolderTar } from '../team-files/folder-tar.ts';
import { TeamPath, teamFilePath, teamFolderPath, teamPrefix } from '../team-files/team-path.ts';

const ROWS_AT_ONCE = 1000;
const MOST_LISTED = 10_000;
const ofTeam = ({ teamId }: { teamId: number }): Scope => ({ teams: [teamId] });

export function teamFileReads(deps: ApiDeps): MethodTable {
  const { blobs, stores } = deps;
  const { teamFiles } = stores;

  async function download(
    { teamId, path }: { teamId: number; path: string },
    { request, reply }: Call,
  ): Promise<unknown> {
    if (!path.endsWith('/')) {
      const row = await teamFiles.find(teamId, teamFilePath(path));
      if (row !== undefined) return sendBlob(blobs, blobOf(row), request, reply);
    }
    const folder = teamFolderPath(path);
    if (!(await teamFiles.hasFolder(teamId, folder))) found(undefined, `File or folder ${path}`);
    return sendFolderTar({ teamFiles, blobs }, { teamId, folder }, reply);
  }

  return {
    'file-storage.list': endpoint(
      {
        about:
          'Files whose path begins with `path`; with `recursive: false` only those directly there. A bare array of any length.',
        needs: 'view',
        of: ofTeam,
        request: Type.Object({ teamId: Id, path: TeamPath, recursive: maybe(Type.Boolean()) }),
        response: Type.Array(TeamFileEntity),
      },
      async ({ teamId, path, recursive }, { request, reply }) => {
        const prefix = teamPrefix(path);
        const server = serverAddress(request, deps);
        async function* pages(): AsyncGenerator<readonly unknown[]> {
          let after: string | undefined;
          for (;;) {
            const query = { prefix, limit: ROWS_AT_ONCE, ...(after !== undefined && { after }) };
            const rows = await teamFiles.files(teamId, query);
            yield rows.map((row) => teamFileEntity(row, server));
            after = rows.at(-1)?.path;
            if (after === undefined) return;
          }
        }
        async function* direct(): AsyncGenerator<readonly unknown[]> {
          const folder = teamFolderPath(prefix);
          let after: string | undefined;
          for (;;) {
            const query = {
              folder,
              recursive: false,
              limit: ROWS_AT_ONCE,
              ...(after !== undefined && { after }),
            };
            const entries = await teamFiles.entries(teamId, query);
            yield entries.flatMap((one) => (one.kind === 'file' ? [teamFileEntity(one.file, server)] : []));
            after = entries.at(-1)?.path;
            if (after === undefined) return;
          }
        }
        return sendJsonArray(reply, recursive === false ? direct() : pages());
      },
    ),

    'file-storage.v2.list': endpoint(
      {
        about:
          'Files and folders of a folder, by path, some at a time: the token of a page asks for the next.',
        needs: 'view',
        of: ofTeam,
        request: Type.Object({
          teamId: Id,
          path: TeamPath,
          recursive: maybe(Type.Boolean()),
          withMetadata: maybe(Type.Boolean()),
          files: maybe(Type.Boolean()),
          folders: maybe(Type.Boolean()),
          limit: maybe(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
          continuationToken: maybe(Type.String({ maxLength: 8192 })),
        }),
        response: Type.Object({
          entities: Type.Array(
            Type.Union([TeamFileEntity, FolderEntity, Type.Object({ path: Type.String() })]),
          ),
          continuationToken: orNull(Type.String()),
        }),
      },
      async (input, { request, principal }) => {
        const onAgent = parseAgentPath(input.path);
        const recursive = input.recursive ?? true;
        if (onAgent !== undefined) {
          await deps.auth.may(principal, 'manage', { agents: [onAgent.agentId] });
          const entities = await listAgentFolder(deps, onAgent, recursive);
          return { entities: entities.filter((one) => isWanted(one.type, input)), continuationToken: null };
        }
        const after = pathOfToken(input.continuationToken);
        const limit = Math.min(input.limit ?? MOST_LISTED, MOST_LISTED);
        const entries = await teamFiles.entries(input.teamId, {
          folder: teamFolderPath(input.path),
          recursive,
          limit,
          ...(after !== undefined && { after }),
        });
        const server = serverAddress(request, deps);
        const last = entries.length < limit ? undefined : entries.at(-1)?.path;
        return {
          entities: entries.filter((one) => isWanted(one.kind, input)).map((one) => entryEntity(one, server)),
          continuationToken: last === undefined ? null : Buffer.from(last).toString('base64url'),
        };
      },
    ),

    'file-storage.download': endpoint(
      {
        about:
          'A file, or a range of it; a folder as an uncompressed tar with one top directory of its name.',
        needs: 'view',
        of: ofTeam,
        request: Type.Object({ teamId: Id, path: TeamPath }),
        response: 'bytes',
      },
      download,
    ),

    'images.data.download': endpoint(
      {
        about: 'The file of team files whose pieces became images; `downloadId` is its id.',
        needs: 'view',
        of: ({ projectId, downloadId }) => ({ projects: [projectId], teamFiles: [Number(downloadId)] }),
        request: Type.Object({
          projectId: Id,
          downloadId: Type.String({ pattern: '^[1-9][0-9]{0,14}$' }),
        }),
        response: 'bytes',
      },
      async ({ downloadId }, { request, reply }) => {
        const row = found(await teamFiles.get(Number(downloadId)), `File with id: ${downloadId}`);
        return sendBlob(blobs, blobOf(row), request, reply);
      },
    ),
  };
}

function blobOf(row: TeamFileRow) {
  const name = row.path.slice(row.path.lastIndexOf('/') + 1);
  const mime = row.mime ?? mimeByName(name);
  return { sha256: row.sha256, size: row.size, mime, disposition: disposition('attachment', name) };
}

function isWanted(
  kind: string,
  { files, folders }: { files?: boolean | null | undefined; folders?: boolean | null | undefined },
): boolean {
  return kind === 'folder' ? folders !== false : files !== false;
}

function pathOfToken(token: string | null | undefined): string | undefined {
  if (token === null || token === undefined || token === '') return undefined;
  const path = Buffer.from(token, 'base64url').toString('utf8');
  if (path.startsWith('/') && !path.includes('\0')) return path;
  throw new SlyError('SLY_USAGE', { detail: 'continuationToken: expected the token of the page before' });
}
