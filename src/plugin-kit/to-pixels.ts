/**
 * From COCO's plane (pixel 0 reaches from 0 to 1) to pixel indices, and into the image: a box keeps the pixels it
 * covers by 0.3 and more, right and bottom inclusive; any other point is the pixel it lies in.
 */

import { type Box, clipPolygon } from '../format/clip.ts';
import type { Size } from '../format/label-mask.ts';
import type { Point, Points, Ring } from '../format/model.ts';

export { toNumber } from './to-number.ts';
export type { Size };

const COVERED = 0.3;
/** Against binary fractions. */
const SLACK = 1e-9;

/**
 * `[x, y, width, height]` as corners inside the image; undefined when nothing of it is. Negative sizes mean the
 * corner on the other side; a box thinner than a pixel keeps one.
 */
export function boxPixels(
  x: number,
  y: number,
  w: number,
  h: number,
  size: Size,
): [Point, Point] | undefined {
  if (!boxPixelsInto(x, y, w, h, size, corners)) return undefined;
  return [
    [corners[0] ?? 0, corners[1] ?? 0],
    [corners[2] ?? 0, corners[3] ?? 0],
  ];
}

const corners = new Int32Array(4);

/** The same as left, top, right, bottom, for millions of them; false when nothing is inside. */
export function boxPixelsInto(
  x: number,
  y: number,
  w: number,
  h: number,
  size: Size,
  into: Int32Array,
): boolean {
  return (
    spanInto(Math.min(x, x + w), Math.max(x, x + w), size.width, into, 0) &&
    spanInto(Math.min(y, y + h), Math.max(y, y + h), size.height, into, 1)
  );
}

/** First and last pixel to `at` and two behind it. */
function spanInto(from: number, to: number, size: number, into: Int32Array, at: number): boolean {
  if (to < 0 || from > size) return false;
  const low = Math.floor(from);
  const first = low + 1 - from >= COVERED - SLACK ? low : low + 1;
  const high = Math.floor(to);
  const last = to - high >= COVERED - SLACK ? high : high - 1;
  const start = Math.min(Math.max(first, 0), size - 1);
  into[at] = start;
  into[at + 2] = Math.min(Math.max(last, start), size - 1);
  return true;
}

/** The pixel of a point; outside of the image the nearest one. */
export function pointPixel(x: number, y: number, size: Size): Point {
  return [
    Math.min(Math.max(Math.floor(x), 0), size.width - 1),
    Math.min(Math.max(Math.floor(y), 0), size.height - 1),
  ];
}

/** Pieces of a polygon inside the image as pixels. Most lie inside and are one piece. */
export function polygonPixels(polygon: Points, size: Size): Points[] {
  const box: Box = { left: 0, top: 0, right: size.width, bottom: size.height };
  const pieces = isInside(polygon.exterior, box) ? [polygon] : clipPolygon(polygon, box);
  return pieces.map(({ exterior, interior }) => ({
    exterior: ringPixels(exterior, size),
    interior: interior.map((ring) => ringPixels(ring, size)),
  }));
}

/** Neighbours that fall into one pixel become one point, as long as three are left. */
function ringPixels(ring: Ring, size: Size): Ring {
  const [right, bottom] = [size.width - 1, size.height - 1];
  const pixels: Ring = [];
  let lastX = -1;
  let lastY = -1;
  for (const point of ring) {
    const x = Math.min(Math.max(Math.floor(point[0]), 0), right);
    const y = Math.min(Math.max(Math.floor(point[1]), 0), bottom);
    if (x === lastX && y === lastY) continue;
    pixels.push([x, y]);
    lastX = x;
    lastY = y;
  }
  const first = pixels[0];
  if (pixels.length > 3 && first !== undefined && first[0] === lastX && first[1] === lastY) pixels.pop();
  return pixels.length >= 3 ? pixels : ring.map(([x, y]) => pointPixel(x, y, size));
}

function isInside(ring: Ring, box: Box): boolean {
  for (const [x, y] of ring) if (x < box.left || y < box.top || x > box.right || y > box.bottom) return false;
  return true;
}
