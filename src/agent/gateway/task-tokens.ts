/** The token of one attempt, asked for when it is needed and renewed before it ends. It never leaves this process. */
import type { Clock } from '../../lib/clock.ts';
import type { TaskTokenReply } from '../../protocol/publish.ts';

export interface TokenKeeper {
  get(): Promise<TaskTokenReply>;
  /** The platform does not take this one any more. */
  drop(token: string): void;
}

/** Renewed so long before its end. */
const SPARE_MS = 10 * 60_000;
/** But used so long at least: the platform's clock may be another one. */
const LEAST_MS = 60_000;

export function createTokenKeeper(ask: () => Promise<TaskTokenReply>, clock: Clock): TokenKeeper {
  let kept: Promise<TaskTokenReply> | undefined;
  let current: TaskTokenReply | undefined;
  let renewAt = 0;

  async function renew(): Promise<TaskTokenReply> {
    try {
      current = await ask();
      renewAt = Math.max(Date.parse(current.expiresAt) - SPARE_MS, clock.now() + LEAST_MS);
      return current;
    } catch (error) {
      kept = undefined;
      throw error;
    }
  }

  return {
    get() {
      if (current !== undefined && clock.now() >= renewAt) this.drop(current.token);
      // Requests that come at once wait for one token: a second one would end the first.
      kept ??= renew();
      return kept;
    },
    drop(token) {
      if (current?.token !== token) return;
      current = undefined;
      kept = undefined;
    },
  };
}
