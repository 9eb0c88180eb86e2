/**
 * The upload folder of an agent as the SDK sees it: `agent://<id>/<folder>`, listed live over the link. Its bytes do
 * not travel over the link, so they cannot be downloaded from here.
 */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { AgentDirectory } from '../../ports/agents.ts';
import { found } from '../found.ts';
import { Count, orNull } from '../method.ts';
import { assertUploadPath } from './upload-path.ts';

export interface AgentPath {
  agentId: number;
  /** Below the upload folder, without slashes at its ends; empty for the folder itself. */
  folder: string;
}

/** Folders one recursive listing may ask the agent for. */
const MOST_FOLDERS = 1000;

export const AgentFileEntity = Type.Object(
  {
    type: Type.Enum(['file', 'folder']),
    name: Type.String(),
    path: Type.String({ description: 'agent://<id>/...' }),
    meta: Type.Object({ size: orNull(Count) }),
    createdAt: Type.String(),
    updatedAt: Type.String(),
  },
  { title: 'AgentFile' },
);
export type AgentFileEntity = Static<typeof AgentFileEntity>;

/** Undefined when the path is no agent's. */
export function parseAgentPath(text: string): AgentPath | undefined {
  const match = /^agent:\/\/([1-9]\d{0,14})(\/.*)?$/s.exec(text);
  if (match !== null) return agentPath(Number(match[1]), match[2] ?? '');
  if (!text.startsWith('agent://')) return undefined;
  throw new SlyError('SLY_USAGE', {
    detail: `path: expected agent://<id>/<folder>, got ${JSON.stringify(text)}`,
  });
}

/** `text` with or without slashes at its ends. */
export function agentPath(agentId: number, text: string): AgentPath {
  const folder = text.split('/').filter(Boolean).join('/');
  if (folder !== '') assertUploadPath(folder);
  return { agentId, folder };
}

/** SLY_NOT_FOUND when agent or folder are not there, SLY_TOO_LARGE when a listing would not be whole. */
export async function listAgentFolder(
  { agents }: { agents: AgentDirectory },
  { agentId, folder }: AgentPath,
  recursive: boolean,
): Promise<AgentFileEntity[]> {
  const agent = found(await agents.get(agentId), `Agent with id: ${agentId}`);
  const entities: AgentFileEntity[] = [];
  const open = [folder];
  for (let asked = 0, next = open.shift(); next !== undefined; next = open.shift(), asked++) {
    if (asked === MOST_FOLDERS) throw tooMany(agent.name, folder, `more than ${MOST_FOLDERS} folders`);
    const { entries = [], more, failure } = await agents.listFolder(agentId, next);
    if (failure !== undefined) {
      throw new SlyError('SLY_NOT_FOUND', {
        detail: failure.detail,
        ...(failure.hint !== undefined && { hint: failure.hint }),
      });
    }
    // A list that is cut without a word would be files lost.
    if (more === true) throw tooMany(agent.name, next, 'more entries than one answer holds');
    for (const entry of entries) {
      const below = path.posix.join(next, entry.name);
      if (recursive && entry.kind === 'folder') open.push(below);
      entities.push({
        type: entry.kind,
        name: entry.name,
        path: `agent://${agentId}/${below}`,
        meta: { size: entry.kind === 'file' ? entry.size : null },
        createdAt: entry.modifiedAt,
        updatedAt: entry.modifiedAt,
      });
    }
  }
  return entities;
}

export function noDownload(): SlyError {
  return new SlyError('SLY_USAGE', {
    detail: 'the bytes of files in the upload folder of an agent cannot be read from here',
    hint: 'Import the folder, or copy the files from the machine of the agent.',
  });
}

function tooMany(agent: string, folder: string, what: string): SlyError {
  return new SlyError('SLY_TOO_LARGE', {
    detail: `the folder ${JSON.stringify(folder)} of agent ${agent} has ${what}`,
    hint: 'List its folders one by one.',
  });
}
