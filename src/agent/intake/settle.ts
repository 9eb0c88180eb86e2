/**
 * When a source has settled: two looks at least `settleMs` apart gave the same signature, and nothing in its
 * names says that somebody is still writing. Times are those of the start of a look, so that a change during a
 * look counts as one after it. In memory only: after a restart everything settles anew.
 */
import type { SourceScan } from './scan-source.ts';

export type Settling = { settled: true } | { settled: false; waitsFor: string; dueInMs: number };

export interface Settler {
  /** `version` is the signature together with whatever else must hold still. */
  look(name: string, look: { version: string; scan: SourceScan; at: number; holding?: string }): Settling;
  /** It is taken, gone, or must begin again. */
  forget(name: string): void;
  names(): string[];
  size(): number;
}

/** A look may cost this share of the time between two of them. */
const COST_FACTOR = 4;
const PATIENCE = 12;

export function createSettler(settleMs: number): Settler {
  const seen = new Map<string, { version: string; since: number }>();

  return {
    look(name, { version, scan, at, holding }) {
      const known = seen.get(name);
      const dueInMs = Math.max(settleMs, scan.tookMs * COST_FACTOR);
      if (known?.version !== version) seen.set(name, { version, since: at });
      const since = known?.version === version ? known.since : at;
      const why = holding ?? scan.holding ?? (scan.files === 0 ? emptyText(scan) : undefined);
      // One that waits for a person is left to the regular scans after a while.
      if (why !== undefined) return wait(why, at - since > PATIENCE * settleMs ? Infinity : dueInMs);
      const left = since + settleMs - at;
      if (left <= 0) return { settled: true };
      const isNew = known?.version !== version && known !== undefined;
      const last = scan.newest === undefined ? '' : ` (last: ${scan.newest})`;
      return wait(`${isNew ? 'it is still changing' : 'it may still change'}${last}`, left);
    },
    forget: (name) => void seen.delete(name),
    names: () => [...seen.keys()],
    size: () => seen.size,
  };
}

function wait(waitsFor: string, dueInMs: number): Settling {
  return { settled: false, waitsFor, dueInMs };
}

function emptyText(scan: SourceScan): string {
  return scan.refused === 0
    ? 'there is no file in it yet'
    : `there is no file in it that can be imported; ${scan.refused} links or special files do not count`;
}
