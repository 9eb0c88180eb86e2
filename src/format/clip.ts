/**
 * Rings and lines cut at an axis-parallel box. A ring that leaves the box and comes back falls into pieces
 * (no bridges along the border); a ring that crosses itself so that pieces cannot be told apart is cut by
 * Sutherland and Hodgman's rule, with bridges. What lies on the border is inside.
 */
import type { Point, Points, Ring } from './model.ts';
import { ringArea } from './raster.ts';

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A side of the box: points with `sign * (p[axis] - at) >= 0` are inside. */
interface Side {
  axis: 0 | 1;
  at: number;
  sign: 1 | -1;
}

/** Pieces of the polygon with their holes; none when nothing with an area is inside. */
export function clipPolygon({ exterior, interior }: Points, box: Box): Points[] {
  const pieces = clipRing(exterior, box).map((ring): Points => ({ exterior: ring, interior: [] }));
  for (const hole of interior.flatMap((ring) => clipRing(ring, box))) {
    const owner = pieces.length === 1 ? pieces[0] : pieces.find((piece) => touches(piece.exterior, hole));
    owner?.interior.push(hole);
  }
  return pieces;
}

/** Pieces of an open line, each of at least two points. */
export function clipLine(line: Ring, box: Box): Ring[] {
  const pieces: Ring[] = [];
  let piece: Ring = [];
  const close = (): void => {
    if (piece.length >= 2) pieces.push(piece);
    piece = [];
  };
  for (let i = 1; i < line.length; i++) {
    const [from, to] = [line[i - 1], line[i]];
    if (from === undefined || to === undefined) continue;
    const part = clipSegment(from, to, box);
    if (part === undefined) {
      close();
      continue;
    }
    const end = piece.at(-1);
    if (end === undefined || !same(end, part[0])) {
      close();
      piece = [part[0]];
    }
    piece.push(part[1]);
    if (!same(part[1], to)) close();
  }
  close();
  return pieces;
}

function clipRing(ring: Ring, box: Box): Ring[] {
  const sides: Side[] = [
    { axis: 0, at: box.left, sign: 1 },
    { axis: 0, at: box.right, sign: -1 },
    { axis: 1, at: box.top, sign: 1 },
    { axis: 1, at: box.bottom, sign: -1 },
  ];
  let rings = [ring];
  for (const side of sides) rings = rings.flatMap((one) => cutRing(one, side));
  return rings;
}

interface Crossing {
  point: Point;
  /** Place along the side. */
  along: number;
  leaves: boolean;
  /** The points inside that follow an entry, up to the next exit. */
  run: Ring;
}

function cutRing(ring: Ring, side: Side): Ring[] {
  const distance = (point: Point): number => side.sign * (point[side.axis] - side.at);
  const inside = ring.map((point) => distance(point) >= 0);
  if (inside.every((one) => one)) return [ring];
  if (!inside.some((one) => one)) return [];
  const crossings = findCrossings(ring, inside, side, distance);
  const rings = joinRuns(crossings) ?? [bridged(crossings)];
  return rings.map(withoutRepeats).filter((one) => one.length >= 3 && ringArea(one) > 0);
}

