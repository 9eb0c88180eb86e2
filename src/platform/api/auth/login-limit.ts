/**
 * Failed logins of one remote and of one account. A failure counts for a while and is then forgotten, one after
 * the other; with too many at once there is a wait. A try counts from its beginning, so that a thousand at the same
 * time are no way around it, and is taken back when it succeeds. Holds at most 10,000 counts.
 */
import type { Clock } from '../../../lib/clock.ts';
import { SlyError } from '../../../lib/errors.ts';

/** One failure is forgotten every so often. */
const FORGET_MS = 90_000;
const MOST_OF_REMOTE = 10;
/** Higher: others may lock an account's owner out with it, for a while. */
const MOST_OF_ACCOUNT = 20;
const MOST_COUNTS = 10_000;

export interface LoginLimit {
  /** Throws SLY_TOO_MANY while there is a wait; else counts a try. `succeeded` takes it back. */
  begin(who: { remote: string; account?: string }): { succeeded(): void };
}

export function createLoginLimit(deps: { clock: Clock }): LoginLimit {
  /** Failures, and when that was so. In order of last use. */
  const counts = new Map<string, { count: number; at: number }>();

  function countOf(key: string): number {
    const known = counts.get(key);
    if (known === undefined) return 0;
    return Math.max(0, known.count - (deps.clock.now() - known.at) / FORGET_MS);
  }

  function add(key: string, change: number): void {
    const count = Math.max(0, countOf(key) + change);
    counts.delete(key);
    if (count > 0) counts.set(key, { count, at: deps.clock.now() });
    if (counts.size <= MOST_COUNTS) return;
    const oldest = counts.keys().next().value;
    if (oldest !== undefined) counts.delete(oldest);
  }

  return {
    begin({ remote, account }) {
      const keys: [key: string, most: number][] = [[`remote ${networkOf(remote)}`, MOST_OF_REMOTE]];
      if (account !== undefined) keys.push([`account ${account.toLowerCase()}`, MOST_OF_ACCOUNT]);
      for (const [key, most] of keys) {
        const over = countOf(key) + 1 - most;
        if (over <= 0) continue;
        throw new SlyError('SLY_TOO_MANY', {
          detail: 'too many failed logins',
          hint: `Wait ${Math.ceil((over * FORGET_MS) / 60_000)} min.`,
        });
      }
      for (const [key] of keys) add(key, 1);
      return {
        succeeded() {
          for (const [key] of keys) add(key, -1);
        },
      };
    },
  };
}

/** Whoever has one address of IPv6 has the 2^64 beside it. */
function networkOf(remote: string): string {
  const plain = remote.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? [];
  const parts = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - parts.length - last.length)).fill('0');
  return [...parts, ...middle, ...last].slice(0, 4).join(':');
}
