/** Items that lines of figures may name by their key: what they are called, and which were lost before they were sent. */
import type { SegmentOutcome } from './outcomes.ts';

export interface KnownItem {
  /** `dataset/name`. */
  place: string;
  source: string | undefined;
}

export interface KnownItems {
  add(key: string | undefined, item: KnownItem): void;
  /** Of the last ones only: it is for messages. */
  find(key: string): KnownItem | undefined;
  /** Nothing that belongs to it will be sent, also after a restart. */
  lose(key: string | undefined, outcome: SegmentOutcome): void;
  isLost(key: string): boolean;
}

const MOST_KNOWN = 2000;

/** `lost`: keys that earlier segments lost. */
export function createKnownItems(lost: Iterable<string> = []): KnownItems {
  const gone = new Set(lost);
  const items = new Map<string, KnownItem>();
  return {
    add(key, item) {
      if (key === undefined) return;
      items.set(key, item);
      const [oldest] = items.keys();
      if (items.size > MOST_KNOWN && oldest !== undefined) items.delete(oldest);
    },
    find: (key) => items.get(key),
    lose(key, outcome) {
      if (key === undefined) return;
      gone.add(key);
      outcome.lostKeys ??= [];
      outcome.lostKeys.push(key);
    },
    isLost: (key) => gone.has(key),
  };
}
