/**
 * Turned rectangles from points: the smallest around any points (rotating calipers over their convex hull), and
 * four corners as a box and its turn. Coordinates are those of the points, whatever they mean.
 */
import type { Point, Ring } from '../format/model.ts';
import type { TurnedBox } from './round-shapes.ts';

/**
 * Four corners of a rectangle of least area around the points, clockwise as seen; a line or a point give one of
 * no area. Undefined without points.
 */
export function minAreaRectangle(points: readonly Point[]): Ring | undefined {
  const hull = convexHull(points);
  const [first, second] = hull;
  if (first === undefined) return undefined;
  if (second === undefined) return [first, first, first, first].map(([x, y]): Point => [x, y]);
  if (hull.length === 2) return [first, second, second, first].map(([x, y]): Point => [x, y]);
  return calipers(hull);
}

/** Corners in the order of the ring, clockwise as seen, without points on a straight side (Andrew's chain). */
export function convexHull(points: readonly Point[]): Ring {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const lower = chain(sorted);
  const upper = chain(sorted.reverse());
  // Each chain ends where the other begins; of a single place both have nothing but it.
  lower.pop();
  upper.pop();
  const hull = [...lower, ...upper];
  return hull.length === 0 ? sorted.slice(0, 1) : hull;
}

function chain(sorted: readonly Point[]): Ring {
  const kept: Ring = [];
  for (const point of sorted) {
    const last = kept.at(-1);
    if (last !== undefined && last[0] === point[0] && last[1] === point[1]) continue;
    while (kept.length >= 2 && turn(kept.at(-2), kept.at(-1), point) <= 0) kept.pop();
    kept.push(point);
  }
  return kept;
}

function turn(a: Point | undefined, b: Point | undefined, c: Point): number {
  if (a === undefined || b === undefined) return 0;
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** One side of the best rectangle lies on a side of the hull; the three other touching points only move on. */
function calipers(hull: Ring): Ring {
  const at = (i: number): Point => hull[i % hull.length] ?? [0, 0];
  let [far, high, near] = [1, 1, 1];
  let best: { area: number; ring: Ring } | undefined;
  for (let i = 0; i < hull.length; i++) {
    const [from, to] = [at(i), at(i + 1)];
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (length === 0) continue;
    const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    const along = (k: number): number => (at(k)[0] - from[0]) * ux + (at(k)[1] - from[1]) * uy;
    const across = (k: number): number => (at(k)[1] - from[1]) * ux - (at(k)[0] - from[0]) * uy;
    const climb = (start: number, height: (k: number) => number): number => {
      let k = start;
      for (let steps = 0; steps < hull.length && height(k + 1) >= height(k); steps++) k++;
      return k;
    };
    far = climb(Math.max(far, i + 1), along);
    high = climb(Math.max(high, far), across);
    near = climb(Math.max(near, high), (k) => -along(k));
    const [right, bottom, left] = [along(far), across(high), along(near)];
    const area = (right - left) * bottom;
    if (best !== undefined && area >= best.area) continue;
    const place = (x: number, y: number): Point => [from[0] + x * ux - y * uy, from[1] + x * uy + y * ux];
    best = { area, ring: [place(left, 0), place(right, 0), place(right, bottom), place(left, bottom)] };
  }
  return best?.ring ?? [at(0), at(0), at(0), at(0)];
}

/**
 * Four corners, in either direction of turning, as a turned box; the first side gives the angle. Corners that are
 * no rectangle (a side more than 1 percent, and half a unit, off) give the smallest one around them. Undefined
 * for anything but four points.
 */
export function turnedBoxOfCorners(ring: Ring): TurnedBox | undefined {
  const [a, b, c, d] = ring;
  if (a === undefined || b === undefined || c === undefined || d === undefined || ring.length > 4)
    return undefined;
  const clockwise: [Point, Point, Point, Point] = signedArea(ring) < 0 ? [a, d, c, b] : [a, b, c, d];
  if (isRectangle(clockwise)) return turned(clockwise);
  const [e, f, g, h] = minAreaRectangle(ring) ?? [];
  if (e === undefined || f === undefined || g === undefined || h === undefined) return undefined;
  return turned([e, f, g, h]);
}

function turned([a, b, c, d]: [Point, Point, Point, Point]): TurnedBox {
  const [x, y] = [(a[0] + b[0] + c[0] + d[0]) / 4, (a[1] + b[1] + c[1] + d[1]) / 4];
  const [dx, dy] = [b[0] - a[0] + c[0] - d[0], b[1] - a[1] + c[1] - d[1]];
  const [ex, ey] = [d[0] - a[0] + c[0] - b[0], d[1] - a[1] + c[1] - b[1]];
  const [width, height] = [Math.hypot(dx, dy) / 2, Math.hypot(ex, ey) / 2];
  // Both sides together: of a thin box the short one alone says little.
  const angle = Math.atan2(dy - ex, dx + ey);
  return { x: x - width / 2, y: y - height / 2, width, height, angle: angle + 0 };
}

/** Its diagonals halve each other and are of one length. */
function isRectangle([a, b, c, d]: [Point, Point, Point, Point]): boolean {
  const [p, q] = [Math.hypot(c[0] - a[0], c[1] - a[1]), Math.hypot(d[0] - b[0], d[1] - b[1])];
  const slack = Math.max(0.01 * Math.max(p, q), 0.5);
  const apart = Math.hypot(a[0] + c[0] - b[0] - d[0], a[1] + c[1] - b[1] - d[1]) / 2;
  return Math.abs(p - q) <= slack && apart <= slack;
}

/** Positive when the ring turns clockwise as seen. */
export function signedArea(ring: Ring): number {
  let twice = 0;
  let from = ring.at(-1);
  for (const to of ring) {
    if (from !== undefined) twice += from[0] * to[1] - to[0] * from[1];
    from = to;
  }
  return twice / 2;
}

/** Four corners, none of them straight or turned inwards. */
export function isConvexQuad(ring: Ring): boolean {
  if (ring.length !== 4) return false;
  const side = Math.sign(signedArea(ring));
  return (
    side !== 0 &&
    ring.every(
      (corner, i) => Math.sign(turn(corner, ring[(i + 1) % 4], ring[(i + 2) % 4] ?? corner)) === side,
    )
  );
}
