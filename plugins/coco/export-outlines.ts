/**
 * Outlines and masks as `segmentation`: outlines without holes as their points, everything else as compressed run
 * lengths over the image, which lose nothing.
 */
import type { Mask } from '../../src/format/bitmap.ts';
import { labelMask, union } from '../../src/format/label-mask.ts';
import type { BitmapJson, Point, Points, Ring } from '../../src/format/model.ts';
import { maskToPolygons, orientedCorners, pointBounds, ringArea } from '../../src/format/raster.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { connectedParts } from '../../src/plugin-kit/pixels/split-values.ts';
import { nestRings } from '../../src/plugin-kit/rings.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import { areaOfRuns, boxOfRuns, encodeCounts, runsOfMask } from './rle.ts';

export type CocoBox = [x: number, y: number, width: number, height: number];
export type Segmentation = number[][] | { size: [height: number, width: number]; counts: string };

type Masked = { geometryType: 'bitmap' | 'alpha_mask'; bitmap: BitmapJson };
type Polygonal =
  | { geometryType: 'polygon'; points: Points }
  | { geometryType: 'multipolygon'; parts: Points[] }
  | { geometryType: 'oriented_bbox'; points: [Point, Point]; angle: number };
export type Outlined = Masked | Polygonal;

const isMask = (geometry: Outlined): geometry is Masked => 'bitmap' in geometry;

export interface Outline {
  segmentation: Segmentation;
  area: number;
  bbox: CocoBox;
}

export interface OutlineOptions {
  size: Size;
  losses: Losses;
  /** What becomes of masks: `polygon` where points alone can say it. */
  masks: 'rle' | 'polygon';
}

export function outlineOf(
  geometries: readonly Outlined[],
  { size, losses, masks }: OutlineOptions,
): Outline | undefined {
  if (geometries.length === 0) return undefined;
  const rings = plainRings(geometries);
  if (rings !== undefined) {
    return {
      segmentation: rings.map((ring) => ring.flat()),
      area: rings.reduce((sum, ring) => sum + ringArea(ring), 0),
      bbox: extent(rings.flat()),
    };
  }
  const mask = unionMask(geometries, size, losses);
  const runs = mask === undefined ? [] : runsOfMask(mask, [size.height, size.width]);
  const box = boxOfRuns(runs, size.height);
  if (box === undefined) {
    losses.add('outline without a pixel in its image');
    return undefined;
  }
  const points = masks === 'polygon' && mask !== undefined ? contours(mask) : undefined;
  return {
    segmentation: points ?? { size: [size.height, size.width], counts: encodeCounts(runs) },
    area: areaOfRuns(runs),
    bbox: [box.x, box.y, box.width, box.height],
  };
}

/** Outlines of a mask; undefined where it has holes, or a part that is too thin to have an outline. */
function contours(mask: Mask): number[][] | undefined {
  const polygons = maskToPolygons(mask);
  if (polygons.some(({ interior }) => interior.length > 0)) return undefined;
  if (polygons.length < connectedParts(mask, { diagonal: true }).length) return undefined;
  return polygons.map(({ exterior }) => exterior.flat());
}

/** Undefined when points alone cannot say it: masks, holes, and rings that a reader would take for holes. */
function plainRings(geometries: readonly Outlined[]): Ring[] | undefined {
  const rings: Ring[] = [];
  for (const geometry of geometries) {
    if (isMask(geometry)) return undefined;
    for (const { exterior, interior } of polygonsOf(geometry)) {
      if (interior.length > 0) return undefined;
      rings.push(exterior);
    }
  }
  if (rings.length > 1 && nestRings(rings).some(({ interior }) => interior.length > 0)) return undefined;
  return rings;
}

function polygonsOf(geometry: Polygonal): Points[] {
  if (geometry.geometryType === 'multipolygon') return geometry.parts;
  if (geometry.geometryType === 'oriented_bbox')
    return [{ exterior: orientedCorners(geometry.points, geometry.angle), interior: [] }];
  return [geometry.points];
}

function unionMask(geometries: readonly Outlined[], size: Size, losses: Losses): Mask | undefined {
  const masks: (Mask | undefined)[] = [];
  for (const geometry of geometries) {
    try {
      masks.push(labelMask(geometry, size));
    } catch (error) {
      losses.add(`mask without readable data (${toSlyError(error).detail})`);
    }
  }
  return union(masks);
}

/** In the coordinates of the points: the difference of the outermost ones. */
export function extent(points: Ring): CocoBox {
  const { left, top, right, bottom } = pointBounds(points) ?? { left: 0, top: 0, right: 0, bottom: 0 };
  return [left, top, right - left, bottom - top];
}
