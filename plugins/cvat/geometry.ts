/** A shape of CVAT as geometries in pixels of a picture: none when nothing of it is inside, several when it is cut. */
import { encodeBitmap } from '../../src/format/bitmap.ts';
import type { Geometry, GraphNode, Point } from '../../src/format/model.ts';
import { ellipseRing, turnedBoxGeometry, turnedCorners } from '../../src/plugin-kit/round-shapes.ts';
import { boxPixels, pointPixel, polygonPixels, type Size } from '../../src/plugin-kit/to-pixels.ts';
import { decodeRuns } from './mask-rle.ts';
import type { CvatShape } from './shapes.ts';

const RADIANS = Math.PI / 180;
export const VERTICES = ['topleft', 'topright', 'bottomright', 'bottomleft'] as const;

/** A text says what is wrong with it. */
export function geometriesOf(
  shape: CvatShape,
  size: Size,
  rotatedAs: 'oriented_bbox' | 'polygon',
): Geometry[] | string {
  switch (shape.kind) {
    case 'box':
      return boxGeometries(shape, size, rotatedAs);
    case 'ellipse':
      return polygons(ellipseRing(shape.cx, shape.cy, shape.rx, shape.ry, shape.rotation * RADIANS), size);
    case 'polygon':
      return polygons(shape.points, size);
    case 'polyline':
      return [line(shape.points, size)];
    case 'points':
      return shape.points.flatMap(([x, y]): Geometry[] =>
        isNear(x, y, size)
          ? [{ geometryType: 'point', points: { exterior: [pointPixel(x, y, size)], interior: [] } }]
          : [],
      );
    case 'mask': {
      const mask = decodeRuns(shape.rle, shape.box, size);
      if (typeof mask === 'string') return mask;
      return mask === undefined ? [] : [{ geometryType: 'bitmap', bitmap: encodeBitmap(mask) }];
    }
    case 'cuboid': {
      const vertices = Object.fromEntries(
        shape.corners.map(([x, y], i) => [
          `face${i < 4 ? 1 : 2}-${VERTICES[i % 4]}`,
          { loc: plainPixel(x, y, size) },
        ]),
      );
      return [{ geometryType: 'cuboid_2d', vertices }];
    }
    case 'skeleton': {
      const nodes: Record<string, GraphNode> = Object.create(null) as Record<string, GraphNode>;
      for (const { name, x, y, outside, occluded } of shape.nodes) {
        if (outside) continue;
        const loc = pointPixel(x, y, size);
        nodes[name] = occluded ? { loc, disabled: true } : { loc };
      }
      return Object.keys(nodes).length === 0 ? [] : [{ geometryType: 'graph', nodes: { ...nodes } }];
    }
  }
}

function boxGeometries(
  { x1, y1, x2, y2, rotation }: Extract<CvatShape, { kind: 'box' }>,
  size: Size,
  rotatedAs: 'oriented_bbox' | 'polygon',
): Geometry[] {
  if (rotation % 360 === 0) {
    const corners = boxPixels(x1, y1, x2 - x1, y2 - y1, size);
    return corners === undefined
      ? []
      : [{ geometryType: 'rectangle', points: { exterior: corners, interior: [] } }];
  }
  const box = {
    x: Math.min(x1, x2),
    y: Math.min(y1, y2),
    width: Math.abs(x2 - x1),
    height: Math.abs(y2 - y1),
    angle: (rotation % 360) * RADIANS,
  };
  if (rotatedAs === 'oriented_bbox') {
    const inside = polygonPixels({ exterior: turnedCorners(box), interior: [] }, size).length > 0;
    return inside || box.width * box.height === 0 ? [turnedBoxGeometry(box)] : [];
  }
  return polygons(turnedCorners(box), size);
}

function polygons(ring: readonly Point[], size: Size): Geometry[] {
  return polygonPixels({ exterior: [...ring], interior: [] }, size).map((points) => ({
    geometryType: 'polygon',
    points,
  }));
}

const line = (points: readonly Point[], size: Size): Geometry => ({
  geometryType: 'line',
  points: { exterior: points.map(([x, y]) => plainPixel(x, y, size)), interior: [] },
});

/** The pixel a point lies in, also outside of the picture, where the kit cuts; its right border is its last pixel. */
function plainPixel(x: number, y: number, { width, height }: Size): Point {
  return [x === width ? width - 1 : Math.floor(x), y === height ? height - 1 : Math.floor(y)];
}

/** A point half a pixel off is a matter of rounding, farther ones are no part of the picture. */
const isNear = (x: number, y: number, { width, height }: Size): boolean =>
  x >= -1 && y >= -1 && x <= width + 1 && y <= height + 1;
