/** Agents and their upload folders. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { AgentView } from '../../ports/agents.ts';
import type { ApiDeps } from '../api-deps.ts';
import { type Principal, visibleTo } from '../auth/principal.ts';
import {
  AgentEntity,
  AvailableAgentEntity,
  agentEntity,
  availableAgentEntity,
  FolderEntries,
} from '../entities/agent.ts';
import { found } from '../found.ts';
import { listOf } from '../lists/list-shape.ts';
import { ById, DONE, Done, endpoint, Id, type MethodTable, Name } from '../method.ts';
import { assertUploadPath } from '../tasks/upload-path.ts';

const ofId = ({ id }: { id: number }) => ({ agents: [id] });

export function agentMethods(deps: ApiDeps): MethodTable {
  const { agents } = deps;

  async function agentOf(id: number, principal: Principal): Promise<AgentView> {
    return found(await agents.get(id, visibleTo(principal)), `Agent with id: ${id}`);
  }

  return {
    'agents.available': endpoint(
      {
        about: 'Agents that take tasks right now.',
        needs: 'view',
        request: Type.Object({}),
        response: Type.Array(AvailableAgentEntity),
      },
      async (_input, { principal }) =>
        (await agents.list(visibleTo(principal)))
          .filter((agent) => agent.connected && !agent.draining)
          .map(availableAgentEntity),
    ),

    'agents.list': endpoint(
      {
        about: 'All agents, on one page.',
        needs: 'view',
        request: Type.Object({}),
        response: listOf(AgentEntity),
      },
      async (_input, { principal }) => {
        const entities = await agents.list(visibleTo(principal));
        return {
          total: entities.length,
          perPage: Math.max(1, entities.length),
          pagesCount: 1,
          entities: entities.map(agentEntity),
        };
      },
    ),

    'agents.info': endpoint(
      { about: 'One agent.', needs: 'view', of: ofId, request: ById, response: AgentEntity },
      async ({ id }, { principal }) => agentEntity(await agentOf(id, principal)),
    ),

    'agents.create': endpoint(
      {
        about: 'A new agent; its token is in this answer and nowhere else.',
        needs: 'admin',
        request: Type.Object({ name: Name }),
        response: Type.Object({ id: Id, token: Type.String() }),
      },
      ({ name }) => agents.create(name),
    ),

    'agents.drain': endpoint(
      {
        about: 'Lets an agent finish what it has and take nothing new, or lets it take tasks again.',
        needs: 'admin',
        of: ofId,
        request: Type.Object({ id: Id, on: Type.Boolean() }),
        response: Done,
      },
      async ({ id, on }, { principal }) => {
        await agentOf(id, principal);
        await agents.drain(id, on);
        return DONE;
      },
    ),

    'agents.upload-folder.list': endpoint(
      {
        about: "What lies in a folder of an agent's upload folder; the empty path is the folder itself.",
        needs: 'manage',
        of: ({ agentId }) => ({ agents: [agentId] }),
        request: Type.Object({ agentId: Id, path: Type.String({ maxLength: 4096 }) }),
        response: FolderEntries,
      },
      async ({ agentId, path }, { principal }) => {
        await agentOf(agentId, principal);
        if (path !== '') assertUploadPath(path);
        const { entries, more, failure } = await agents.listFolder(agentId, path);
        if (failure !== undefined) throw refusedListing(failure);
        return { path, entries: entries ?? [], more: more === true };
      },
    ),
  };
}

function refusedListing(failure: {
  detail: string;
  hint?: string | undefined;
  retryable: boolean;
}): SlyError {
  return new SlyError('SLY_NOT_FOUND', {
    detail: failure.detail,
    ...(failure.hint !== undefined && { hint: failure.hint }),
  });
}
