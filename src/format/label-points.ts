/** Every point of a label, to look at or to move. Masks have an origin, which is a pixel and no point. */
import type { Geometry, Label, Point, Points, Ring } from './model.ts';

export function labelPoints(geometry: Geometry): Ring {
  switch (geometry.geometryType) {
    case 'multipolygon':
      return geometry.parts.flatMap((part) => [...part.exterior, ...part.interior.flat()]);
    case 'oriented_bbox':
    case 'cuboid':
      return geometry.points;
    case 'bitmap':
    case 'alpha_mask':
    case 'multichannelBitmap':
      return [];
    case 'graph':
      return Object.values(geometry.nodes).map((node) => node.loc);
    case 'cuboid_2d':
      return Object.values(geometry.vertices).map((vertex) => vertex.loc);
    default:
      return [...geometry.points.exterior, ...geometry.points.interior.flat()];
  }
}

/** A copy of the label with every point moved; masks come back as they are. */
export function mapLabelPoints(label: Label, move: (point: Point, index: number) => Point): Label {
  const points = (one: Points): Points => ({
    ...one,
    exterior: one.exterior.map(move),
    interior: one.interior.map((ring) => ring.map(move)),
  });
  const located = <T extends { loc: Point }>(all: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).map(([id, one], i) => [id, { ...one, loc: move(one.loc, i) }]));
  switch (label.geometryType) {
    case 'multipolygon':
      return { ...label, parts: label.parts.map(points) };
    case 'oriented_bbox': {
      const [a, b] = label.points;
      return { ...label, points: [move(a, 0), move(b, 1)] };
    }
    case 'cuboid':
      return { ...label, points: label.points.map(move) };
    case 'bitmap':
    case 'alpha_mask':
    case 'multichannelBitmap':
      return label;
    case 'graph':
      return { ...label, nodes: located(label.nodes) };
    case 'cuboid_2d':
      return { ...label, vertices: located(label.vertices) };
    default:
      return { ...label, points: points(label.points) };
  }
}
