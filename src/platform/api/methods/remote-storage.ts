/** Storage that is not this server's: upload folders of agents, and clouds, of which none is connected. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { Count, endpoint, given, Id, type MethodTable, Multipart, maybe, type Scope } from '../method.ts';
import {
  AgentFileEntity,
  type AgentPath,
  agentPath,
  listAgentFolder,
  noDownload,
  parseAgentPath,
} from '../tasks/agent-storage.ts';

const RemotePath = Type.String({ minLength: 1, maxLength: 4200 });
const Asked = { path: RemotePath, teamId: maybe(Id), groupId: maybe(Id) };

const ofPath = (input: { path: string; teamId?: number | null; groupId?: number | null }): Scope => ({
  teams: given(input.teamId, input.groupId),
  agents: given(parseAgentPath(input.path)?.agentId),
});

export function remoteStorageMethods(deps: ApiDeps): MethodTable {
  /** The entry itself, found in the folder it lies in. */
  async function entryAt(at: AgentPath): Promise<AgentFileEntity | undefined> {
    const slash = at.folder.lastIndexOf('/');
    const parent = { ...at, folder: slash === -1 ? '' : at.folder.slice(0, slash) };
    const wanted = `agent://${at.agentId}/${at.folder}`;
    return (await listAgentFolder(deps, parent, false)).find((one) => one.path === wanted);
  }

  return {
    'agents.storage.list': endpoint(
      {
        about: "What lies in a folder of an agent's upload folder, as the SDK asks for it.",
        needs: 'manage',
        of: ({ id, teamId }) => ({ agents: [id], teams: given(teamId) }),
        request: Type.Object({ id: Id, teamId: maybe(Id), path: Type.String({ maxLength: 4200 }) }),
        response: Type.Array(
          Type.Object({ type: Type.Enum(['file', 'directory']), name: Type.String(), path: Type.String() }),
        ),
      },
      async ({ id, path }) => {
        const listed = await listAgentFolder(deps, agentPath(id, path), false);
        return listed.map((one) => ({ ...one, type: one.type === 'folder' ? 'directory' : one.type }));
      },
    ),

    'agents.storage.download': endpoint(
      {
        about: "Refused: the bytes of an agent's upload folder do not travel over its link.",
        needs: 'manage',
        of: ({ id }) => ({ agents: [id] }),
        request: Type.Object({ id: Id, path: Type.String({ maxLength: 4200 }) }),
        response: 'bytes',
      },
      async () => {
        throw noDownload();
      },
    ),

    'remote-storage.list': endpoint(
      {
        about: 'Files and folders of an `agent://` path; other storage is not connected.',
        needs: 'manage',
        of: ofPath,
        request: Type.Object({
          ...Asked,
          recursive: maybe(Type.Boolean()),
          files: maybe(Type.Boolean()),
          folders: maybe(Type.Boolean()),
          limit: maybe(Type.Integer({ minimum: 1 })),
        }),
        response: Type.Array(AgentFileEntity),
      },
      async ({ path, recursive, files, folders, limit }) => {
        const listed = await listAgentFolder(deps, onAgent(path), recursive ?? true);
        const wanted = listed.filter((one) => (one.type === 'folder' ? folders : files) !== false);
        return wanted.slice(0, limit ?? wanted.length);
      },
    ),

    'remote-storage.exists': endpoint(
      {
        about: 'Whether an `agent://` path is there; other storage is not connected.',
        needs: 'manage',
        of: ofPath,
        request: Type.Object(Asked),
        response: Type.Object({ exists: Type.Boolean() }),
      },
      async ({ path }) => {
        const at = onAgent(path);
        if (at.folder === '') return { exists: (await deps.agents.get(at.agentId)) !== undefined };
        try {
          return { exists: (await entryAt(at)) !== undefined };
        } catch (error) {
          if (error instanceof SlyError && error.code === 'SLY_NOT_FOUND') return { exists: false };
          throw error;
        }
      },
    ),

    'remote-storage.stat': endpoint(
      {
        about: 'Size and time of an `agent://` path; other storage is not connected.',
        needs: 'manage',
        of: ofPath,
        request: Type.Object(Asked),
        response: Type.Object({ size: Count, lastModified: Type.String() }),
      },
      async ({ path }) => {
        const entry = await entryAt(onAgent(path));
        if (entry === undefined) throw new SlyError('SLY_NOT_FOUND', { detail: `there is no ${path}` });
        return { size: entry.meta.size ?? 0, lastModified: entry.updatedAt };
      },
    ),

    'remote-storage.download': endpoint(
      {
        about: 'Refused: no remote storage is connected, and agents do not send bytes.',
        needs: 'manage',
        request: Type.Object({ link: RemotePath }),
        response: 'bytes',
      },
      async ({ link }) => {
        onAgent(link);
        throw noDownload();
      },
    ),

    'remote-storage.upload': endpoint(
      {
        about: 'Refused: no remote storage is connected.',
        needs: 'manage',
        of: ({ teamId }) => ({ teams: given(teamId) }),
        request: Multipart({ teamId: maybe(Id) }),
        response: Type.Array(Type.Unknown()),
      },
      async () => {
        throw notConnected('upload');
      },
    ),
  };
}

function onAgent(path: string): AgentPath {
  const at = parseAgentPath(path);
  if (at !== undefined) return at;
  throw notConnected(path);
}

function notConnected(what: string): SlyError {
  return new SlyError('SLY_USAGE', {
    detail: `no remote storage is connected to this server (${what.slice(0, 200)})`,
    hint: 'Team files and agent://<id>/<folder> are there.',
  });
}
