/**
 * Polygon -> pixels, as OpenCV's fillPoly does it: even-odd scan lines in 16.16 fixed point, and the
 * outline drawn over it, so that boundary pixels belong to the polygon. Holes are filled the same way with 0.
 */
import type { Mask } from './bitmap.ts';
import type { Points, Ring } from './model.ts';

const ONE = 65536;

/**
 * The part of the polygon inside the image, in a mask as large as its box; undefined when there is none.
 * Coordinates with a fraction mean the pixel they are in.
 */
export function fillPolygon(points: Points, size: { width: number; height: number }): Mask | undefined {
  const exterior = points.exterior.map(toPixel);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of exterior) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  left = Math.max(0, left);
  top = Math.max(0, top);
  right = Math.min(size.width - 1, right);
  bottom = Math.min(size.height - 1, bottom);
  if (!(left <= right && top <= bottom)) return undefined;
  const width = right - left + 1;
  const height = bottom - top + 1;
  const mask: Mask = { x: left, y: top, width, height, data: new Uint8Array(width * height) };
  fillRing(mask, exterior, 1);
  for (const ring of points.interior) fillRing(mask, ring.map(toPixel), 0);
  return mask.data.includes(1) ? mask : undefined;
}

const toPixel = ([x, y]: readonly [number, number]): [number, number] => [Math.floor(x), Math.floor(y)];

interface Edge {
  top: number;
  bottom: number;
  /** 16.16 at row `top`. */
  x: number;
  /** Per row. */
  slope: number;
}

function fillRing(mask: Mask, ring: Ring, value: 0 | 1): void {
  const edges: Edge[] = [];
  let from = ring.at(-1);
  for (const to of ring) {
    if (from === undefined) return;
    drawLine(mask, from[0] - mask.x, from[1] - mask.y, to[0] - mask.x, to[1] - mask.y, value);
    if (from[1] !== to[1]) {
      const [high, low] = from[1] < to[1] ? [from, to] : [to, from];
      const slope = Math.trunc(((low[0] - high[0]) * ONE) / (low[1] - high[1]));
      edges.push({ top: high[1] - mask.y, bottom: low[1] - mask.y, x: (high[0] - mask.x) * ONE, slope });
    }
    from = to;
  }
  fillSpans(mask, edges, value);
}

function fillSpans(mask: Mask, edges: Edge[], value: 0 | 1): void {
  edges.sort((a, b) => a.top - b.top);
  let next = 0;
  let active: Edge[] = [];
  const crossings: number[] = [];
  for (let y = 0; y < mask.height; y++) {
    if (active.some((edge) => edge.bottom <= y)) active = active.filter((edge) => edge.bottom > y);
    for (let edge = edges[next]; edge !== undefined && edge.top <= y; edge = edges[++next]) {
      if (edge.bottom > y) active.push(edge);
    }
    crossings.length = 0;
    for (const edge of active) crossings.push(edge.x + edge.slope * (y - edge.top));
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const start = Math.max(0, Math.ceil((crossings[i] ?? 0) / ONE));
      const end = Math.min(mask.width - 1, Math.floor((crossings[i + 1] ?? 0) / ONE));
      if (start <= end) mask.data.fill(value, y * mask.width + start, y * mask.width + end + 1);
    }
  }
}

/** 8-connected line from left to right; pixels outside the mask are passed over. */
function drawLine(mask: Mask, x1: number, y1: number, x2: number, y2: number, value: 0 | 1): void {
  const { width, height, data } = mask;
  if (Math.max(x1, x2) < 0 || Math.min(x1, x2) >= width) return;
  if (Math.max(y1, y2) < 0 || Math.min(y1, y2) >= height) return;
  const [startX, startY, endX, endY] = x1 <= x2 ? [x1, y1, x2, y2] : [x2, y2, x1, y1];
  const down = endY >= startY ? 1 : -1;
  const wide = endX - startX;
  const high = Math.abs(endY - startY);
  const steep = high > wide;
  const long = steep ? high : wide;
  const short = steep ? wide : high;
  // Steps before the line can enter the mask are counted, not walked: an outline may reach far outside.
  const skip = steep ? Math.max(0, down > 0 ? -startY : startY - (height - 1)) : Math.max(0, -startX);
  const stop = Math.min(long, steep ? (down > 0 ? height - 1 - startY : startY) : width - 1 - startX);
  for (let step = skip; step <= stop; step++) {
    // How often the error of Bresenham's line went below zero in `step` steps.
    const side = long === 0 ? 0 : Math.max(0, Math.ceil((2 * short * step - long) / (2 * long)));
    const x = startX + (steep ? side : step);
    const y = startY + down * (steep ? step : side);
    if (x >= 0 && x < width && y >= 0 && y < height) data[y * width + x] = value;
  }
}
