/** Whole numbers counted in bins. */
export interface Bin {
  /** Both ends inclusive; `to` null = and more. */
  from: number;
  to: number | null;
  items: number;
}

/** `ends` are the upper ends, ascending from 0; one more bin takes what is above. */
export function createBins(ends: readonly number[]): { add(value: number): void; result(): Bin[] } {
  const counts = [...ends, Number.POSITIVE_INFINITY].map((to) => ({ to, items: 0 }));
  return {
    add(value) {
      const bin = counts.find(({ to }) => value <= to);
      if (bin !== undefined) bin.items++;
    },
    result: () =>
      counts.map(({ to, items }, at) => ({
        from: at === 0 ? 0 : (ends[at - 1] ?? 0) + 1,
        to: Number.isFinite(to) ? to : null,
        items,
      })),
  };
}

/** Of objects or figures of an item. */
export const OBJECT_BINS = [0, 1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1000];
/** Of seconds. */
export const LENGTH_BINS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600];
