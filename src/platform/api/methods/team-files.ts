/** Team files: up in groups or one by one, shown, removed. Lists and downloads: team-file-reads.ts. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex } from '../../../lib/hash.ts';
import type { ApiDeps } from '../api-deps.ts';
import { bodyChunks } from '../data-plane/request-body.ts';
import { TeamFileEntity, teamFileEntity } from '../entities/team-file.ts';
import { found } from '../found.ts';
import { receiveFiles } from '../http/receive-files.ts';
import { serverAddress } from '../http/server-address.ts';
import { ById, DONE, Done, endpoint, Id, type MethodTable, Multipart, type Scope } from '../method.ts';
import { TeamPath, teamFilePath, teamPath } from '../team-files/team-path.ts';

const ofTeam = ({ teamId }: { teamId: number }): Scope => ({ teams: [teamId] });

export function teamFileMethods(deps: ApiDeps): MethodTable {
  const { blobs, stores } = deps;
  const { teamFiles } = stores;

  return {
    'file-storage.bulk.upload': endpoint(
      {
        about:
          'Stores files of a multipart body of triples `name`, `path` (folder), `file`; replaces files of the same path.',
        needs: 'manage',
        of: ofTeam,
        request: Multipart({ teamId: Id }),
        response: Type.Array(TeamFileEntity),
      },
      async ({ teamId }, { request, principal }) => {
        const paths: string[] = [];
        let said: { name?: string; path?: string } = {};
        const received = await receiveFiles(blobs, request, {
          field(name, value) {
            if (name === 'name' || name === 'path') said[name] = value;
          },
          file() {
            if (said.name === undefined || said.path === undefined) {
              throw new SlyError('SLY_BAD_MESSAGE', {
                detail: `file ${paths.length}: expected a name and a path before it`,
              });
            }
            if (said.name.includes('/')) {
              throw new SlyError('SLY_USAGE', {
                detail: `file ${paths.length}: expected a name without a slash, got ${JSON.stringify(said.name)}`,
              });
            }
            paths.push(teamFilePath(`${said.path}/${said.name}`));
            said = {};
          },
        });
        const files = received.map((one, at) => {
          if ('errors' in one)
            throw new SlyError('SLY_BAD_MESSAGE', { detail: `${paths[at]}: ${one.errors[0]?.message}` });
          return { path: paths[at] ?? '', sha256: base64ToHex(one.hash) };
        });
        const rows = await teamFiles.put(teamId, files, principal.userId);
        return rows.map((row) => teamFileEntity(row, serverAddress(request, deps)));
      },
    ),

    'file-storage.upload': endpoint(
      {
        about: 'Stores the body as one file of any size; replaces a file of the same path.',
        needs: 'manage',
        of: ofTeam,
        request: Type.Object(
          { teamId: Id, path: TeamPath },
          { contentMediaType: 'application/octet-stream' },
        ),
        response: TeamFileEntity,
      },
      async ({ teamId, path }, { request, principal }) => {
        const to = teamFilePath(path);
        if (request.body !== request.raw && request.headers['content-length'] !== '0') {
          throw new SlyError('SLY_BAD_MESSAGE', {
            detail: `expected a body of application/octet-stream, got ${request.headers['content-type'] ?? 'no content type'}`,
          });
        }
        const { sha256 } = await blobs.putStream(bodyChunks(request, Number.POSITIVE_INFINITY));
        const [row] = await teamFiles.put(teamId, [{ path: to, sha256 }], principal.userId);
        return teamFileEntity(found(row, `File ${to}`), serverAddress(request, deps));
      },
    ),

    'file-storage.info': endpoint(
      {
        about: 'One file of team files.',
        needs: 'view',
        of: ({ id }) => ({ teamFiles: [id] }),
        request: ById,
        response: TeamFileEntity,
      },
      async ({ id }, { request }) =>
        teamFileEntity(found(await teamFiles.get(id), `File with id: ${id}`), serverAddress(request, deps)),
    ),

    'file-storage.remove': endpoint(
      {
        about:
          'Removes a file, or with a trailing slash a folder and all below it; what is not there is no error.',
        needs: 'manage',
        of: ofTeam,
        request: Type.Object({ teamId: Id, path: TeamPath }),
        response: Done,
      },
      async ({ teamId, path }) => {
        await teamFiles.remove(teamId, [removable(path)]);
        return DONE;
      },
    ),

    'file-storage.bulk.remove': endpoint(
      {
        about: 'Removes files and folders; what is not there is no error.',
        needs: 'manage',
        of: ofTeam,
        request: Type.Object({ teamId: Id, paths: Type.Array(TeamPath, { maxItems: 10_000 }) }),
        response: Done,
      },
      async ({ teamId, paths }) => {
        await teamFiles.remove(teamId, paths.map(removable));
        return DONE;
      },
    ),
  };
}

/** The top folder is everything a team has: never by one slip. */
function removable(text: string): string {
  const path = teamPath(text);
  if (path !== '/') return path;
  throw new SlyError('SLY_USAGE', {
    detail: 'path: the top folder cannot be removed',
    hint: 'Name the folders in it.',
  });
}
