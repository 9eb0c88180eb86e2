/** Runs at most `size` pieces of work at once; the rest wait in order. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

export function createLimit(size: number): Limit {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The place is handed over, not freed, so that a newcomer cannot overtake who waits.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
