/** A plugin as the API answers it, and what of it is searched. Pure. */
import type { PluginOfferView } from '../../../src/platform/ports/agents.ts';
import type { Manifest } from '../shapes.ts';

export interface Plugin extends Manifest {
  digest: string | null;
  script: PluginOfferView['script'];
  permissions: {
    network: 'none' | 'platform';
    gpu: boolean;
    memoryMb: number | null;
    cpus: number | null;
    pids: number | null;
    wallSeconds: number | null;
    outputMb: number | null;
  };
  agents: PluginOfferView['agents'];
}

const ACTION_WORDS: Record<string, string> = {
  detect: 'Recognises',
  import: 'Imports',
  export: 'Exports',
  script: 'Scripts',
};

export const actionWord = (action: string): string => ACTION_WORDS[action] ?? action;

/** Every word of the text is somewhere in it. */
export function isMatch(plugin: Plugin, wanted: { text: string; action: string; agent: string }): boolean {
  const { text, action, agent } = wanted;
  if (action === 'script' ? plugin.script === null : !isOneOf(action, plugin.actions)) return false;
  if (agent !== '' && !plugin.agents.some(({ name }) => name === agent)) return false;
  const { name, title, description, detectedBy = '', modalities, script } = plugin;
  const words = [name, title, description, detectedBy, script?.file ?? '', ...modalities];
  const haystack = words.join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

const isOneOf = (action: string, actions: readonly string[]): boolean =>
  action === '' || actions.includes(action);

/** What it asks of the machine, in words; what it does not ask for, the agent's settings say. */
export function permissionWords(plugin: Plugin): string[] {
  const { network, gpu, memoryMb, cpus, pids, wallSeconds, outputMb } = plugin.permissions;
  return [
    network === 'none' ? 'no network' : 'network: the platform alone',
    gpu ? 'GPU' : 'no GPU',
    ...(memoryMb === null ? [] : [`${memoryMb} MB memory`]),
    ...(cpus === null ? [] : [`${cpus} CPU`]),
    ...(pids === null ? [] : [`${pids} processes`]),
    ...(wallSeconds === null ? [] : [`${wallSeconds} s at most`]),
    ...(outputMb === null ? [] : [`${outputMb} MB output`]),
  ];
}

/** The list with what came of a test; what was tested is what runs there now. A script has a digest of its own. */
export function withTest(
  entities: readonly Plugin[],
  name: string,
  agentId: number,
  tested: NonNullable<Plugin['agents'][number]['tested']>,
): { entities: Plugin[] } {
  const { digest, digestOf } = tested;
  const ran = digest === undefined ? {} : { digest, digestOf: digestOf ?? null };
  return {
    entities: entities.map((plugin) =>
      plugin.name === name
        ? {
            ...plugin,
            agents: plugin.agents.map((at) =>
              at.id === agentId ? { ...at, ...(plugin.script === null ? ran : {}), tested } : at,
            ),
          }
        : plugin,
    ),
  };
}
