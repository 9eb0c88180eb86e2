/** Why a task does not go on, in one sentence for the person who waits for it. Pure. */
import { isActive } from '../../protocol/task-state.ts';
import { PLATFORM_PLUGIN } from '../ports/tasks.ts';
import type { LiveAgent } from './live-agents.ts';
import type { NamedTaskRow } from './task-reader.ts';

export interface WaitingFacts {
  now: number;
  connected: readonly LiveAgent[];
  /** Name of the agent that was offered the task and has not answered yet. */
  offeredTo?: string;
  /** What agents said when they refused this task lately. */
  refusals: readonly { agentName: string; reason: string }[];
  /** Last sign of life of an agent that is not connected, ms since 1970. */
  lastSeen(agentId: number): number | null;
}

/** Why this agent is not offered work now, or undefined when it is. */
export function busyBecause(agent: LiveAgent): string | undefined {
  if (agent.draining || agent.telemetry.state === 'draining') return 'is draining';
  if (agent.telemetry.state === 'disk-low') return 'has too little room on its disk';
  if (agent.telemetry.state === 'no-runner') return 'has nothing that can run a plugin';
  if (agent.held.size >= agent.telemetry.slots.cpu) return `has no free slot (${agent.held.size} held)`;
  return undefined;
}

export function waitingBecause(row: NamedTaskRow, facts: WaitingFacts): string | null {
  if (isActive(row.state)) return heldBecause(row, facts);
  if (row.state !== 'queued') return null;
  if (row.wanted_plugin === PLATFORM_PLUGIN) return 'the platform copies one project at a time';
  if (facts.offeredTo !== undefined) return `offered to agent ${facts.offeredTo}, which has not answered yet`;
  if (row.not_before !== null && row.not_before > facts.now) {
    const seconds = Math.ceil((row.not_before - facts.now) / 1000);
    return `it is tried again in ${seconds} s${failureOf(row)}`;
  }
  const able = candidates(row, facts);
  if (typeof able === 'string') return able;
  const free = able.filter((agent) => busyBecause(agent) === undefined);
  if (free.length === 0) {
    return able
      .slice(0, 3)
      .map((agent) => `agent ${agent.name} ${busyBecause(agent) ?? ''}`)
      .join('; ');
  }
  const refusal = facts.refusals[0];
  if (refusal !== undefined) return `agent ${refusal.agentName} did not take it: ${refusal.reason}`;
  return 'it is offered to an agent next';
}

function candidates(row: NamedTaskRow, facts: WaitingFacts): LiveAgent[] | string {
  if (row.pinned_agent_id !== null) {
    const agent = facts.connected.find((one) => one.agentId === row.pinned_agent_id);
    if (agent === undefined) {
      const seen = seenAt(facts.lastSeen(row.pinned_agent_id));
      return `only agent ${row.pinned_name ?? row.pinned_agent_id} has its source, and it is not connected${seen}`;
    }
    if (row.wanted_plugin !== null && !agent.plugins.has(row.wanted_plugin))
      return `only agent ${agent.name} has its source, and it does not have the plugin ${row.wanted_plugin}`;
    return [agent];
  }
  if (facts.connected.length === 0) return 'no agent is connected';
  const wanted = row.wanted_plugin;
  const able = facts.connected.filter((agent) => wanted === null || agent.plugins.has(wanted));
  return able.length === 0 ? `no connected agent has the plugin ${wanted}` : able;
}

function heldBecause(row: NamedTaskRow, facts: WaitingFacts): string | null {
  if (row.agent_id === null) return null;
  const name = row.agent_name ?? String(row.agent_id);
  if (!facts.connected.some((agent) => agent.agentId === row.agent_id)) {
    const until = row.lease_until === null ? '' : `; it may come back until ${iso(row.lease_until)}`;
    return `agent ${name}, which works on it, is not connected${seenAt(facts.lastSeen(row.agent_id))}${until}`;
  }
  return row.cancel_reason === null ? null : `agent ${name} was asked to cancel it`;
}

function failureOf(row: NamedTaskRow): string {
  if (row.failure === null) return '';
  const { title, detail } = JSON.parse(row.failure) as { title: string; detail: string };
  return `, because the last attempt failed: ${title}: ${detail}`;
}

function seenAt(at: number | null): string {
  return at === null ? '' : ` (last heard of at ${iso(at)})`;
}

const iso = (at: number): string => new Date(at).toISOString();
