/** The agents as the rest of the platform sees them: who is known, who is connected, what they can do. */
import type { Manifest } from '../../protocol/plugin.ts';
import type { AgentDirectory, AgentView } from '../ports.ts';
import type { AgentRecords } from './agent-records.ts';
import type { FolderListings } from './folder-listings.ts';
import type { LiveAgents, PluginOffer } from './live-agents.ts';
import type { AgentRow } from './tables.ts';
import type { TaskReader } from './task-reader.ts';

export interface DirectoryDeps {
  records: AgentRecords;
  live: LiveAgents;
  reader: TaskReader;
  listings: FolderListings;
  onChanged(agentId: number): void;
}

type Running = Awaited<ReturnType<TaskReader['running']>>;

export function createAgentDirectory(deps: DirectoryDeps): AgentDirectory {
  const { records, live, reader } = deps;

  function toView(row: AgentRow, running: Running): AgentView {
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
      plugins: manifestsOf(row),
      running: running.filter((one) => one.agentId === row.id).map(({ key, attempt }) => ({ key, attempt })),
    };
  }

  return {
    async list() {
      const running = await reader.running();
      return (await records.list()).map((row) => toView(row, running));
    },
    async get(id) {
      const row = await records.get(id);
      return row === undefined ? undefined : toView(row, await reader.running(id));
    },
    create: (name) => records.create(name),
    renewToken: (name) => records.renewToken(name),
    async authenticate(token) {
      const row = await records.byToken(token);
      return row === undefined ? undefined : { agentId: row.id };
    },
    listFolder: (agentId, path) => deps.listings.ask(agentId, path),
    async drain(agentId, on) {
      await records.setDraining(agentId, on);
      const agent = live.get(agentId);
      if (agent !== undefined) {
        agent.draining = on;
        agent.send({ type: 'drain', on });
      }
      deps.onChanged(agentId);
    },
    async plugins() {
      // Of two agents with different versions of a plugin, the one that is connected counts.
      const rows = (await records.list()).sort((a, b) => rank(a) - rank(b));
      const byName = new Map(rows.flatMap(manifestsOf).map((manifest) => [manifest.name, manifest]));
      return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
    },
  };

  function rank(row: AgentRow): number {
    return live.get(row.id) === undefined ? 0 : 1;
  }
}

function manifestsOf(row: AgentRow): Manifest[] {
  return (JSON.parse(row.plugins) as PluginOffer[]).map(({ manifest }) => manifest);
}
