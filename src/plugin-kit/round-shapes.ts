/**
 * Shapes that other programs draw turned or round, in the plane where pixel 0 reaches from 0 to 1: ellipses as
 * polygons of 36 corners, boxes turned about their centre.
 */
import type { Geometry, Point, Ring } from '../format/model.ts';

const CORNERS = 36;

/** Clockwise from the right end of the first axis; `angle` in radians, clockwise. */
export function ellipseRing(cx: number, cy: number, rx: number, ry: number, angle = 0): Ring {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return Array.from({ length: CORNERS }, (_, i): Point => {
    const turn = (2 * Math.PI * i) / CORNERS;
    const [dx, dy] = [rx * Math.cos(turn), ry * Math.sin(turn)];
    return [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos];
  });
}

/** A box of the plane before its turn. */
export interface TurnedBox {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Radians, clockwise about the centre. */
  angle: number;
}

/**
 * Its pixels before the turn, right and bottom inclusive, not cut at the picture: the turn may bring them in. Size and
 * then place are rounded, since pixels that are covered in part mean nothing before the turn.
 */
export function turnedBoxGeometry({
  x,
  y,
  width,
  height,
  angle,
}: TurnedBox): Extract<Geometry, { geometryType: 'oriented_bbox' }> {
  const [left, right] = pixelSpan(x, width);
  const [top, bottom] = pixelSpan(y, height);
  return {
    geometryType: 'oriented_bbox',
    points: [
      [left, top],
      [right, bottom],
    ],
    angle,
  };
}

/** Corners in the plane, clockwise from the one that was left top. */
export function turnedCorners({ x, y, width, height, angle }: TurnedBox): Ring {
  const [cx, cy] = [x + width / 2, y + height / 2];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const corners: Ring = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
  return corners.map(([px, py]): Point => {
    const [dx, dy] = [px - cx, py - cy];
    return [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos];
  });
}

/** The pixels of an oriented box as a box of the plane. */
export function turnedBoxOf([a, b]: readonly [Point, Point], angle: number): TurnedBox {
  const [left, top] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return {
    x: left,
    y: top,
    width: Math.max(a[0], b[0]) - left + 1,
    height: Math.max(a[1], b[1]) - top + 1,
    angle,
  };
}

function pixelSpan(from: number, extent: number): [first: number, last: number] {
  const pixels = Math.max(1, Math.round(Math.abs(extent)));
  const first = Math.round(from + (extent - pixels) / 2);
  return [first, first + pixels - 1];
}
