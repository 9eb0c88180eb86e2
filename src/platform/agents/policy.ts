/** How patient the room is; every number can be shortened by tests. */
import { HANDSHAKE_MS, HEARTBEAT_MS, LEASE_MS, PINNED_LEASE_MS, SILENCE_MS } from '../../protocol/link.ts';

export interface AgentsPolicy {
  heartbeatMs: number;
  silenceMs: number;
  handshakeMs: number;
  leaseMs: number;
  pinnedLeaseMs: number;
  /** An offer without an answer is void after this time. */
  offerMs: number;
  /** Lost attempts in a row after which a task fails. */
  maxLost: number;
  /** Retryable failures in a row that are tried again. */
  maxRetries: number;
  /** Bounds of the wait before such a try, full jitter. */
  retryBaseMs: number;
  retryCapMs: number;
  /** Longest wait between two looks at queue and leases. */
  tickMs: number;
  /** Shortest time between two progress messages of one task to subscribers. */
  progressMs: number;
  /** Longest wait for a folder listing, or for another answer of an agent that needs no work. */
  listMs: number;
  /** Bytes of log kept for one attempt. */
  maxLogBytes: number;
  /** Bytes of the per-file report of one attempt. */
  maxReportBytes: number;
}

export const DEFAULT_POLICY: Readonly<AgentsPolicy> = Object.freeze({
  heartbeatMs: HEARTBEAT_MS,
  silenceMs: SILENCE_MS,
  handshakeMs: HANDSHAKE_MS,
  leaseMs: LEASE_MS,
  pinnedLeaseMs: PINNED_LEASE_MS,
  offerMs: 10_000,
  maxLost: 3,
  maxRetries: 5,
  retryBaseMs: 5_000,
  retryCapMs: 300_000,
  tickMs: 1_000,
  progressMs: 250,
  listMs: 10_000,
  maxLogBytes: 96 << 20,
  maxReportBytes: 512 << 20,
});
