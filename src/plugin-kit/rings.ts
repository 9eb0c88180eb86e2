/** The rings of one `segmentation` as polygons: a ring that lies inside another is a hole of the smallest such. */
import type { Points, Ring } from '../format/model.ts';
import { type Bounds, pointBounds, ringArea } from '../format/raster.ts';

/** Each is compared with all others; more than this in one object are taken as they are. */
const MAX_NESTED = 5000;

/** A ring in a hole is an island: a polygon of its own, which may have holes again. Order is kept. */
export function nestRings(rings: readonly Ring[]): Points[] {
  const only = rings[0];
  if (only === undefined) return [];
  if (rings.length === 1 || rings.length > MAX_NESTED)
    return rings.map((ring) => ({ exterior: ring, interior: [] }));
  const shapes = rings.map((ring) => ({ ring, area: ringArea(ring), ...(pointBounds(ring) ?? NO_BOX) }));
  const bySize = shapes.map((_, i) => i).sort((a, b) => (shapes[a]?.area ?? 0) - (shapes[b]?.area ?? 0));
  const polygons = new Map<number, Points>();
  const parents = new Map<number, number>();
  const depths = new Map<number, number>();
  for (let at = bySize.length - 1; at >= 0; at--) {
    const i = bySize[at] ?? 0;
    const inner = shapes[i];
    if (inner === undefined) continue;
    let depth = 0;
    // Larger ones are placed already; the nearest in size that holds this one is its parent.
    for (let k = at + 1; k < bySize.length; k++) {
      const j = bySize[k] ?? 0;
      const outer = shapes[j];
      if (outer === undefined || outer.area <= inner.area || !boxHolds(outer, inner)) continue;
      if (!inner.ring.every((point) => holds(outer.ring, point[0], point[1]))) continue;
      parents.set(i, j);
      depth = (depths.get(j) ?? 0) + 1;
      break;
    }
    depths.set(i, depth);
    if (depth % 2 === 0) polygons.set(i, { exterior: inner.ring, interior: [] });
  }
  for (let i = 0; i < rings.length; i++) {
    const ring = rings[i];
    if ((depths.get(i) ?? 0) % 2 === 1 && ring !== undefined)
      polygons.get(parents.get(i) ?? -1)?.interior.push(ring);
  }
  return [...polygons.entries()].sort(([a], [b]) => a - b).map(([, polygon]) => polygon);
}

const NO_BOX: Bounds = { left: 0, top: 0, right: 0, bottom: 0 };

const boxHolds = (outer: Bounds, inner: Bounds): boolean =>
  outer.left <= inner.left &&
  outer.top <= inner.top &&
  outer.right >= inner.right &&
  outer.bottom >= inner.bottom;

/** Even-odd; a point on the outline is inside. */
function holds(ring: Ring, x: number, y: number): boolean {
  let inside = false;
  let from = ring.at(-1);
  for (const to of ring) {
    if (from !== undefined) {
      const cross = (to[0] - from[0]) * (y - from[1]) - (to[1] - from[1]) * (x - from[0]);
      if (
        cross === 0 &&
        Math.min(from[0], to[0]) <= x &&
        x <= Math.max(from[0], to[0]) &&
        Math.min(from[1], to[1]) <= y &&
        y <= Math.max(from[1], to[1])
      )
        return true;
      if (from[1] > y !== to[1] > y && x < ((to[0] - from[0]) * (y - from[1])) / (to[1] - from[1]) + from[0])
        inside = !inside;
    }
    from = to;
  }
  return inside;
}
