/** Any label as pixels, and pixels onto a picture of numbers. */
import { decodeAlphaMask, decodeBitmap, type Mask } from './bitmap.ts';
import { cropMask } from './crop.ts';
import { fillPolygon } from './fill-polygon.ts';
import type { Geometry, Point, Points, Ring } from './model.ts';
import { orientedCorners } from './raster.ts';

export interface Size {
  width: number;
  height: number;
}

/**
 * The pixels of a label inside the picture; undefined when there are none. Lines, points and graphs are drawn
 * `thickness` pixels thick (default 1); alpha masks count where they are not 0; cuboids are their filled faces.
 * Throws SLY_FORMAT_INVALID for a mask that cannot be decoded.
 */
export function labelMask(geometry: Geometry, size: Size, thickness = 1): Mask | undefined {
  switch (geometry.geometryType) {
    case 'bitmap':
      return cropMask(decodeBitmap(geometry.bitmap), size);
    case 'alpha_mask': {
      const mask = cropMask(decodeAlphaMask(geometry.bitmap), size);
      return mask === undefined
        ? undefined
        : { ...mask, data: mask.data.map((alpha) => (alpha === 0 ? 0 : 1)) };
    }
    case 'polygon':
      return fillPolygon(geometry.points, size);
    case 'multipolygon':
      return union(geometry.parts.map((part) => fillPolygon(part, size)));
    case 'rectangle': {
      const [a, b] = geometry.points.exterior;
      if (a === undefined || b === undefined) return undefined;
      const corners: Ring = [a, [b[0], a[1]], b, [a[0], b[1]]];
      return fillPolygon({ exterior: corners, interior: [] }, size);
    }
    case 'oriented_bbox':
      return fillPolygon(ringOnly(orientedCorners(geometry.points, geometry.angle).map(rounded)), size);
    case 'line':
      return drawStrokes(segmentsOf(geometry.points.exterior), size, thickness);
    case 'point':
      return drawStrokes(
        geometry.points.exterior.map((point) => [point, point]),
        size,
        thickness,
      );
    case 'graph': {
      const nodes = Object.values(geometry.nodes).map(({ loc }) => loc);
      return drawStrokes(
        nodes.map((point) => [point, point]),
        size,
        thickness,
      );
    }
    case 'cuboid':
      return union(
        geometry.faces.map((face) => fillPolygon(ringOnly(faceRing(geometry.points, face)), size)),
      );
    case 'cuboid_2d':
      return union(
        ['face1', 'face2'].map((face) => {
          const corners = ['topleft', 'topright', 'bottomright', 'bottomleft'].flatMap((corner) => {
            const loc = geometry.vertices[`${face}-${corner}`]?.loc;
            return loc === undefined ? [] : [loc];
          });
          return corners.length === 0 ? undefined : fillPolygon(ringOnly(corners), size);
        }),
      );
    default:
      return undefined;
  }
}

/** Writes `value` where the mask is set. The mask must lie inside the picture (`labelMask` gives such). */
export function paintMask<T extends Uint8Array | Uint16Array | Uint32Array>(
  mask: Mask,
  onto: T,
  width: number,
  value: number,
): void {
  const { data } = mask;
  for (let y = 0; y < mask.height; y++) {
    const to = (mask.y + y) * width + mask.x;
    const from = y * mask.width;
    // Run by run: `fill` is native, and most rows have one run.
    for (let x = 0; x < mask.width; ) {
      if (data[from + x] === 0) {
        x++;
        continue;
      }
      const start = x;
      do x++;
      while (x < mask.width && data[from + x] !== 0);
      onto.fill(value, to + start, to + x);
    }
  }
}

/** All pixels of several masks; undefined without any. */
export function union(masks: readonly (Mask | undefined)[]): Mask | undefined {
  const there = masks.filter((mask) => mask !== undefined);
  const [first] = there;
  if (first === undefined || there.length === 1) return first;
  const left = Math.min(...there.map((mask) => mask.x));
  const top = Math.min(...there.map((mask) => mask.y));
  const width = Math.max(...there.map((mask) => mask.x + mask.width)) - left;
  const height = Math.max(...there.map((mask) => mask.y + mask.height)) - top;
  const whole: Mask = { x: left, y: top, width, height, data: new Uint8Array(width * height) };
  for (const mask of there) paintMask({ ...mask, x: mask.x - left, y: mask.y - top }, whole.data, width, 1);
  return whole;
}

/** Every pixel whose centre is not farther than half the thickness from a stroke; one pixel thick at least. */
function drawStrokes(strokes: [Point, Point][], size: Size, thickness: number): Mask | undefined {
  const reach = Math.max(0.5, thickness / 2);
  return union(strokes.map(([from, to]) => drawStroke(from, to, size, reach)));
}

function drawStroke([x1, y1]: Point, [x2, y2]: Point, size: Size, reach: number): Mask | undefined {
  const left = Math.max(0, Math.ceil(Math.min(x1, x2) - reach));
  const top = Math.max(0, Math.ceil(Math.min(y1, y2) - reach));
  const right = Math.min(size.width - 1, Math.floor(Math.max(x1, x2) + reach));
  const bottom = Math.min(size.height - 1, Math.floor(Math.max(y1, y2) + reach));
  if (left > right || top > bottom) return undefined;
  const [width, height] = [right - left + 1, bottom - top + 1];
  const mask: Mask = { x: left, y: top, width, height, data: new Uint8Array(width * height) };
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
      const [px, py] = [x - x1 - along * dx, y - y1 - along * dy];
      if (px * px + py * py <= reach * reach) mask.data[(y - top) * width + x - left] = 1;
    }
  }
  return mask.data.includes(1) ? mask : undefined;
}

function segmentsOf(line: Ring): [Point, Point][] {
  return line.slice(1).map((to, i) => [line[i] as Point, to]);
}

function faceRing(points: readonly Point[], face: readonly number[]): Ring {
  return face.flatMap((i) => {
    const point = points[i];
    return point === undefined ? [] : [point];
  });
}

const ringOnly = (exterior: Ring): Points => ({ exterior, interior: [] });
const rounded = ([x, y]: Point): Point => [Math.round(x), Math.round(y)];
