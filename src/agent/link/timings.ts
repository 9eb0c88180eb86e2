/** How patient the link is, in ms; tests shorten it. */
import { HANDSHAKE_MS, SILENCE_MS } from '../../protocol/link.ts';

export interface LinkTimings {
  /** Longest wait for the upgrade, and for welcome. */
  handshakeMs: number;
  /** No frame for so long: the platform is gone. */
  silenceMs: number;
  /** Bounds of the wait before the next try, full jitter. */
  backoffBaseMs: number;
  backoffCapMs: number;
  /** A session that lasted this long makes the next wait short again. */
  stableMs: number;
  /** Shortest time between two progress messages of one task. */
  progressMs: number;
  /** Wait before a log is tried again that the platform did not want yet. */
  logRetryMs: number;
}

export const DEFAULT_TIMINGS: Readonly<LinkTimings> = Object.freeze({
  handshakeMs: HANDSHAKE_MS,
  silenceMs: SILENCE_MS,
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  stableMs: 60_000,
  progressMs: 500,
  logRetryMs: 1_000,
});
