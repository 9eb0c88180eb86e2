/**
 * Who is connected right now. Owns the one-connection-an-agent rule: at most one entry an agent, and an
 * entry goes away only with its own connection.
 */

import type { Static } from 'typebox';
import type { AgentMessage, PlatformMessage, PluginOfferSchema, Telemetry } from '../../protocol/link.ts';

export type PluginOffer = Static<typeof PluginOfferSchema>;
export type Hello = Extract<AgentMessage, { type: 'hello' }>;

export interface Ref {
  key: string;
  attempt: number;
}

export const refId = (ref: Ref): string => `${ref.key}.${ref.attempt}`;

export interface LiveAgent {
  readonly agentId: number;
  readonly name: string;
  readonly instanceId: string;
  plugins: ReadonlySet<string>;
  /** Names of the questions it answers. */
  readonly questions: ReadonlySet<string>;
  /** Welcome was sent: it may be offered work. */
  ready: boolean;
  draining: boolean;
  telemetry: Telemetry;
  /** Attempts it holds, as far as its own words go. */
  readonly held: Set<string>;
  lastFrameAt: number;
  send(message: PlatformMessage): void;
  close(code: number, reason: string): void;
}

export interface LiveAgents {
  get(agentId: number): LiveAgent | undefined;
  all(): LiveAgent[];
  /**
   * Takes the agent's place. An older connection of the same process is closed with 4410; false when
   * another process has the place.
   */
  enter(agent: LiveAgent): boolean;
  /** False when somebody else has the place already. */
  leave(agent: LiveAgent): boolean;
}

export function createLiveAgents(): LiveAgents {
  const places = new Map<number, LiveAgent>();
  return {
    get: (agentId) => places.get(agentId),
    all: () => [...places.values()],
    enter(agent) {
      const old = places.get(agent.agentId);
      if (old !== undefined && old.instanceId !== agent.instanceId) return false;
      places.set(agent.agentId, agent);
      old?.close(4410, 'a newer connection of the same process took over');
      return true;
    },
    leave(agent) {
      if (places.get(agent.agentId) !== agent) return false;
      places.delete(agent.agentId);
      return true;
    },
  };
}
