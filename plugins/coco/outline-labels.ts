/**
 * `segmentation` in all its forms: outlines (a list of rings, or one ring alone), run lengths, lists of both. A ring in
 * another is its hole; what leaves the image is cut.
 */
import { encodeBitmap, encodeBitmapRows, type Mask } from '../../src/format/bitmap.ts';
import { cropMask } from '../../src/format/crop.ts';
import type { BitmapJson, Label, Points, Ring, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { maskToPolygons } from '../../src/format/raster.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { nestRings } from '../../src/plugin-kit/rings.ts';
import { polygonPixels, type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { AnnotationContext, AnnotationPlace, Warn } from './label-context.ts';
import { bitmapRowsOfRle, maskOfRle, type Rle } from './rle.ts';

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

  function readRle(raw: unknown, size: Size, at: AnnotationPlace): Rle | undefined {
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
    const numbers = Array.isArray(counts) ? (counts as unknown[]).map((one) => toNumber(one) ?? -1) : counts;
    return { size: [height, width], counts: numbers };
  }

  /** What `read` makes of a mask; undefined, and told, when it cannot be read or nothing of it is in the image. */
  function checked<T>(at: AnnotationPlace, read: () => T | undefined): T | undefined {
    try {
      const found = read();
      if (found === undefined)
        warn(
          'masks without a pixel in their image',
          at,
          'segmentation',
          () => 'expected at least one pixel that is set, got none',
        );
      return found;
    } catch (error) {
      warn('masks that cannot be read', at, 'segmentation.counts', () => toSlyError(error).detail);
      return undefined;
    }
  }

  function readBitmap(rle: Rle, size: Size, at: AnnotationPlace): BitmapJson | undefined {
    const isWhole = rle.size[0] === size.height && rle.size[1] === size.width;
    if (!isWhole) {
      const mask = readMask(rle, size, at);
      return mask === undefined ? undefined : encodeBitmap(mask);
    }
    const rows = checked(at, () => bitmapRowsOfRle(rle));
    return rows === undefined ? undefined : encodeBitmapRows(rows);
  }

  function readMask(rle: Rle, size: Size, at: AnnotationPlace): Mask | undefined {
    return checked(at, () => {
      const mask = maskOfRle(rle);
      return mask === undefined ? undefined : cropMask(mask, size);
    });
  }

  function addPolygons(polygons: readonly Points[], title: string, tags: Tag[], into: Label[]): void {
    for (const points of polygons)
      into.push({ classTitle: title, tags, geometryType: 'polygon', shape: 'polygon', points });
  }

  function addMask(raw: unknown, context: AnnotationContext, into: Label[]): void {
    const { classes, size, at, tags } = context;
    const rle = readRle(raw, size, at);
    if (rle === undefined) return;
    if (classes.mask !== undefined) {
      const bitmap = readBitmap(rle, size, at);
      if (bitmap !== undefined)
        into.push({ classTitle: classes.mask, tags, geometryType: 'bitmap', shape: 'bitmap', bitmap });
      return;
    }
    const mask = readMask(rle, size, at);
    if (classes.polygon === undefined || mask === undefined) return;
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
