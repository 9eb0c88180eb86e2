/**
 * Geometries as the few things a canvas draws. Coordinates are positions between pixels (`integerCoords: false`):
 * the left top pixel reaches from 0 to 1. Whatever a geometry lacks is left out, nothing throws.
 */
import type { ClassMeta } from '../shapes.ts';

export type Xy = [x: number, y: number];

export type Shape =
  /** Filled with the even-odd rule, so the second and further rings are holes. */
  | { kind: 'area'; rings: Xy[][] }
  | { kind: 'line'; points: Xy[] }
  | { kind: 'dot'; at: Xy; faint: boolean }
  /** base64(zlib(PNG)); `alpha`: its brightness says how opaque it is. */
  | { kind: 'mask'; origin: Xy; data: string; alpha: boolean };

interface Rings {
  exterior: Xy[];
  interior?: Xy[][];
}

interface Node {
  loc: Xy;
  disabled?: boolean;
}

/** Every geometry's own keys; which ones are there depends on `geometryType`. */
export interface DrawnObject {
  id?: number;
  classTitle: string;
  geometryType: string;
  points?: Rings | Xy[];
  parts?: Rings[];
  angle?: number;
  bitmap?: { origin: Xy; data: string };
  nodes?: Record<string, Node>;
  vertices?: Record<string, Node>;
  faces?: number[][];
}

/** Pairs of node keys by class title, from the templates of graph classes. */
export type Edges = ReadonlyMap<string, [string, string][]>;

export function edgesOf(classes: readonly ClassMeta[]): Edges {
  return new Map(classes.map((one) => [one.title, pairs(one.geometry_config?.edges)]));
}

function pairs(edges: unknown): [string, string][] {
  if (!Array.isArray(edges)) return [];
  return edges.flatMap((edge: { src?: unknown; dst?: unknown } | null): [string, string][] =>
    typeof edge?.src === 'string' && typeof edge.dst === 'string' ? [[edge.src, edge.dst]] : [],
  );
}

export function shapesOf(object: DrawnObject, edges: Edges): Shape[] {
  const { points } = object;
  const rings = points !== undefined && !Array.isArray(points) ? points : undefined;
  switch (object.geometryType) {
    case 'rectangle':
      return rings === undefined ? [] : [{ kind: 'area', rings: [box(rings.exterior)] }];
    case 'polygon':
      return rings === undefined ? [] : [area(rings)];
    case 'multipolygon':
      return (object.parts ?? []).map(area);
    case 'oriented_bbox': {
      if (points === undefined) return [];
      const corners = Array.isArray(points) ? points : points.exterior;
      return [{ kind: 'area', rings: [turned(box(corners), object.angle ?? 0)] }];
    }
    case 'line':
      return rings === undefined ? [] : [{ kind: 'line', points: rings.exterior }];
    case 'point':
      return (rings?.exterior ?? []).map((at) => ({ kind: 'dot', at, faint: false }));
    case 'graph':
      return graph(object.nodes ?? {}, edges.get(object.classTitle) ?? []);
    case 'cuboid':
      return Array.isArray(points) ? faces(points, object.faces ?? []) : [];
    case 'cuboid_2d':
      return projectedBox(object.vertices ?? {});
    case 'bitmap':
    case 'alpha_mask': {
      const { bitmap } = object;
      if (bitmap === undefined) return [];
      return [
        {
          kind: 'mask',
          origin: bitmap.origin,
          data: bitmap.data,
          alpha: object.geometryType === 'alpha_mask',
        },
      ];
    }
    default:
      return [];
  }
}

const CORNERS = ['topleft', 'topright', 'bottomright', 'bottomleft'];

/** Two faces of a box and what joins them; the corners have fixed names. */
function projectedBox(vertices: Record<string, Node>): Shape[] {
  const corner = (face: number, name: string): Xy | undefined => vertices[`face${face}-${name}`]?.loc;
  const joined = CORNERS.flatMap((name): Shape[] => {
    const [near, far] = [corner(1, name), corner(2, name)];
    return near === undefined || far === undefined ? [] : [{ kind: 'line', points: [near, far] }];
  });
  const sides = [1, 2].flatMap((face): Shape[] => {
    const ring = CORNERS.flatMap((name) => {
      const at = corner(face, name);
      return at === undefined ? [] : [at];
    });
    return ring.length === 0 ? [] : [{ kind: 'area', rings: [ring] }];
  });
  return [...sides, ...joined];
}

const area = ({ exterior, interior }: Rings): Shape => ({
  kind: 'area',
  rings: [exterior, ...(interior ?? [])],
});

function box(corners: readonly Xy[]): Xy[] {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** A ring turned clockwise about its centre. */
function turned(ring: readonly Xy[], angle: number): Xy[] {
  const cx = ring.reduce((sum, [x]) => sum + x, 0) / ring.length;
  const cy = ring.reduce((sum, [, y]) => sum + y, 0) / ring.length;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ring.map(([x, y]) => [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos]);
}

function graph(nodes: Record<string, Node>, edges: readonly [string, string][]): Shape[] {
  const lines = edges.flatMap(([from, to]): Shape[] => {
    const [a, b] = [nodes[from], nodes[to]];
    return a === undefined || b === undefined ? [] : [{ kind: 'line', points: [a.loc, b.loc] }];
  });
  const dots = Object.values(nodes).map(
    (node): Shape => ({ kind: 'dot', at: node.loc, faint: node.disabled === true }),
  );
  return [...lines, ...dots];
}

function faces(points: readonly Xy[], indices: readonly number[][]): Shape[] {
  return indices.map((face) => ({
    kind: 'area',
    rings: [
      face.flatMap((one) => {
        const at = points[one];
        return at === undefined ? [] : [at];
      }),
    ],
  }));
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The box around shapes; a mask's reach is known only when it is decoded, so it counts with `sizeOfMask`. */
export function boxOf(
  shapes: readonly Shape[],
  sizeOfMask: (shape: Shape) => Xy = () => [1, 1],
): Box | undefined {
  const found: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  const reach = ([x, y]: Xy): void => {
    found.left = Math.min(found.left, x);
    found.top = Math.min(found.top, y);
    found.right = Math.max(found.right, x);
    found.bottom = Math.max(found.bottom, y);
  };
  for (const shape of shapes) {
    if (shape.kind === 'area') for (const point of shape.rings[0] ?? []) reach(point);
    else if (shape.kind === 'line') shape.points.forEach(reach);
    else if (shape.kind === 'dot') reach(shape.at);
    else {
      const [width, height] = sizeOfMask(shape);
      reach(shape.origin);
      reach([shape.origin[0] + width, shape.origin[1] + height]);
    }
  }
  return found.right >= found.left ? found : undefined;
}
