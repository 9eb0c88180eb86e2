/** How many points can be drawn while the view moves, by how long the last picture took. */
export interface DrawBudget {
  /** Of so many points. */
  points(all: number): number;
  /** A picture of so many points took so long until the next could begin. */
  took(ms: number, points: number): void;
}

/** Fewer than these are always drawn. */
const LEAST = 100_000;
/** A picture may take so long while something moves. */
const MOST_MS = 60;

export function createDrawBudget(): DrawBudget {
  let perMs = Infinity;
  return {
    points: (all) => Math.min(all, Math.max(LEAST, Math.round(perMs * MOST_MS))),
    took(ms, points) {
      // Few points say nothing of many.
      if (points >= LEAST) perMs = points / Math.max(1, ms);
    },
  };
}

/** The numbers from 0 in an order of which any beginning is spread evenly over all. */
export function evenOrder(count: number): Uint32Array {
  const order = new Uint32Array(count);
  let bits = 0;
  while (1 << bits < count) bits++;
  let at = 0;
  for (let one = 0; one < 2 ** bits; one++) {
    const reversed = reversedBits(one, bits);
    if (reversed < count) order[at++] = reversed;
  }
  return order;
}

function reversedBits(value: number, bits: number): number {
  let left = value;
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) {
    reversed = (reversed << 1) | (left & 1);
    left >>= 1;
  }
  return reversed;
}
