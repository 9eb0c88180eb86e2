/** Measures of geometries and the way from pixels back to polygons. */
import { bitmapSize, decodeAlphaMask, decodeBitmap, type Mask } from './bitmap.ts';
import type { Geometry, Point, Points, Ring } from './model.ts';
import { simplifyRing } from './simplify-ring.ts';
import { traceContours } from './trace-contours.ts';

export { fillPolygon } from './fill-polygon.ts';

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * Outer contours with their direct holes, simplified by Douglas and Peucker; `epsilon` in pixels, default 1,
 * 0 keeps every corner. Contours of fewer than three points (single pixels, straight lines) are left out.
 */
export function maskToPolygons(mask: Mask, options: { epsilon?: number } = {}): Points[] {
  const epsilon = options.epsilon ?? 1;
  const polygons: Points[] = [];
  for (const { exterior, interior } of traceContours(mask)) {
    if (exterior.length < 3) continue;
    polygons.push({
      exterior: simplifyRing(exterior, epsilon),
      interior: interior.filter((ring) => ring.length >= 3).map((ring) => simplifyRing(ring, epsilon)),
    });
  }
  return polygons;
}

/** Shoelace area of the exterior less that of the holes, in square pixels. */
export function polygonArea(points: Points): number {
  let area = ringArea(points.exterior);
  for (const hole of points.interior) area -= ringArea(hole);
  return area;
}

/** Pixels a geometry covers: masks are counted, boxes are inclusive, points, lines and graphs have none. */
export function geometryArea(geometry: Geometry): number {
  switch (geometry.geometryType) {
    case 'rectangle':
      return boxArea(geometry.points.exterior);
    case 'oriented_bbox':
      return boxArea(geometry.points);
    case 'polygon':
      return polygonArea(geometry.points);
    case 'multipolygon':
      return geometry.parts.reduce((sum, part) => sum + polygonArea(part), 0);
    case 'bitmap':
      return countSet(decodeBitmap(geometry.bitmap));
    case 'alpha_mask':
      return countSet(decodeAlphaMask(geometry.bitmap));
    default:
      return 0;
  }
}

/** Smallest box around a geometry, inclusive; undefined where it has no place (`multichannelBitmap`, no points). */
export function geometryBounds(geometry: Geometry): Bounds | undefined {
  switch (geometry.geometryType) {
    case 'bitmap':
    case 'alpha_mask': {
      const [left, top] = geometry.bitmap.origin;
      const { width, height } = bitmapSize(geometry.bitmap);
      return { left, top, right: left + width - 1, bottom: top + height - 1 };
    }
    case 'multichannelBitmap':
      return undefined;
    case 'multipolygon':
      return pointBounds(geometry.parts.flatMap((part) => part.exterior));
    case 'oriented_bbox':
      return pointBounds(orientedCorners(geometry.points, geometry.angle));
    case 'graph':
      return pointBounds(Object.values(geometry.nodes).map((node) => node.loc));
    case 'cuboid_2d':
      return pointBounds(Object.values(geometry.vertices).map((vertex) => vertex.loc));
    case 'cuboid':
      return pointBounds(geometry.points);
    default:
      return pointBounds(geometry.points.exterior);
  }
}

/** The four corners after the turn, clockwise from the one that was left top. */
export function orientedCorners([a, b]: [Point, Point], angle: number): Ring {
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const [top, bottom] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const corners: Ring = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
  return corners.map(([px, py]) => [
    x + (px - x) * cos - (py - y) * sin,
    y + (px - x) * sin + (py - y) * cos,
  ]);
}

/** Unsigned. */
export function ringArea(ring: Ring): number {
  let twice = 0;
  let from = ring.at(-1);
  for (const to of ring) {
    if (from !== undefined) twice += from[0] * to[1] - to[0] * from[1];
    from = to;
  }
  return Math.abs(twice) / 2;
}

function boxArea([a, b]: Ring): number {
  if (a === undefined || b === undefined) return 0;
  return (Math.abs(a[0] - b[0]) + 1) * (Math.abs(a[1] - b[1]) + 1);
}

function countSet(mask: Mask): number {
  let count = 0;
  for (const value of mask.data) if (value !== 0) count++;
  return count;
}

/** Of the points themselves; undefined without any. */
export function pointBounds(points: Ring): Bounds | undefined {
  if (points.length === 0) return undefined;
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}
