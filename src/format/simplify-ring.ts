/** Douglas-Peucker for closed rings: no point left out is farther than `epsilon` from what remains. */
import type { Point, Ring } from './model.ts';

/** Never gives fewer than three points: a ring that would shrink to a line keeps its corners. */
export function simplifyRing(ring: Ring, epsilon: number): Ring {
  if (ring.length <= 3 || epsilon <= 0) return ring;
  // A closed ring has no ends: two points far from each other take their place.
  const a = farthest(ring, ring[0]);
  const b = farthest(ring, ring[a]);
  const [first, second] = a < b ? [a, b] : [b, a];
  const keep = new Uint8Array(ring.length);
  keep[first] = 1;
  keep[second] = 1;
  const spans: [number, number][] = [
    [first, second],
    [second, first + ring.length],
  ];
  for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
    const split = worst(ring, span, epsilon);
    if (split === undefined) continue;
    keep[split % ring.length] = 1;
    spans.push([span[0], split], [split, span[1]]);
  }
  const kept = ring.filter((_, i) => keep[i] === 1);
  return kept.length >= 3 ? kept : ring;
}

function farthest(ring: Ring, from: Point | undefined): number {
  let best = 0;
  let most = -1;
  for (const [i, [x, y]] of ring.entries()) {
    const distance = (x - (from?.[0] ?? 0)) ** 2 + (y - (from?.[1] ?? 0)) ** 2;
    if (distance > most) [best, most] = [i, distance];
  }
  return best;
}

/** The point between the ends that is farthest from their line, if it is too far. Indexes may run past the end. */
function worst(ring: Ring, [from, to]: [number, number], epsilon: number): number | undefined {
  const a = ring[from % ring.length];
  const b = ring[to % ring.length];
  if (a === undefined || b === undefined) return undefined;
  let most = epsilon ** 2;
  let found: number | undefined;
  for (let i = from + 1; i < to; i++) {
    const p = ring[i % ring.length];
    if (p === undefined) continue;
    const distance = squaredDistance(p, a, b);
    if (distance > most) [found, most] = [i, distance];
  }
  return found;
}

/** From a point to a segment. */
function squaredDistance(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length;
  const t = Math.max(0, Math.min(1, along));
  return (p[0] - a[0] - t * dx) ** 2 + (p[1] - a[1] - t * dy) ** 2;
}
