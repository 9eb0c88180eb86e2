/**
 * The geometry keys of one object. Liberal: floats stay, corners may come in any order, old files carry the
 * keys of several geometries with all but one empty. What cannot be understood is named.
 */
import { toSlyError } from '../lib/errors.ts';
import { bitmapSize } from './bitmap.ts';
import {
  type BitmapJson,
  type FormatProblem,
  GEOMETRY_TYPES,
  type Geometry,
  type GeometryType,
  type GraphNode,
  type Label,
  type OpaqueLabel,
  type Point,
  type Points,
  type Ring,
} from './model.ts';
import { isRecord, problem } from './problem.ts';

export const CUBOID_2D_VERTICES: ReadonlySet<string> = new Set(
  ['face1', 'face2'].flatMap((face) =>
    ['topleft', 'topright', 'bottomright', 'bottomleft'].map((corner) => `${face}-${corner}`),
  ),
);

const KNOWN: ReadonlySet<string> = new Set(GEOMETRY_TYPES);

export function isGeometryType(type: string): type is GeometryType {
  return KNOWN.has(type);
}

export function isKnownLabel(label: Label | OpaqueLabel): label is Label {
  return KNOWN.has(label.geometryType);
}

type Source = Record<string, unknown>;

/** The geometry alone, or undefined with one problem of severity `dropped` that says why. */
export function readGeometry(
  type: GeometryType,
  source: Source,
  place: string,
  problems: FormatProblem[],
): Geometry | undefined {
  switch (type) {
    case 'point':
    case 'rectangle':
    case 'line':
    case 'polygon': {
      const points = readPoints(source.points, `${place}.points`, POINT_COUNTS[type], problems);
      if (points === undefined) return undefined;
      return { geometryType: type, points: type === 'rectangle' ? ordered(points) : points };
    }
    case 'multipolygon':
      return readParts(source.parts, `${place}.parts`, problems);
    case 'oriented_bbox':
      return readOriented(source, place, problems);
    case 'bitmap':
    case 'alpha_mask': {
      const bitmap = readBitmap(source.bitmap, `${place}.bitmap`, problems);
      if (bitmap === undefined) return undefined;
      try {
        bitmapSize(bitmap);
      } catch (error) {
        problems.push({
          ...problem('dropped', `${place}.bitmap.data`, '', ''),
          message: toSlyError(error).detail,
        });
        return undefined;
      }
      return { geometryType: type, bitmap };
    }
    case 'multichannelBitmap': {
      const multichannelBitmap = readBitmap(source[type], `${place}.${type}`, problems);
      return multichannelBitmap && { geometryType: type, multichannelBitmap };
    }
    case 'graph':
      return readGraph(source.nodes, `${place}.nodes`, problems);
    case 'cuboid_2d':
      return readCuboid2d(source.vertices, `${place}.vertices`, problems);
    case 'cuboid':
      return readCuboid(source, place, problems);
  }
}

/** What an object without `geometryType` must be, from the keys it has. Two points may be a box or a line: a box. */
export function guessGeometryType(source: Source): GeometryType | undefined {
  if (isRecord(source.bitmap)) return 'bitmap';
  if (isRecord(source.multichannelBitmap)) return 'multichannelBitmap';
  if (isRecord(source.nodes)) return 'graph';
  if (isRecord(source.vertices)) return 'cuboid_2d';
  if (Array.isArray(source.parts)) return 'multipolygon';
  if (Array.isArray(source.faces)) return 'cuboid';
  if (typeof source.angle === 'number' && Array.isArray(source.points)) return 'oriented_bbox';
  const exterior = isRecord(source.points) ? source.points.exterior : undefined;
  if (!Array.isArray(exterior) || exterior.length === 0) return undefined;
  if (exterior.length === 1) return 'point';
  return exterior.length === 2 ? 'rectangle' : 'polygon';
}

/** Keys of other geometries that an object may carry without meaning anything. */
export function emptyGeometryKeys(source: Source, geometry: Geometry): string[] {
  const empty: string[] = [];
  for (const key of ['bitmap', 'points', 'nodes', 'parts', 'vertices']) {
    if (!(key in source) || key in geometry) continue;
    const value = source[key];
    const nothing = isRecord(value) && Array.isArray(value.exterior) && value.exterior.length === 0;
    if (value === null || nothing) empty.push(key);
  }
  return empty;
}

const POINT_COUNTS = {
  point: { min: 1, max: 1 },
  rectangle: { min: 2, max: 2 },
  line: { min: 2, max: Infinity },
  polygon: { min: 3, max: Infinity },
} as const;

function readPoints(
  value: unknown,
  place: string,
  count: { min: number; max: number },
  problems: FormatProblem[],
): Points | undefined {
  if (!isRecord(value)) return lost(problems, place, 'an object with "exterior"', value);
  const given = readRing(value.exterior, `${place}.exterior`, problems);
  if (given === undefined) return undefined;
  let exterior = given;
  if (
    exterior.length > count.max ||
    exterior.length === 0 ||
    (exterior.length < count.min && count.min < 3)
  ) {
    const wanted = count.min === count.max ? `${count.min}` : `${count.min} or more`;
    return lost(problems, `${place}.exterior`, `${wanted} points`, given);
  }
  if (exterior.length < count.min) {
    const hint = 'The last point is repeated to make a polygon of it.';
    problems.push(problem('warning', `${place}.exterior`, '3 or more points', given, hint));
    exterior = [...exterior];
    while (exterior.length < count.min) exterior.push([...(exterior.at(-1) ?? [0, 0])]);
  }
  const interior: Ring[] = [];
  const rings: unknown = value.interior ?? [];
  if (!Array.isArray(rings)) problems.push(problem('dropped', `${place}.interior`, 'a list of rings', rings));
  else {
    for (const [i, one] of rings.entries()) {
      const ring = readRing(one, `${place}.interior[${i}]`, problems);
      if (ring === undefined || ring.length === 0) continue;
      if (ring.length >= 3) interior.push(ring);
      else problems.push(problem('dropped', `${place}.interior[${i}]`, '3 or more points', ring));
    }
  }
  return { exterior, interior };
}

