/** Outlines of labels as rings in the plane: pixel 0 reaches from 0 to 1, so a pixel is its middle. */
import { decodeAlphaMask, decodeBitmap } from '../../src/format/bitmap.ts';
import type { Geometry, Point, Points, Ring } from '../../src/format/model.ts';
import { maskToPolygons } from '../../src/format/raster.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { turnedBoxOf, turnedCorners } from '../../src/plugin-kit/round-shapes.ts';

export const middle = ([x, y]: Point): Point => [x + 0.5, y + 0.5];

/** Rings without holes; undefined for a geometry that has no outline. */
export function outlineRings(geometry: Geometry, losses: Losses): Ring[] | undefined {
  switch (geometry.geometryType) {
    case 'polygon':
      return outside([geometry.points], losses);
    case 'multipolygon':
      return outside(geometry.parts, losses);
    case 'bitmap':
    case 'alpha_mask': {
      if (geometry.geometryType === 'alpha_mask')
        losses.add('mask with transparency (its outline is written)');
      try {
        const mask =
          geometry.geometryType === 'bitmap'
            ? decodeBitmap(geometry.bitmap)
            : decodeAlphaMask(geometry.bitmap);
        const polygons = maskToPolygons(mask);
        if (polygons.length === 0) losses.add('mask of single pixels or a thin line');
        return outside(polygons, losses);
      } catch (error) {
        losses.add(`mask without readable data (${toSlyError(error).detail})`);
        return [];
      }
    }
    case 'rectangle': {
      const corners = boxCorners(geometry.points.exterior);
      return corners === undefined ? [] : [corners];
    }
    case 'oriented_bbox':
      return [turnedCorners(turnedBoxOf(geometry.points, geometry.angle))];
    default:
      return undefined;
  }
}

function outside(polygons: readonly Points[], losses: Losses): Ring[] {
  return polygons.map(({ exterior, interior }) => {
    for (let i = 0; i < interior.length; i++) losses.add('hole of an outline');
    return exterior.map(middle);
  });
}

/** The edges of the outermost pixels. */
export function boxCorners([a, b]: Ring): Ring | undefined {
  if (a === undefined || b === undefined) return undefined;
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0]) + 1];
  const [top, bottom] = [Math.min(a[1], b[1]), Math.max(a[1], b[1]) + 1];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** More corners than this in one object are joined end to start instead of where they are nearest. */
const MAX_CORNERS = 3000;

/** One ring through all: to the nearest corner of the next and back the same way, so that no area is added. */
export function joinRings(rings: readonly Ring[]): Ring {
  const [first = [], ...others] = rings;
  let joined: Ring = [...first];
  for (const ring of others) {
    const [i, j] = nearest(joined, ring);
    const [from, to] = [joined[i], ring[j]];
    if (from === undefined || to === undefined) continue;
    joined = [
      ...joined.slice(0, i + 1),
      ...ring.slice(j),
      ...ring.slice(0, j),
      [...to],
      [...from],
      ...joined.slice(i + 1),
    ];
  }
  return joined;
}

function nearest(a: Ring, b: Ring): [number, number] {
  if (a.length + b.length > MAX_CORNERS) return [a.length - 1, 0];
  let best: [number, number] = [0, 0];
  let least = Infinity;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      const [x, y] = [(a[i]?.[0] ?? 0) - (b[j]?.[0] ?? 0), (a[i]?.[1] ?? 0) - (b[j]?.[1] ?? 0)];
      if (x * x + y * y >= least) continue;
      least = x * x + y * y;
      best = [i, j];
    }
  }
  return best;
}
