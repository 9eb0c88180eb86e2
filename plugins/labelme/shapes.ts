/** A shape of LabelMe as geometries in pixels of its picture. Coordinates are a plane in which pixel 0 reaches from 0 to 1. */
import { encodeBitmap, type Mask } from '../../src/format/bitmap.ts';
import { cropMask } from '../../src/format/crop.ts';
import type { Geometry, Point } from '../../src/format/model.ts';
import { readPngHeader } from '../../src/format/png-mask.ts';
import { shown } from '../../src/format/problem.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { decodePngValues } from '../../src/plugin-kit/pixels/read-values.ts';
import { ellipseRing } from '../../src/plugin-kit/round-shapes.ts';
import { boxPixels, pointPixel, polygonPixels, type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';

const LEAST: Record<string, number> = {
  polygon: 3,
  rectangle: 2,
  circle: 2,
  line: 2,
  linestrip: 2,
  point: 1,
  points: 1,
  mask: 2,
};
/** Of a mask, before it is decoded. */
const MAX_PIXELS = 256e6;

/** None when nothing of it is in the picture; a text says what is wrong with it. */
export function geometriesOf(
  { shape_type, points: raw, mask }: Record<string, unknown>,
  size: Size,
): Geometry[] | string {
  const points = readPoints(raw);
  if (typeof points === 'string') return points;
  // Old files have no type; what turned boxes are called differs between versions and relatives.
  const type = shape_type === undefined || shape_type === null ? 'polygon' : TYPES[String(shape_type)];
  if (type === undefined)
    return `shape_type: expected one of ${Object.keys(TYPES).join(', ')}, got ${shown(shape_type)}`;
  const least = LEAST[type] ?? 1;
  if (points.length < least) return `expected at least ${least} points for a ${type}, got ${points.length}`;
  const [a = [0, 0], b = [0, 0]] = points;
  switch (type) {
    case 'rectangle': {
      const corners = boxOf(points);
      const pixels = boxPixels(corners.x, corners.y, corners.width, corners.height, size);
      return pixels === undefined
        ? []
        : [{ geometryType: 'rectangle', points: { exterior: pixels, interior: [] } }];
    }
    case 'circle': {
      const radius = Math.hypot(b[0] - a[0], b[1] - a[1]);
      return radius > 0
        ? polygons(ellipseRing(a[0], a[1], radius, radius), size)
        : 'expected a circle with a radius, got 0';
    }
    case 'line':
    case 'linestrip':
      return [
        {
          geometryType: 'line',
          points: { exterior: points.map((one) => plainPixel(one, size)), interior: [] },
        },
      ];
    case 'point':
    case 'points':
      return points.flatMap(([x, y]): Geometry[] =>
        x < -1 || y < -1 || x > size.width + 1 || y > size.height + 1
          ? []
          : [{ geometryType: 'point', points: { exterior: [pointPixel(x, y, size)], interior: [] } }],
      );
    case 'mask':
      return maskGeometries(mask, boxOf(points), size);
    default:
      return polygons(points, size);
  }
}

const TYPES: Readonly<Record<string, string | undefined>> = {
  polygon: 'polygon',
  rectangle: 'rectangle',
  oriented_rectangle: 'polygon',
  rotation: 'polygon',
  quadrilateral: 'polygon',
  circle: 'circle',
  line: 'line',
  linestrip: 'linestrip',
  point: 'point',
  points: 'points',
  mask: 'mask',
};

function readPoints(raw: unknown): Point[] | string {
  if (!Array.isArray(raw)) return `points: expected a list of [x, y], got ${shown(raw)}`;
  const points: Point[] = [];
  for (const [i, pair] of (raw as unknown[]).entries()) {
    const [x, y] = Array.isArray(pair) ? (pair as unknown[]).map(toNumber) : [];
    if (x === undefined || y === undefined) return `points[${i}]: expected [x, y], got ${shown(pair)}`;
    points.push([x, y]);
  }
  return points;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Two corners, or all four of them. */
function boxOf(points: readonly Point[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function polygons(ring: readonly Point[], size: Size): Geometry[] {
  return polygonPixels({ exterior: [...ring], interior: [] }, size).map((points) => ({
    geometryType: 'polygon',
    points,
  }));
}

/** The first point is the left top pixel of the mask; its size is that of the PNG. */
function maskGeometries(raw: unknown, { x, y }: Box, size: Size): Geometry[] | string {
  if (typeof raw !== 'string') return `mask: expected a PNG as base64, got ${shown(raw)}`;
  try {
    const bytes = Buffer.from(raw, 'base64');
    const header = readPngHeader(bytes);
    if (header === undefined) return `mask: expected a PNG as base64, got ${shown(raw)}`;
    if (header.width * header.height > MAX_PIXELS)
      return `mask: expected at most ${MAX_PIXELS} pixels, got ${header.width} x ${header.height}`;
    const { width, height, channels, data: values } = decodePngValues(bytes);
    const data = new Uint8Array(width * height);
    for (let i = 0; i < data.length; i++) data[i] = values[i * channels] === 0 ? 0 : 1;
    const mask: Mask = { x: Math.round(x), y: Math.round(y), width, height, data };
    const inside = cropMask(mask, size);
    return inside === undefined ? [] : [{ geometryType: 'bitmap', bitmap: encodeBitmap(inside) }];
  } catch (error) {
    return `mask: ${toSlyError(error).detail}`;
  }
}

/** The pixel a point lies in, also outside of the picture, where the kit cuts; its right border is its last pixel. */
function plainPixel([x, y]: Point, { width, height }: Size): Point {
  return [x === width ? width - 1 : Math.floor(x), y === height ? height - 1 : Math.floor(y)];
}
