/** How many items are of which size; the most frequent ones are told. */
import type { Statistics } from '../ports/statistics.ts';

const MOST_SIZES = 12;
/** Different sizes that are told apart while counting. */
const MOST_KEPT = 5000;

export interface SizeCounts {
  /** 0 = not known. */
  add(width: number, height: number, depth?: number): void;
  result(): Pick<Statistics, 'sizes' | 'otherSizes'>;
}

export function createSizeCounts(): SizeCounts {
  const counts = new Map<string, number>();
  let items = 0;
  return {
    add(width, height, depth) {
      items++;
      const sides = [width, height, ...(depth === undefined ? [] : [depth])];
      const key = sides.every((side) => side > 0) ? sides.join('x') : '';
      if (counts.has(key) || counts.size < MOST_KEPT) counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    result() {
      const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_SIZES);
      return {
        sizes: most.map(([size, count]) => {
          const [width = 0, height = 0, depth = null] = size === '' ? [] : size.split('x').map(Number);
          return { width, height, depth, items: count };
        }),
        otherSizes: items - most.reduce((sum, [, count]) => sum + count, 0),
      };
    },
  };
}
