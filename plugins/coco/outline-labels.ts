/**
 * `segmentation` in all its forms: outlines (a list of rings, or one ring alone), run lengths, lists of both. A ring in
 * another is its hole; what leaves the image is cut.
 */
import { encodeBitmap, type Mask } from '../../src/format/bitmap.ts';
import { cropMask } from '../../src/format/crop.ts';
import type { Label, Points, Ring, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { maskToPolygons } from '../../src/format/raster.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { nestRings } from '../../src/plugin-kit/rings.ts';
import { polygonPixels, type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { AnnotationContext, AnnotationPlace, Warn } from './label-context.ts';
import { maskOfRle, type Rle } from './rle.ts';

export type AddSegmentation = (raw: unknown, context: AnnotationContext, into: Label[]) => void;

export function createAddSegmentation(warn: Warn): AddSegmentation {
  function readRing(raw: unknown, i: number, at: AnnotationPlace): Ring | undefined {
    const key = `segmentation[${i}]`;
    if (!Array.isArray(raw)) {
      warn(
        'outlines that are no list of numbers',
        at,
        key,
        () => `expected [x1, y1, x2, y2, ...], got ${shown(raw)}`,
      );
      return undefined;
    }
    const numbers = raw as unknown[];
    const ring: Ring = [];
    for (let n = 0; n + 1 < numbers.length; n += 2) {
      const x = toNumber(numbers[n]);
      const y = toNumber(numbers[n + 1]);
      if (x === undefined || y === undefined) {
        warn('outlines with something that is no number', at, key, () => {
          const where = x === undefined ? n : n + 1;
          return `expected numbers, got ${shown(numbers[where])} at ${where}; the outline is left out`;
        });
        return undefined;
      }
      ring.push([x, y]);
    }
    if (numbers.length % 2 === 1)
      warn(
        'outlines with an odd number of coordinates',
        at,
        key,
        () => `expected pairs, got ${numbers.length} numbers; the last one is left out`,
      );
    const [first, last] = [ring[0], ring.at(-1)];
    if (ring.length > 3 && first?.[0] === last?.[0] && first?.[1] === last?.[1]) ring.pop();
    if (ring.length < 3) {
      warn(
        'outlines of fewer than three points',
        at,
        key,
        () => `expected at least 3 points, got ${ring.length}; the outline is left out`,
      );
      return undefined;
    }
    return ring;
  }

  function readMask(raw: unknown, size: Size, at: AnnotationPlace): Mask | undefined {
    const { size: own, counts } = raw as { size?: unknown; counts?: unknown };
    const sides = Array.isArray(own) ? own.map(toNumber) : [];
    const [height, width] = sides;
    if (
      height === undefined ||
      width === undefined ||
      (typeof counts !== 'string' && !Array.isArray(counts))
    ) {
      warn(
        'masks without size or counts',
        at,
        'segmentation',
        () => `expected {size: [height, width], counts}, got ${shown(raw)}`,
      );
      return undefined;
    }
    if (height !== size.height || width !== size.width)
      warn(
        'masks of another size than their image',
        at,
        'segmentation.size',
        () =>
          `expected [${size.height}, ${size.width}], got [${height}, ${width}]; the mask is placed at the left top`,
      );
    try {
      const numbers = Array.isArray(counts)
        ? (counts as unknown[]).map((one) => toNumber(one) ?? -1)
        : counts;
      const rle: Rle = { size: [height, width], counts: numbers };
      const mask = maskOfRle(rle);
      const inside = mask === undefined ? undefined : cropMask(mask, size);
      if (inside === undefined)
        warn(
          'masks without a pixel in their image',
          at,
          'segmentation',
          () => 'expected at least one pixel that is set, got none',
        );
      return inside;
    } catch (error) {
      warn('masks that cannot be read', at, 'segmentation.counts', () => toSlyError(error).detail);
      return undefined;
    }
  }

  function addPolygons(polygons: readonly Points[], title: string, tags: Tag[], into: Label[]): void {
    for (const points of polygons)
      into.push({ classTitle: title, tags, geometryType: 'polygon', shape: 'polygon', points });
  }

  function addMask(raw: unknown, context: AnnotationContext, into: Label[]): void {
    const { classes, size, at, tags } = context;
    const mask = readMask(raw, size, at);
    if (mask === undefined) return;
    if (classes.mask !== undefined) {
      into.push({
        classTitle: classes.mask,
        tags,
        geometryType: 'bitmap',
        shape: 'bitmap',
        bitmap: encodeBitmap(mask),
      });
      return;
    }
    if (classes.polygon === undefined) return;
    const polygons = maskToPolygons(mask);
    if (polygons.length === 0)
      warn(
        'masks too thin for a polygon',
        at,
        'segmentation',
        () =>
          `expected an area, got ${mask.width} x ${mask.height} pixels without an inside; use rle_as: bitmap to keep it`,
      );
    addPolygons(polygons, classes.polygon, tags, into);
  }

  function addSegmentation(raw: unknown, context: AnnotationContext, into: Label[]): void {
    if (isRecord(raw)) {
      addMask(raw, context, into);
      return;
    }
    if (!Array.isArray(raw) || raw.length === 0) {
      if (raw !== undefined && raw !== null && !Array.isArray(raw))
        warn(
          'segmentations of no known form',
          context.at,
          'segmentation',
          () => `expected a list of outlines or run lengths, got ${shown(raw)}`,
        );
      return;
    }
    const list = raw as unknown[];
    // A flat list of numbers is one outline.
    if (typeof list[0] === 'number' || (typeof list[0] === 'string' && toNumber(list[0]) !== undefined)) {
      addRings([list], context, into);
      return;
    }
    const masks = list.filter(isRecord);
    for (const mask of masks) addMask(mask, context, into);
    if (masks.length < list.length)
      addRings(masks.length === 0 ? list : list.filter((one) => !isRecord(one)), context, into);
  }

  function addRings(
    list: readonly unknown[],
    { classes, size, at, tags }: AnnotationContext,
    into: Label[],
  ): void {
    if (classes.polygon === undefined) return;
    const rings: Ring[] = [];
    for (let i = 0; i < list.length; i++) {
      const ring = readRing(list[i], i, at);
      if (ring !== undefined) rings.push(ring);
    }
    for (const polygon of nestRings(rings)) {
      const pieces = polygonPixels(polygon, size);
      if (pieces.length === 0)
        warn(
          'outlines outside of their image',
          at,
          'segmentation',
          () =>
            `expected points from 0, 0 to ${size.width}, ${size.height}, got ${shown(polygon.exterior[0])} and others; the outline is left out`,
        );
      addPolygons(pieces, classes.polygon, tags, into);
    }
  }

  return addSegmentation;
}
