/** Counts what a format has no place for, kind by kind, and says each once. */
import type { Reporter } from './plugin.ts';

export interface Losses {
  /** `kind` begins with the thing in the singular: "label of shape line". */
  add(kind: string): void;
  report(to: Reporter): Promise<void>;
}

const MAX_KINDS = 200;

/** `format` as it is called in a sentence: "COCO". */
export function createLosses(format: string): Losses {
  const counts = new Map<string, number>();
  return {
    add(kind) {
      const known = counts.size >= MAX_KINDS && !counts.has(kind) ? 'thing of another kind' : kind;
      counts.set(known, (counts.get(known) ?? 0) + 1);
    },
    async report(to) {
      for (const [kind, count] of counts) {
        await to.warning({
          code: 'SLY_FORMAT_INVALID',
          message: `${count} ${count === 1 ? kind : kind.replace(/^\w+/, '$&s')} cannot be expressed in ${format}`,
        });
      }
    },
  };
}
