/** A region of VIA as geometries in pixels of its picture. Coordinates are a plane in which pixel 0 reaches from 0 to 1. */
import type { Geometry, Point } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { ellipseRing } from '../../src/plugin-kit/round-shapes.ts';
import { boxPixels, pointPixel, polygonPixels, type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';

/** None when nothing of it is in the picture; a text says what is wrong with it. */
export function geometriesOf(shape: unknown, size: Size): Geometry[] | string {
  if (!isRecord(shape)) return `shape_attributes: expected an object, got ${shown(shape)}`;
  const numbers = (...keys: string[]): number[] | string => {
    const list: number[] = [];
    for (const key of keys) {
      const number = toNumber(shape[key] ?? (key === 'theta' ? 0 : undefined));
      if (number === undefined) return `${key}: expected a number, got ${shown(shape[key])}`;
      list.push(number);
    }
    return list;
  };
  switch (shape.name) {
    case 'rect': {
      const read = numbers('x', 'y', 'width', 'height');
      if (typeof read === 'string') return read;
      const [x = 0, y = 0, width = 0, height = 0] = read;
      const corners = boxPixels(x, y, width, height, size);
      return corners === undefined
        ? []
        : [{ geometryType: 'rectangle', points: { exterior: corners, interior: [] } }];
    }
    case 'circle': {
      const read = numbers('cx', 'cy', 'r');
      if (typeof read === 'string') return read;
      const [cx = 0, cy = 0, r = 0] = read;
      return r > 0 ? polygons(ellipseRing(cx, cy, r, r), size) : `r: expected a radius above 0, got ${r}`;
    }
    case 'ellipse': {
      const read = numbers('cx', 'cy', 'rx', 'ry', 'theta');
      if (typeof read === 'string') return read;
      const [cx = 0, cy = 0, rx = 0, ry = 0, theta = 0] = read;
      return rx > 0 && ry > 0
        ? polygons(ellipseRing(cx, cy, rx, ry, theta), size)
        : `rx, ry: expected radii above 0, got ${rx} and ${ry}`;
    }
    case 'point': {
      const read = numbers('cx', 'cy');
      if (typeof read === 'string') return read;
      const [x = 0, y = 0] = read;
      if (x < -1 || y < -1 || x > size.width + 1 || y > size.height + 1) return [];
      return [{ geometryType: 'point', points: { exterior: [pointPixel(x, y, size)], interior: [] } }];
    }
    case 'polygon': {
      const points = readPoints(shape, 3);
      return typeof points === 'string' ? points : polygons(points, size);
    }
    case 'polyline': {
      const points = readPoints(shape, 2);
      if (typeof points === 'string') return points;
      const exterior = points.map(
        ([x, y]): Point => [
          x === size.width ? size.width - 1 : Math.floor(x),
          y === size.height ? size.height - 1 : Math.floor(y),
        ],
      );
      return [{ geometryType: 'line', points: { exterior, interior: [] } }];
    }
    default:
      return `name: expected rect, circle, ellipse, point, polygon or polyline, got ${shown(shape.name)}`;
  }
}

function readPoints(
  { all_points_x: xs, all_points_y: ys }: Readonly<Record<string, unknown>>,
  least: number,
): Point[] | string {
  if (!Array.isArray(xs) || !Array.isArray(ys))
    return `all_points_x, all_points_y: expected two lists, got ${shown(xs)} and ${shown(ys)}`;
  if (xs.length !== ys.length)
    return `all_points_x, all_points_y: expected lists of one length, got ${xs.length} and ${ys.length}`;
  const points: Point[] = [];
  for (let i = 0; i < xs.length; i++) {
    const [x, y] = [toNumber((xs as unknown[])[i]), toNumber((ys as unknown[])[i])];
    if (x === undefined || y === undefined)
      return `point ${i}: expected two numbers, got ${shown((xs as unknown[])[i])} and ${shown((ys as unknown[])[i])}`;
    points.push([x, y]);
  }
  return points.length < least ? `expected at least ${least} points, got ${points.length}` : points;
}

function polygons(ring: readonly Point[], size: Size): Geometry[] {
  return polygonPixels({ exterior: [...ring], interior: [] }, size).map((points) => ({
    geometryType: 'polygon',
    points,
  }));
}
