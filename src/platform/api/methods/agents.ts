/** Agents, their upload folders, and the plugins they bring. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { AgentView } from '../../ports.ts';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { ById, Id, type MethodTable, method, Name } from '../method.ts';
import { assertUploadPath } from '../upload-path.ts';

export function agentMethods(deps: ApiDeps): MethodTable {
  const { agents } = deps;

  async function agentOf(id: number): Promise<AgentView> {
    return found(await agents.get(id), `Agent with id: ${id}`);
  }

  return {
    'agents.available': method(Type.Object({}), async () =>
      (await agents.list()).filter((agent) => agent.connected && !agent.draining).map(sdkAgent),
    ),

    'agents.list': method(Type.Object({}), async () => {
      const entities = await agents.list();
      return {
        total: entities.length,
        perPage: Math.max(1, entities.length),
        pagesCount: 1,
        entities: entities.map(fullAgent),
      };
    }),

    'agents.info': method(ById, async ({ id }) => fullAgent(await agentOf(id))),

    /** The token is in this answer and nowhere else. */
    'agents.create': method(Type.Object({ name: Name }), ({ name }) => agents.create(name)),

    'agents.drain': method(Type.Object({ id: Id, on: Type.Boolean() }), async ({ id, on }) => {
      await agentOf(id);
      await agents.drain(id, on);
      return { success: true };
    }),

    'agents.upload-folder.list': method(
      Type.Object({ agentId: Id, path: Type.String({ maxLength: 4096 }) }),
      async ({ agentId, path }) => {
        await agentOf(agentId);
        if (path !== '') assertUploadPath(path);
        const { entries, more, failure } = await agents.listFolder(agentId, path);
        if (failure !== undefined) throw refusedListing(failure);
        return { path, entries: entries ?? [], more: more === true };
      },
    ),

    'plugins.list': method(Type.Object({}), async () => ({ entities: await agents.plugins() })),
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

function sdkAgent(agent: AgentView): Record<string, unknown> {
  return {
    id: agent.id,
    name: agent.name,
    status: agent.connected ? 'running' : 'lost',
    isPublic: false,
    capabilities: {},
    gpuInfo: null,
    version: agent.version,
    lastSeenAt: agent.lastSeenAt,
  };
}

/** Plugins are long and the same for all: `plugins.list` has them. */
function fullAgent(agent: AgentView): Record<string, unknown> {
  const { plugins, ...rest } = agent;
  return { ...rest, status: agent.connected ? 'running' : 'lost', plugins: plugins.map((one) => one.name) };
}