/** The list itself where it is as it should be: most of what is read is. */
function readRing(value: unknown, place: string, problems: FormatProblem[]): Ring | undefined {
  if (!Array.isArray(value)) return lost(problems, place, 'a list of points', value);
  for (let i = 0; i < value.length; i++) {
    if (!isPoint(value[i])) return lost(problems, `${place}[${i}]`, 'a point [x, y]', value[i]);
  }
  return value as Ring;
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && Number.isFinite(value[0]) && Number.isFinite(value[1]);
}

function ordered(points: Points): Points {
  const [a, b] = points.exterior;
  if (a === undefined || b === undefined || (a[0] <= b[0] && a[1] <= b[1])) return points;
  return { ...points, exterior: corners(a, b) };
}

function corners(a: Point, b: Point): [Point, Point] {
  return [
    [Math.min(a[0], b[0]), Math.min(a[1], b[1])],
    [Math.max(a[0], b[0]), Math.max(a[1], b[1])],
  ];
}

function readParts(value: unknown, place: string, problems: FormatProblem[]): Geometry | undefined {
  if (!Array.isArray(value)) return lost(problems, place, 'a list of polygons', value);
  const parts: Points[] = [];
  for (const [i, one] of value.entries()) {
    const part = readPoints(one, `${place}[${i}]`, POINT_COUNTS.polygon, problems);
    if (part !== undefined) parts.push(part);
  }
  if (parts.length === 0) return lost(problems, place, 'at least one polygon', value);
  return { geometryType: 'multipolygon', parts };
}

function readOriented(source: Source, place: string, problems: FormatProblem[]): Geometry | undefined {
  const { points, angle } = source;
  if (!Array.isArray(points) || points.length !== 2 || !isPoint(points[0]) || !isPoint(points[1]))
    return lost(problems, `${place}.points`, 'two corners [[left, top], [right, bottom]]', points);
  if (angle !== undefined && angle !== null && !Number.isFinite(angle))
    return lost(problems, `${place}.angle`, 'radians', angle);
  return {
    geometryType: 'oriented_bbox',
    points: corners(points[0], points[1]),
    angle: typeof angle === 'number' ? angle : 0,
  };
}

function readBitmap(value: unknown, place: string, problems: FormatProblem[]): BitmapJson | undefined {
  if (!isRecord(value)) return lost(problems, place, 'an object with "origin" and "data"', value);
  if (!isPoint(value.origin)) return lost(problems, `${place}.origin`, 'a point [x, y]', value.origin);
  if (typeof value.data !== 'string' || value.data === '')
    return lost(problems, `${place}.data`, 'base64 text', value.data);
  const [x, y] = value.origin;
  // A mask has whole pixels; 2019 wrote them as 535.0, newer servers may add a fraction.
  const whole = Number.isInteger(x) && Number.isInteger(y);
  return whole
    ? (value as unknown as BitmapJson)
    : { ...value, origin: [Math.floor(x), Math.floor(y)], data: value.data };
}

function readGraph(value: unknown, place: string, problems: FormatProblem[]): Geometry | undefined {
  if (!isRecord(value)) return lost(problems, place, 'an object of nodes', value);
  const nodes: Record<string, GraphNode> = {};
  for (const [id, node] of Object.entries(value)) {
    if (isRecord(node) && isPoint(node.loc)) nodes[id] = node as unknown as GraphNode;
    else problems.push(problem('dropped', `${place}.${id}`, 'a node with "loc": [x, y]', node));
  }
  if (Object.keys(nodes).length === 0) return lost(problems, place, 'at least one node', value);
  return { geometryType: 'graph', nodes };
}

function readCuboid2d(value: unknown, place: string, problems: FormatProblem[]): Geometry | undefined {
  if (!isRecord(value)) return lost(problems, place, 'an object of 8 vertices', value);
  for (const id of CUBOID_2D_VERTICES) {
    const vertex = value[id];
    if (!isRecord(vertex) || !isPoint(vertex.loc))
      return lost(problems, `${place}.${id}`, 'a vertex with "loc": [x, y]', vertex);
  }
  return { geometryType: 'cuboid_2d', vertices: value as Record<string, { loc: Point }> };
}

function readCuboid(source: Source, place: string, problems: FormatProblem[]): Geometry | undefined {
  const points = readRing(source.points, `${place}.points`, problems);
  if (points === undefined) return undefined;
  if (points.length < 7 || points.length > 8)
    return lost(problems, `${place}.points`, '7 or 8 points', points);
  const { faces } = source;
  const good =
    Array.isArray(faces) &&
    faces.every(
      (face: unknown) =>
        Array.isArray(face) &&
        face.length === 4 &&
        face.every((i: unknown) => points[i as number] !== undefined),
    );
  if (!good) return lost(problems, `${place}.faces`, 'faces of four point numbers each', faces);
  return { geometryType: 'cuboid', points, faces: faces as number[][] };
}

function lost(problems: FormatProblem[], place: string, expected: string, got: unknown): undefined {
  problems.push(problem('dropped', place, expected, got));
  return undefined;
}
