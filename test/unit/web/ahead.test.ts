/** What will be shown soon is loaded in its order, within a budget, and let go when it is not wanted any more. */
import { setImmediate as settle } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAhead } from '../../../web/src/projects/ahead.ts';

const MB = 1_000_000;

function rig(options: { budget?: number; parallel?: number; size?: number } = {}) {
  const { budget = 10 * MB, parallel = 2, size = MB } = options;
  const begun: number[] = [];
  const givenUp: number[] = [];
  const open = new Map<number, { done(value: string): void; fail(error: Error): void }>();
  const ahead = createAhead<string>({
    budget,
    parallel,
    sizeOf: () => size,
    load: (id, signal) =>
      new Promise((resolve, reject) => {
        begun.push(id);
        open.set(id, { done: resolve, fail: reject });
        signal.addEventListener('abort', () => {
          givenUp.push(id);
          reject(signal.reason);
        });
      }),
  });
  const done = async (...ids: number[]): Promise<void> => {
    for (const id of ids) open.get(id)?.done(`value ${id}`);
    await settle();
  };
  return { ahead, begun, givenUp, open, done };
}

describe('frames ahead', () => {
  test('come in their order, a few at once, each once', async () => {
    const { ahead, begun, done } = rig();
    ahead.want({ load: [1, 2, 3, 4], keep: [] });
    expect(begun).toEqual([1, 2]);
    ahead.want({ load: [1, 2, 3, 4], keep: [] });
    expect(begun).toEqual([1, 2]);
    await done(2);
    expect(begun).toEqual([1, 2, 3]);
    await done(1, 3);
    await done(4);
    expect(begun).toEqual([1, 2, 3, 4]);
    expect(await Promise.all([1, 2, 3, 4].map((id) => ahead.get(id)))).toEqual(
      [1, 2, 3, 4].map((id) => `value ${id}`),
    );
    expect(ahead.get(5)).toBeUndefined();
  });

  test('nothing is begun beyond the budget; room that is given back is used', async () => {
    const { ahead, begun, done } = rig({ budget: 2 * MB, parallel: 1 });
    ahead.want({ load: [1, 2, 3, 4], keep: [] });
    await done(1);
    await done(2);
    expect(begun).toEqual([1, 2]);
    expect(ahead.bytes()).toBe(2 * MB);
    ahead.want({ load: [2, 3, 4], keep: [] });
    expect(begun).toEqual([1, 2, 3]);
  });

  test('what is behind goes, on its way or not; what is kept stays', async () => {
    const { ahead, begun, givenUp, done } = rig();
    ahead.want({ load: [1, 2], keep: [] });
    await done(1);
    ahead.want({ load: [3], keep: [1] });
    expect(givenUp).toEqual([2]);
    expect(await ahead.get(1)).toBe('value 1');
    ahead.want({ load: [4], keep: [3] });
    expect(ahead.get(1)).toBeUndefined();
    // What is kept is not loaded for its own sake.
    ahead.want({ load: [], keep: [9] });
    expect(begun).not.toContain(9);
    ahead.close();
    expect(ahead.bytes()).toBe(0);
  });

  test('one that fails is forgotten and the next ones come; wanted again it is tried again', async () => {
    const { ahead, begun, open, done } = rig({ parallel: 1 });
    ahead.want({ load: [1, 2], keep: [] });
    const first = ahead.get(1);
    open.get(1)?.fail(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    expect([ahead.get(1), begun]).toEqual([undefined, [1, 2]]);
    await done(2);
    ahead.want({ load: [1, 2], keep: [] });
    expect(begun).toEqual([1, 2, 1]);
  });

  test('however it is wandered through, memory and connections have bounds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(50), far: fc.nat(12), done: fc.nat(5) }), { maxLength: 40 }),
        async (moves) => {
          const { ahead, begun, givenUp, open } = rig({ budget: 3 * MB });
          const answered = new Set<number>();
          for (const { at, far, done } of moves) {
            const load = Array.from({ length: far }, (_, k) => at + 1 + k);
            ahead.want({ load, keep: [at - 1, at] });
            for (const id of begun.slice(-done)) {
              open.get(id)?.done(`value ${id}`);
              answered.add(begun.lastIndexOf(id));
            }
            await settle();
            // One more than fits may have been on its way beside each other.
            expect(ahead.bytes()).toBeLessThanOrEqual(4 * MB + 2 * MB);
            expect(begun.length - answered.size - givenUp.length).toBeLessThanOrEqual(2);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
