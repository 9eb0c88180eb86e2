/** The state of an agent in one word, the same wherever it is shown. */
import type { Agent } from '../shapes.ts';

export interface AgentState {
  tone: 'good' | 'warn' | 'bad';
  word: string;
}

/** Its tries to connect are never further apart than half of it. */
const RECONNECTING_MS = 60_000;

export function stateOf({ connected, draining, telemetry, lastSeenAt }: Agent, now: number): AgentState {
  if (!connected) {
    const isFresh = lastSeenAt !== null && now - Date.parse(lastSeenAt) < RECONNECTING_MS;
    return isFresh ? { tone: 'warn', word: 'Reconnecting' } : { tone: 'bad', word: 'Offline' };
  }
  if (draining || telemetry?.state === 'draining') return { tone: 'warn', word: 'Draining' };
  if (telemetry?.state === 'disk-low') return { tone: 'bad', word: 'Disk low' };
  if (telemetry?.state === 'no-runner') return { tone: 'bad', word: 'Cannot run plugins' };
  return { tone: 'good', word: 'Online' };
}
