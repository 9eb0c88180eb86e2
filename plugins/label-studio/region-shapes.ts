/** The value of a region as geometries in pixels of its picture. Numbers are percent of the picture's width and height. */
import { encodeBitmap, type Mask } from '../../src/format/bitmap.ts';
import { cropMask } from '../../src/format/crop.ts';
import type { Geometry, Point } from '../../src/format/model.ts';
import { readPngHeader } from '../../src/format/png-mask.ts';
import { shown } from '../../src/format/problem.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { decodePngValues } from '../../src/plugin-kit/pixels/read-values.ts';
import { ellipseRing, turnedBoxGeometry, turnedCorners } from '../../src/plugin-kit/round-shapes.ts';
import { boxPixels, pointPixel, polygonPixels, type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { decodeBrush } from './brush-rle.ts';

export const REGION_KINDS = ['rectangle', 'polygon', 'brush', 'keypoint', 'ellipse', 'bitmask'] as const;
export type RegionKind = (typeof REGION_KINDS)[number];

type Value = Readonly<Record<string, unknown>>;

const RADIANS = Math.PI / 180;
const MAX_PIXELS = 256e6;

/** None when nothing of it is in the picture; a text says what is wrong with it. */
export function geometriesOf(
  kind: RegionKind,
  value: Value,
  { size, original, rotatedAs }: { size: Size; original: Size; rotatedAs: 'oriented_bbox' | 'polygon' },
): Geometry[] | string {
  const numbers = (...keys: string[]): number[] | string => {
    const list: number[] = [];
    for (const key of keys) {
      const number = toNumber(value[key] ?? (key === 'rotation' ? 0 : undefined));
      if (number === undefined) return `value.${key}: expected a number, got ${shown(value[key])}`;
      list.push(number);
    }
    return list;
  };
  switch (kind) {
    case 'rectangle': {
      const read = numbers('x', 'y', 'width', 'height', 'rotation');
      return typeof read === 'string' ? read : rectangle(read, size, rotatedAs);
    }
    case 'ellipse': {
      const read = numbers('x', 'y', 'radiusX', 'radiusY', 'rotation');
      if (typeof read === 'string') return read;
      const [x = 0, y = 0, rx = 0, ry = 0, rotation = 0] = read;
      if (!(rx > 0 && ry > 0)) return `expected radii above 0, got ${rx} and ${ry}`;
      const [cx, cy] = place(x, y, size);
      const [dx, dy] = place(rx, ry, size);
      return polygons(ellipseRing(cx, cy, dx, dy, rotation * RADIANS), size);
    }
    case 'keypoint': {
      const read = numbers('x', 'y');
      if (typeof read === 'string') return read;
      const [x, y] = place(read[0] ?? 0, read[1] ?? 0, size);
      if (x < -1 || y < -1 || x > size.width + 1 || y > size.height + 1) return [];
      return [{ geometryType: 'point', points: { exterior: [pointPixel(x, y, size)], interior: [] } }];
    }
    case 'polygon':
      return polygon(value, size);
    case 'brush': {
      if (!Array.isArray(value.rle)) return `value.rle: expected a list of bytes, got ${shown(value.rle)}`;
      return maskOf(decodeBrush(value.rle as number[], original), size, original);
    }
    case 'bitmask':
      return maskOf(decodeBitmask(value.imageDataURL), size, original);
  }
}

/** Percent to pixels; what is a whole pixel but for binary fractions is one. */
function place(x: number, y: number, { width, height }: Size): Point {
  return [snapped((x * width) / 100), snapped((y * height) / 100)];
}

function snapped(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-6 ? whole : value;
}

/** Turned about its left top corner. */
function rectangle(
  [px = 0, py = 0, pw = 0, ph = 0, rotation = 0]: readonly number[],
  size: Size,
  rotatedAs: 'oriented_bbox' | 'polygon',
): Geometry[] {
  const [x, y] = place(px, py, size);
  const [width, height] = place(pw, ph, size);
  if (rotation % 360 === 0) {
    const corners = boxPixels(x, y, width, height, size);
    return corners === undefined
      ? []
      : [{ geometryType: 'rectangle', points: { exterior: corners, interior: [] } }];
  }
  const angle = (rotation % 360) * RADIANS;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const box = {
    x: x + (width * cos - height * sin - width) / 2,
    y: y + (width * sin + height * cos - height) / 2,
    width,
    height,
    angle,
  };
  const corners = turnedCorners(box);
  if (rotatedAs === 'polygon') return polygons(corners, size);
  const inside = polygonPixels({ exterior: corners, interior: [] }, size).length > 0;
  return inside ? [turnedBoxGeometry(box)] : [];
}

function polygon(value: Value, size: Size): Geometry[] | string {
  if (!Array.isArray(value.points))
    return `value.points: expected a list of [x, y], got ${shown(value.points)}`;
  const points: Point[] = [];
  for (const [i, pair] of (value.points as unknown[]).entries()) {
    const [x, y] = Array.isArray(pair) ? (pair as unknown[]).map(toNumber) : [];
    if (x === undefined || y === undefined) return `value.points[${i}]: expected [x, y], got ${shown(pair)}`;
    points.push(place(x, y, size));
  }
  const open = value.closed === false;
  const least = open ? 2 : 3;
  if (points.length < least) return `value.points: expected at least ${least} points, got ${points.length}`;
  if (!open) return polygons(points, size);
  const exterior = points.map(
    ([x, y]): Point => [
      x === size.width ? size.width - 1 : Math.floor(x),
      y === size.height ? size.height - 1 : Math.floor(y),
    ],
  );
  return [{ geometryType: 'line', points: { exterior, interior: [] } }];
}

function polygons(ring: readonly Point[], size: Size): Geometry[] {
  return polygonPixels({ exterior: [...ring], interior: [] }, size).map((points) => ({
    geometryType: 'polygon',
    points,
  }));
}

function maskOf(mask: Mask | undefined | string, size: Size, original: Size): Geometry[] | string {
  if (typeof mask === 'string') return mask;
  if (original.width !== size.width || original.height !== size.height)
    return `expected a mask of ${size.width} x ${size.height} as the picture is, got ${original.width} x ${original.height}`;
  const inside = mask === undefined ? undefined : cropMask(mask, size);
  return inside === undefined ? [] : [{ geometryType: 'bitmap', bitmap: encodeBitmap(inside) }];
}

/** A PNG as a data URL: alpha decides, or any channel where there is none. */
function decodeBitmask(url: unknown): Mask | string {
  const text = typeof url === 'string' ? /^data:image\/png;base64,(.*)$/s.exec(url)?.[1] : undefined;
  if (text === undefined) return `value.imageDataURL: expected a PNG as a data URL, got ${shown(url)}`;
  try {
    const bytes = Buffer.from(text, 'base64');
    const header = readPngHeader(bytes);
    if (header === undefined) return 'value.imageDataURL: expected a PNG, got something else';
    if (header.width * header.height > MAX_PIXELS)
      return `value.imageDataURL: expected at most ${MAX_PIXELS} pixels, got ${header.width} x ${header.height}`;
    const { width, height, channels, data: values } = decodePngValues(bytes);
    const [from, to] = channels === 2 || channels === 4 ? [channels - 1, channels] : [0, channels];
    const data = new Uint8Array(width * height);
    for (let i = 0; i < data.length; i++)
      for (let channel = from; channel < to; channel++) if (values[i * channels + channel] !== 0) data[i] = 1;
    return { x: 0, y: 0, width, height, data };
  } catch (error) {
    return `value.imageDataURL: ${toSlyError(error).detail}`;
  }
}