/** In the order of the ring, beginning with an entry; entries and exits alternate. */
function findCrossings(
  ring: Ring,
  inside: readonly boolean[],
  side: Side,
  distance: (point: Point) => number,
): Crossing[] {
  const crossings: Crossing[] = [];
  let start = 0;
  while (inside[start] !== false) start++;
  let run: Ring = [];
  for (let step = 0; step < ring.length; step++) {
    const i = (start + step) % ring.length;
    const j = (i + 1) % ring.length;
    const [from, to] = [ring[i], ring[j]];
    if (from === undefined || to === undefined) continue;
    if (inside[i] !== inside[j]) {
      const [a, b] = [distance(from), distance(to)];
      const t = a / (a - b);
      const point: Point = [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
      point[side.axis] = side.at;
      const leaves = inside[i] === true;
      if (!leaves) run = [];
      crossings.push({ point, along: point[1 - side.axis] ?? 0, leaves, run });
    }
    if (inside[j]) run.push(to);
  }
  return crossings;
}

/**
 * Along the side the inside of a simple ring lies between the first and second crossing, the third and
 * fourth, ... So an exit goes on at its neighbour, which must be an entry; undefined where it is not.
 */
function joinRuns(crossings: readonly Crossing[]): Ring[] | undefined {
  const order = [...crossings.keys()].sort((a, b) => (crossings[a]?.along ?? 0) - (crossings[b]?.along ?? 0));
  const partner = new Map<number, number>();
  for (let k = 0; k + 1 < order.length; k += 2) {
    const [a, b] = [order[k], order[k + 1]];
    if (a === undefined || b === undefined || crossings[a]?.leaves === crossings[b]?.leaves) return undefined;
    partner.set(a, b);
    partner.set(b, a);
  }
  const rings: Ring[] = [];
  const done = new Set<number>();
  for (let first = 0; first < crossings.length; first += 2) {
    if (done.has(first)) continue;
    const ring: Ring = [];
    for (let at = first; !done.has(at); ) {
      done.add(at);
      const [entry, exit] = [crossings[at], crossings[at + 1]];
      if (entry === undefined || exit === undefined) return undefined;
      ring.push(entry.point, ...entry.run, exit.point);
      at = partner.get(at + 1) ?? first;
    }
    rings.push(ring);
  }
  return rings;
}

function bridged(crossings: readonly Crossing[]): Ring {
  return crossings.flatMap(({ leaves, point, run }) => (leaves ? [point] : [point, ...run]));
}

/** Liang and Barsky: the part of a segment inside the box. */
function clipSegment(from: Point, to: Point, box: Box): [Point, Point] | undefined {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  let [first, last] = [0, 1];
  const bounds: [number, number][] = [
    [-dx, from[0] - box.left],
    [dx, box.right - from[0]],
    [-dy, from[1] - box.top],
    [dy, box.bottom - from[1]],
  ];
  for (const [step, room] of bounds) {
    if (step === 0) {
      if (room < 0) return undefined;
    } else if (step < 0) first = Math.max(first, room / step);
    else last = Math.min(last, room / step);
  }
  if (first > last) return undefined;
  const at = (t: number): Point =>
    t === 0
      ? from
      : t === 1
        ? to
        : [
            Math.min(box.right, Math.max(box.left, from[0] + t * dx)),
            Math.min(box.bottom, Math.max(box.top, from[1] + t * dy)),
          ];
  return [at(first), at(last)];
}

function withoutRepeats(ring: Ring): Ring {
  return ring.filter((point, i) => !same(point, ring[(i + 1) % ring.length] ?? [NaN, NaN]));
}

/** Whether a hole, cut by the same box, lies in this piece. */
function touches(exterior: Ring, hole: Ring): boolean {
  return hole.some((point) => contains(exterior, point));
}

/** Even-odd; points on the outline count as inside. */
function contains(ring: Ring, [x, y]: Point): boolean {
  let inside = false;
  let from = ring.at(-1);
  for (const to of ring) {
    if (from !== undefined) {
      const cross = (to[0] - from[0]) * (y - from[1]) - (to[1] - from[1]) * (x - from[0]);
      const between =
        Math.min(from[0], to[0]) <= x &&
        x <= Math.max(from[0], to[0]) &&
        Math.min(from[1], to[1]) <= y &&
        y <= Math.max(from[1], to[1]);
      if (cross === 0 && between) return true;
      if (from[1] > y !== to[1] > y && x < ((to[0] - from[0]) * (y - from[1])) / (to[1] - from[1]) + from[0])
        inside = !inside;
    }
    from = to;
  }
  return inside;
}

const same = (a: Point, b: Point): boolean => a[0] === b[0] && a[1] === b[1];
