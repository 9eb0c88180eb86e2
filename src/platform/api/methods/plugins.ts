/** Plugins of the agents: what they convert, with which options, and what they ask of the machine. */
import { Type } from 'typebox';
import { fromFailureInfo } from '../../../lib/errors.ts';
import { ManifestSchema } from '../../../protocol/plugin.ts';
import { DigestOfSchema } from '../../../protocol/run-record.ts';
import { ScriptSchema } from '../../../protocol/script.ts';
import { SelfTestSchema } from '../../../protocol/self-test.ts';
import type { PluginOfferView } from '../../ports/agents.ts';
import type { ApiDeps } from '../api-deps.ts';
import { visibleTo } from '../auth/principal.ts';
import { found } from '../found.ts';
import { Count, endpoint, Id, type MethodTable, orNull } from '../method.ts';

const PluginEntity = Type.Object(
  {
    ...ManifestSchema.properties,
    digest: orNull(Type.String({ description: 'As an agent says it, of the bytes that run there.' })),
    script: orNull(ScriptSchema),
    permissions: Type.Object({
      network: Type.Enum(['none', 'platform']),
      gpu: Type.Boolean(),
      memoryMb: orNull(Count),
      cpus: orNull(Type.Number()),
      pids: orNull(Count),
      wallSeconds: orNull(Count),
      outputMb: orNull(Count),
    }),
    agents: Type.Array(
      Type.Object({
        id: Id,
        name: Type.String(),
        connected: Type.Boolean(),
        digest: orNull(
          Type.String({ description: 'Of the bytes it runs there, as of its last connect or self-test.' }),
        ),
        digestOf: orNull(DigestOfSchema),
        canTest: Type.Boolean(),
        tested: orNull(SelfTestSchema),
      }),
    ),
  },
  { title: 'Plugin' },
);

export function pluginMethods(deps: ApiDeps): MethodTable {
  return {
    'plugins.list': endpoint(
      {
        about:
          'Formats the agents can read and write: options, digest, permissions, and which agents have them.',
        needs: 'view',
        request: Type.Object({}),
        response: Type.Object({ entities: Type.Array(PluginEntity) }),
      },
      async () => ({ entities: (await deps.agents.pluginOffers()).map(pluginEntity) }),
    ),

    'plugins.test': endpoint(
      {
        about:
          "Runs a plugin's own small sample on an agent, isolated as every run there, and publishes nothing; answers when it has ended.",
        needs: 'admin',
        of: ({ agentId }) => ({ agents: [agentId] }),
        request: Type.Object({ agentId: Id, plugin: Type.String({ minLength: 1, maxLength: 100 }) }),
        response: SelfTestSchema,
      },
      async ({ agentId, plugin }, { principal }) => {
        found(await deps.agents.get(agentId, visibleTo(principal)), `Agent with id: ${agentId}`);
        const { answer, failure } = await deps.agents.testPlugin(agentId, plugin);
        if (failure !== undefined) throw fromFailureInfo(failure);
        return answer;
      },
    ),
  };
}

/** Null where the plugin asks for nothing: then the settings of the agent hold. */
function pluginEntity({ manifest, digest, script, agents }: PluginOfferView): Record<string, unknown> {
  const { resources = {}, limits = {}, network } = manifest;
  return {
    ...manifest,
    digest,
    script,
    agents,
    permissions: {
      network: network ?? 'none',
      gpu: resources.gpu ?? false,
      memoryMb: resources.memoryMb ?? null,
      cpus: resources.cpus ?? null,
      pids: resources.pids ?? null,
      wallSeconds: limits.wallSeconds ?? null,
      outputMb: limits.outputMb ?? null,
    },
  };
}
