/** Figures of a cloud as parts that can be drawn, pointed at and flown to. */
import { NO_COLOR } from '../../draw/colors.ts';
import type { ClassMeta } from '../../shapes.ts';
import {
  added,
  type Cuboid,
  cuboid,
  cuboidFaces,
  cuboidLines,
  lengthOf,
  less,
  times,
  type Xyz,
} from './geometry.ts';

interface CloudObject {
  id: number;
  classTitle: string;
  tags: object[];
}

interface CloudFigure {
  id: number;
  objectId?: number;
  geometryType: string;
  geometry: Record<string, unknown>;
}

export interface CloudAnnotation {
  tags: object[];
  objects: CloudObject[];
  figures: CloudFigure[];
}

export interface SpatialFigure {
  classTitle: string;
  geometryType: string;
  tags: object[];
  /** `#RRGGBB` */
  color: string;
  /** Pairs of places. */
  lines: Xyz[];
  /** Corners of triangles. */
  faces: Xyz[];
  box: Cuboid | undefined;
  /** Numbers of points of the file. */
  indices: readonly number[];
  /** Of a ball around it; undefined while only points say where it is. */
  centre: Xyz | undefined;
  radius: number;
}

/** In the order of the annotation. A figure that cannot be drawn is listed all the same. */
export function spatialFigures(annotation: CloudAnnotation, classes: readonly ClassMeta[]): SpatialFigure[] {
  const colors = new Map(classes.map((one) => [one.title, one.color]));
  const objects = new Map(annotation.objects.map((one) => [one.id, one]));
  return annotation.figures.map((figure) => {
    const object = objects.get(figure.objectId ?? 0);
    const classTitle = object?.classTitle ?? 'unknown';
    const drawn = partsOf(figure);
    return {
      classTitle,
      geometryType: figure.geometryType,
      tags: object?.tags ?? [],
      color: colors.get(classTitle) ?? NO_COLOR,
      ...drawn,
      ...ballAround(drawn.lines),
    };
  });
}

type Parts = Pick<SpatialFigure, 'lines' | 'faces' | 'box' | 'indices'>;
const NOTHING: Parts = { lines: [], faces: [], box: undefined, indices: [] };
/** Half the length of the lines of a point. */
const CROSS = 0.25;

function partsOf({ geometryType, geometry }: CloudFigure): Parts {
  switch (geometryType) {
    case 'cuboid_3d': {
      const [centre, rotation, dimensions] = [geometry.position, geometry.rotation, geometry.dimensions].map(
        xyzOf,
      );
      if (centre === undefined || rotation === undefined || dimensions === undefined) return NOTHING;
      const box = cuboid(centre, rotation, dimensions);
      return { ...NOTHING, box, lines: cuboidLines(box), faces: cuboidFaces(box) };
    }
    case 'point_3d': {
      const at = xyzOf(geometry.point ?? geometry);
      return at === undefined ? NOTHING : { ...NOTHING, lines: cross(at) };
    }
    case 'polyline_3d': {
      const points = listOf(geometry.points).flatMap((one) => xyzOf(one) ?? []);
      const places = chunked(points);
      return { ...NOTHING, lines: places.slice(1).flatMap((place, at) => [places[at] as Xyz, place]) };
    }
    case 'point_cloud':
      return { ...NOTHING, indices: listOf(geometry.indices).filter((one) => typeof one === 'number') };
    default:
      return NOTHING;
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** `{x, y, z}` or `[x, y, z]` of finite numbers. */
function xyzOf(value: unknown): Xyz | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { x, y, z } = value as Record<string, unknown>;
  const xyz = Array.isArray(value) ? value : [x, y, z];
  return xyz.length === 3 && xyz.every(Number.isFinite) ? (xyz as Xyz) : undefined;
}

const chunked = (numbers: readonly number[]): Xyz[] =>
  Array.from({ length: numbers.length / 3 }, (_, at) => numbers.slice(3 * at, 3 * at + 3) as Xyz);

const cross = (at: Xyz): Xyz[] =>
  [0, 1, 2].flatMap((axis) => {
    const arm: Xyz = [0, 0, 0];
    arm[axis] = CROSS;
    return [less(at, arm), added(at, arm)];
  });

export function ballAround(places: readonly Xyz[]): { centre: Xyz | undefined; radius: number } {
  if (places.length === 0) return { centre: undefined, radius: 0 };
  const low: Xyz = [Infinity, Infinity, Infinity];
  const high: Xyz = [-Infinity, -Infinity, -Infinity];
  for (const place of places)
    for (const [k, value] of place.entries()) {
      low[k] = Math.min(low[k] as number, value);
      high[k] = Math.max(high[k] as number, value);
    }
  return { centre: times(added(low, high), 0.5), radius: lengthOf(less(high, low)) / 2 };
}
