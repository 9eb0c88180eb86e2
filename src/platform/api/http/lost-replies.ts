/**
 * Clients send a POST again when its answer did not arrive. What was added under a key is found again by it; what
 * has no key is told apart here: when the client hung up before the answer was out, the answer is kept for the same
 * request of the same caller, once. A request whose answer went out is a new one, however alike it is.
 */
import { createHash } from 'node:crypto';
import type { Call } from '../method.ts';

type Handle<I> = (input: I, call: Call) => Promise<unknown>;

const KEPT_MS = 10 * 60_000;
const MOST_KEPT = 1000;

interface Answered {
  result: Promise<unknown>;
  at: number;
}

export interface LostReplies {
  /** The handler, which does the same request again only when its answer arrived. */
  once<I>(name: string, handle: Handle<I>): Handle<I>;
}

export function createLostReplies(now: () => number): LostReplies {
  /** In the order they were lost. */
  const lost = new Map<string, Answered>();

  function lose(key: string, result: Promise<unknown>): void {
    lost.delete(key);
    lost.set(key, { result, at: now() });
    for (const [old, { at }] of lost) {
      if (lost.size <= MOST_KEPT && at > now() - KEPT_MS) break;
      lost.delete(old);
    }
  }

  return {
    once: (name, handle) => async (input, call) => {
      // A body may be large: nearly always nobody has to know which it was.
      let known: string | undefined;
      const key = (): string => {
        known ??= keyOf(name, input, call);
        return known;
      };
      const before = lost.size === 0 ? undefined : lost.get(key());
      if (before !== undefined) lost.delete(key());
      const isKept = before !== undefined && before.at > now() - KEPT_MS;
      const result = isKept ? before.result : handle(input, call);
      const { socket } = call.request.raw;
      let isOut = false;
      call.reply.raw.once('finish', () => {
        isOut = true;
      });
      // No client half-closes: one that closed its end has given up.
      call.reply.raw.once('close', () => {
        if (!isOut || socket.readableEnded) lose(key(), result);
      });
      if (socket.destroyed) lose(key(), result);
      try {
        return await result;
      } catch (error) {
        if (lost.size > 0) lost.delete(key());
        throw error;
      }
    },
  };
}

function keyOf(name: string, input: unknown, { principal }: Call): string {
  const { userId, task } = principal;
  return createHash('sha256')
    .update(JSON.stringify([name, userId, task?.id ?? null, input]))
    .digest('base64');
}
