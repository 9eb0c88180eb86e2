/** `poly2d` in its forms, curves made straight. */
import type { Ring } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';

export interface Poly {
  points: Ring;
  closed: boolean;
}

/**
 * A list of `{vertices, types, closed}`, or (2018) one list of `[x, y, type]`. Type `C` is a control point of a cubic
 * Bezier curve: two of them and the end of the curve. `pieces` straight parts for each curve; `lane`: an outline that
 * does not say is open. A text says what is wrong.
 */
export function readPoly2d(value: unknown, pieces: number, lane: boolean): Poly[] | string {
  if (!Array.isArray(value) || value.length === 0) return `expected a list of outlines, got ${shown(value)}`;
  const outlines = Array.isArray(value[0]) ? [value as unknown] : (value as unknown[]);
  const polys: Poly[] = [];
  for (const outline of outlines) {
    const read = Array.isArray(outline)
      ? readTriples(outline)
      : isRecord(outline)
        ? readVertices(outline)
        : `expected an outline, got ${shown(outline)}`;
    if (typeof read === 'string') return read;
    const closed = isRecord(outline) && typeof outline.closed === 'boolean' ? outline.closed : !lane;
    const least = closed ? 3 : 2;
    if (read.points.length < least) return `expected ${least} points at least, got ${read.points.length}`;
    polys.push({ points: straight(read.points, read.types, pieces, closed), closed });
  }
  return polys;
}

interface Typed {
  points: Ring;
  /** A letter a point. */
  types: string;
}

function readTriples(triples: readonly unknown[]): Typed | string {
  const types = triples.map((triple) => (Array.isArray(triple) && triple[2] === 'C' ? 'C' : 'L'));
  return readPoints(triples, types.join(''));
}

function readVertices({ vertices, types }: Record<string, unknown>): Typed | string {
  if (!Array.isArray(vertices)) return `expected a list of vertices, got ${shown(vertices)}`;
  return readPoints(vertices, typeof types === 'string' ? types : '');
}

function readPoints(list: readonly unknown[], types: string): Typed | string {
  const points: Ring = [];
  for (const pair of list) {
    const [x, y] = Array.isArray(pair) ? [toNumber(pair[0]), toNumber(pair[1])] : [];
    if (x === undefined || y === undefined) return `expected points [x, y], got ${shown(pair)}`;
    points.push([x, y]);
  }
  return { points, types };
}

/** Control points that are not two before an end are taken as points. */
function straight(points: Ring, types: string, pieces: number, closed: boolean): Ring {
  const ring: Ring = [];
  for (let i = 0; i < points.length; i++) {
    const [a, b] = [points[i], points[i + 1]];
    const start = ring.at(-1);
    // A closed outline may end with a curve that comes back to its first point.
    const end = points[i + 2] ?? (closed && i + 2 === points.length ? points[0] : undefined);
    const curve =
      types[i] === 'C' && types[i + 1] === 'C' && (types[i + 2] === 'C' || i + 2 === points.length);
    if (!curve || a === undefined || b === undefined || start === undefined || end === undefined) {
      if (a !== undefined) ring.push(a);
      continue;
    }
    const last = i + 2 === points.length ? pieces - 1 : pieces;
    for (let n = 1; n <= last; n++) {
      const t = n / pieces;
      const u = 1 - t;
      const weights = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
      const at = (axis: 0 | 1): number =>
        [start, a, b, end].reduce((sum, point, k) => sum + point[axis] * (weights[k] ?? 0), 0);
      ring.push([at(0), at(1)]);
    }
    i += 2;
  }
  return ring;
}
