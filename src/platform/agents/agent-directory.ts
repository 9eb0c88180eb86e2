/** The agents as the rest of the platform sees them: who is known, who is connected, what they can do. */
import type { AgentDirectory, AgentView, PluginOfferView, SupportBundles } from '../ports/agents.ts';
import type { AgentCodes } from './agent-codes.ts';
import type { AgentQuestions } from './agent-questions.ts';
import type { AgentRecords } from './agent-records.ts';
import type { FolderListings } from './folder-listings.ts';
import type { LastKnown } from './last-known.ts';
import type { LiveAgents, PluginOffer } from './live-agents.ts';
import type { AgentRow } from './tables.ts';
import type { TaskReader } from './task-reader.ts';

export interface DirectoryDeps {
  records: AgentRecords;
  live: LiveAgents;
  reader: TaskReader;
  listings: FolderListings;
  questions: AgentQuestions;
  codes: AgentCodes;
  support: SupportBundles;
  lastKnown: LastKnown;
  onChanged(agentId: number): void;
}

type Known = Awaited<ReturnType<LastKnown['telemetry']>>;
type Running = Awaited<ReturnType<TaskReader['running']>>;

export function createAgentDirectory(deps: DirectoryDeps): AgentDirectory {
  const { records, live, reader } = deps;

  function toView(row: AgentRow, running: Running, known: Known): AgentView {
    const agent = live.get(row.id);
    const seenAt = agent?.lastFrameAt ?? row.last_seen_at;
    return {
      id: row.id,
      name: row.name,
      version: row.version,
      connected: agent !== undefined,
      lastSeenAt: seenAt === null ? null : new Date(seenAt).toISOString(),
      draining: row.draining === 1 || agent?.telemetry.state === 'draining',
      telemetry: agent?.telemetry ?? null,
      lastKnown: agent === undefined ? (known.get(row.id) ?? null) : null,
      plugins: offersOf(row).map(({ manifest }) => manifest),
      running: running.filter((one) => one.agentId === row.id).map(({ key, attempt }) => ({ key, attempt })),
      teamId: row.team_id,
    };
  }

  return {
    ...deps.codes,
    support: deps.support,
    async list({ visible } = {}) {
      const running = await reader.running({ visible });
      const known = await deps.lastKnown.telemetry();
      return (await records.list(visible?.teams)).map((row) => toView(row, running, known));
    },
    async get(id, { visible } = {}) {
      const row = await records.get(id);
      if (row === undefined) return undefined;
      return toView(row, await reader.running({ agentId: id, visible }), await deps.lastKnown.telemetry());
    },
    create: (name) => records.create(name),
    renewToken: (name) => records.renewToken(name),
    async authenticate(token) {
      const row = await records.byToken(token);
      return row === undefined ? undefined : { agentId: row.id, teamId: row.team_id };
    },
    listFolder: (agentId, path) => deps.listings.ask(agentId, path),
    ask: (agentId, question, asked) => deps.questions.ask(agentId, question, asked),
    lastSettings: (agentId) => deps.lastKnown.settings(agentId),
    async drain(agentId, on) {
      await records.setDraining(agentId, on);
      const agent = live.get(agentId);
      if (agent !== undefined) {
        agent.draining = on;
        agent.send({ type: 'drain', on });
      }
      deps.onChanged(agentId);
    },
    plugins: async () => (await offers()).map((one) => one.manifest),
    pluginOffers: offers,
    async testPlugin(agentId, plugin) {
      const answer = await deps.questions.ask(agentId, 'plugin.test', { plugin });
      if (answer.answer !== undefined) await records.noteTest(agentId, answer.answer);
      return answer;
    },
  };

  async function offers(): Promise<PluginOfferView[]> {
    // Of two agents with different versions of a plugin, the one that is connected counts.
    const rows = (await records.list()).sort((a, b) => rank(a) - rank(b));
    const byName = new Map<string, PluginOfferView>();
    for (const row of rows) {
      const at = { id: row.id, name: row.name, connected: rank(row) === 1, canTest: canTest(row.id) };
      for (const offer of offersOf(row)) {
        const { manifest, digest = null, digestOf = null, tested = null, script = null } = offer;
        const agents = [{ ...at, digest, digestOf, tested }, ...(byName.get(manifest.name)?.agents ?? [])];
        byName.set(manifest.name, { manifest, digest, script, agents });
      }
    }
    return [...byName.values()].sort((a, b) => a.manifest.name.localeCompare(b.manifest.name));
  }

  function canTest(id: number): boolean {
    return live.get(id)?.questions.has('plugin.test') === true;
  }

  function rank(row: AgentRow): number {
    return live.get(row.id) === undefined ? 0 : 1;
  }
}

const offersOf = (row: AgentRow): PluginOffer[] => JSON.parse(row.plugins) as PluginOffer[];
