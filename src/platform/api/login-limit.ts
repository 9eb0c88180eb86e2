/** Ten wrong logins of one address in fifteen minutes, then it has to wait. Holds at most 1000 addresses. */
import type { Clock } from '../../lib/clock.ts';
import { SlyError } from '../../lib/errors.ts';

const WINDOW_MS = 15 * 60_000;
const MOST_FAILURES = 10;
const MOST_ADDRESSES = 1000;

export interface LoginLimit {
  /** Throws SLY_TOO_MANY while the address has to wait. */
  check(address: string): void;
  failed(address: string): void;
}

export function createLoginLimit(deps: { clock: Clock }): LoginLimit {
  const failures = new Map<string, number[]>();

  const recent = (address: string): number[] => {
    const since = deps.clock.now() - WINDOW_MS;
    return (failures.get(address) ?? []).filter((at) => at > since);
  };

  return {
    check(address) {
      if (recent(address).length < MOST_FAILURES) return;
      throw new SlyError('SLY_TOO_MANY', {
        detail: `${MOST_FAILURES} wrong logins from ${address}`,
        hint: 'Wait fifteen minutes.',
      });
    },
    failed(address) {
      const known = recent(address);
      // Re-inserting keeps the map in order of last use, so the oldest address goes first.
      failures.delete(address);
      failures.set(address, [...known, deps.clock.now()]);
      if (failures.size > MOST_ADDRESSES) {
        const oldest = failures.keys().next().value;
        if (oldest !== undefined) failures.delete(oldest);
      }
    },
  };
}
