/**
 * Many at once, or one alone. Who wants to be alone waits for those at work and lets nobody new in before him;
 * everybody gets his turn in the order asked.
 */
export interface SharedLock {
  shared<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createSharedLock(): SharedLock {
  const working = new Set<Promise<unknown>>();
  let gate: Promise<unknown> = Promise.resolve();

  return {
    async shared(work) {
      for (let seen: unknown; seen !== gate; ) {
        seen = gate;
        await gate;
      }
      const running = work();
      const settled = running.then(
        () => undefined,
        () => undefined,
      );
      working.add(settled);
      try {
        return await running;
      } finally {
        working.delete(settled);
      }
    },

    alone(work) {
      const turn = gate.then(() => Promise.all(working)).then(work);
      gate = turn.then(
        () => undefined,
        () => undefined,
      );
      return turn;
    },
  };
}
