/** Plugins of the agents: what they convert, with which options, and what they ask of the machine. */
import { Type } from 'typebox';
import { ManifestSchema } from '../../../protocol/plugin.ts';
import type { PluginOfferView } from '../../ports.ts';
import type { ApiDeps } from '../api-deps.ts';
import { Count, endpoint, Id, type MethodTable, orNull } from '../method.ts';

const PluginEntity = Type.Object(
  {
    ...ManifestSchema.properties,
    digest: orNull(Type.String({ description: 'Of its files, where the agent says it.' })),
    permissions: Type.Object({
      network: Type.Enum(['none', 'platform']),
      gpu: Type.Boolean(),
      memoryMb: orNull(Count),
      cpus: orNull(Type.Number()),
      pids: orNull(Count),
      wallSeconds: orNull(Count),
      outputMb: orNull(Count),
    }),
    agents: Type.Array(Type.Object({ id: Id, name: Type.String(), connected: Type.Boolean() })),
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
  };
}

/** Null where the plugin asks for nothing: then the settings of the agent hold. */
function pluginEntity({ manifest, digest, agents }: PluginOfferView): Record<string, unknown> {
  const { resources = {}, limits = {}, network } = manifest;
  return {
    ...manifest,
    digest,
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
