/**
 * An app of the SDK as a task: what its state says decides what the plugin does. A project (`slyProjectId`) is
 * exported; a folder or file of team files or of an agent (`slyFolder`, `slyFile`) is imported. Every other key
 * of the state is an option of the plugin. Names with and without `sly` are the same.
 */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import type { Manifest, PluginAction } from '../../../protocol/plugin.ts';
import type { TaskSource, TaskSpec } from '../../../protocol/task.ts';
import type { TeamFileStore } from '../../store/repositories/team-files.ts';
import { found } from '../found.ts';
import { Id, maybe, Name } from '../method.ts';
import { teamFilePath, teamFolderPath } from '../team-files/team-path.ts';
import { parseAgentPath } from './agent-storage.ts';

const Place = Type.String({ minLength: 1, maxLength: 4200 });
const Target = Type.Object({
  projectId: maybe(Id),
  datasetId: maybe(Id),
  teamId: maybe(Id),
  folder: maybe(Place),
  file: maybe(Place),
  projectName: maybe(Name),
});
export type AppTarget = Static<typeof Target>;
const parser = createParser(Target);

const KEYS: Readonly<Record<string, keyof AppTarget>> = {
  slyProjectId: 'projectId',
  projectId: 'projectId',
  slyDatasetId: 'datasetId',
  datasetId: 'datasetId',
  slyTeamId: 'teamId',
  teamId: 'teamId',
  slyFolder: 'folder',
  folder: 'folder',
  slyFile: 'file',
  file: 'file',
  projectName: 'projectName',
};

/** More files than one task may name. */
const MOST_FILES = 100_000;
const ROWS_AT_ONCE = 1000;

/** What an app is started on, and the options that are left. SLY_BAD_MESSAGE for an id that is none. */
export function readState(state: Readonly<Record<string, unknown>>): {
  target: AppTarget;
  options: Record<string, unknown>;
} {
  const target: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(state)) {
    const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (known === undefined) options[key] = value;
    else if (value !== null && value !== '') target[known] = value;
  }
  return { target: parser.parse(target, 'params.state'), options };
}

export interface StartedOn {
  action: PluginAction;
  spec: TaskSpec;
  title: string;
  /** The source lies on this agent's disk. */
  agentId?: number;
}

export async function specOf(
  deps: { teamFiles: Pick<TeamFileStore, 'files' | 'find'> },
  app: {
    plugin: Manifest;
    target: AppTarget;
    options: Record<string, unknown>;
    workspaceId: number;
    teamId: number;
  },
): Promise<StartedOn> {
  const { plugin, target, options, workspaceId } = app;
  const { projectId, datasetId } = target;
  if (projectId != null) {
    const datasets = datasetId == null ? {} : { datasetIds: [datasetId] };
    const spec = { action: 'export' as const, projectId, plugin: plugin.name, options, ...datasets };
    return { action: 'export', spec, title: `Download project ${projectId} as ${plugin.title}` };
  }
  const from = target.folder ?? target.file;
  if (from == null) {
    throw new SlyError('SLY_USAGE', {
      detail: 'params.state: expected slyProjectId to export, or slyFolder or slyFile to import, got none',
    });
  }
  const name = baseName(from);
  const onAgent = parseAgentPath(from);
  const source: TaskSource =
    onAgent === undefined
      ? await teamSource(deps.teamFiles, target.teamId ?? app.teamId, from)
      : { kind: 'upload', path: onAgent.folder };
  return {
    action: 'import',
    title: `Import ${name}`,
    spec: {
      action: 'import',
      source,
      plugin: plugin.name,
      options,
      projectName: target.projectName ?? name,
      conflict: 'rename',
      workspaceId,
    },
    ...(onAgent !== undefined && { agentId: onAgent.agentId }),
  };
}

/** `/a/street.zip` -> `street`. */
function baseName(place: string): string {
  const base = path.posix.basename(place);
  return base.replace(/\.(zip|tar|tgz|tar\.(gz|zst|bz2|xz))$/i, '') || 'team files';
}

async function teamSource(
  teamFiles: Pick<TeamFileStore, 'files' | 'find'>,
  teamId: number,
  place: string,
): Promise<TaskSource> {
  if (!place.endsWith('/')) {
    const row = await teamFiles.find(teamId, teamFilePath(place));
    if (row !== undefined) {
      const { sha256, size } = row;
      return { kind: 'blobs', files: [{ path: path.posix.basename(row.path), sha256, size }] };
    }
  }
  const folder = teamFolderPath(place);
  const files: { path: string; sha256: string; size: number }[] = [];
  for (let after = folder; ; ) {
    const rows = await teamFiles.files(teamId, { prefix: folder, after, limit: ROWS_AT_ONCE });
    for (const { path: at, sha256, size } of rows)
      files.push({ path: at.slice(folder.length), sha256, size });
    const last = rows.at(-1);
    if (last === undefined) break;
    if (files.length > MOST_FILES) {
      throw new SlyError('SLY_TOO_LARGE', {
        detail: `${folder} has more than ${MOST_FILES} files, more than one task may name`,
        hint: 'Put them into one archive, or into the upload folder of an agent.',
      });
    }
    after = last.path;
  }
  if (files.length === 0) found(undefined, `File or folder ${place}`);
  return { kind: 'blobs', files };
}
