/**
 * One annotation as labels: its outlines, its mask, its keypoints, its box. Labels of one annotation share an
 * instance key. What cannot be read is left out with a word in the book; the rest of the annotation stays.
 */
import { encodeBitmap, type Mask } from '../../src/format/bitmap.ts';
import { cropMask } from '../../src/format/crop.ts';
import type { GraphNode, Label, Points, Ring, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { maskToPolygons } from '../../src/format/raster.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { CategoryClasses } from './categories.ts';
import { boxPixels, pointPixel, polygonPixels, type Size, toNumber } from './pixels.ts';
import type { ProblemBook } from './problem-book.ts';
import { nestRings } from './rings.ts';
import { maskOfRle, type Rle } from './rle.ts';

export type RawAnnotation = Readonly<Record<string, unknown>>;

export interface LabelOptions {
  /** Keep keypoints of visibility 1 as disabled nodes. */
  hiddenKeypoints: boolean;
  /** Only the shapes of `segmentation` and `keypoints`, where there are any. */
  book: ProblemBook;
}

/** Where an annotation stands, for what is said of it. */
export interface AnnotationPlace {
  file: string;
  index: number;
}

export interface AnnotationContext {
  classes: CategoryClasses;
  size: Size;
  tags: Tag[];
  /** Key for labels of this annotation, asked for when there is more than one. */
  instance(): string;
  at: AnnotationPlace;
}

export type LabelMaker = (annotation: RawAnnotation, context: AnnotationContext, into: Label[]) => void;

export function createLabelMaker({ hiddenKeypoints, book }: LabelOptions): LabelMaker {
  function warn(kind: string, at: AnnotationPlace, key: string, message: () => string): void {
    book.note('warning', kind, () => ({
      file: at.file,
      place: `annotations[${at.index}].${key}`,
      code: 'SLY_FORMAT_INVALID',
      message: message(),
    }));
  }

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

  function addKeypoints(raw: unknown, context: AnnotationContext, into: Label[]): void {
    if (!Array.isArray(raw) || raw.length === 0) return;
    const { classes, size, at, tags } = context;
    const list = raw as unknown[];
    if (classes.graph === undefined) {
      if (list.some((one) => toNumber(one) !== 0))
        warn(
          'keypoints of categories that name none',
          at,
          'keypoints',
          () => `expected category ${classes.name} to have a list of keypoints, got none; they are left out`,
        );
      return;
    }
    if (list.length !== 3 * classes.nodes.length)
      warn(
        'keypoints that are not as many as in their category',
        at,
        'keypoints',
        () => `expected 3 numbers for each of ${classes.nodes.length} keypoints, got ${list.length}`,
      );
    const nodes: Record<string, GraphNode> = {};
    let count = 0;
    for (let i = 0; i < classes.nodes.length && 3 * i + 2 < list.length; i++) {
      const [x, y, v] = [toNumber(list[3 * i]), toNumber(list[3 * i + 1]), toNumber(list[3 * i + 2])];
      const id = classes.nodes[i];
      if (v === 0 || id === undefined) continue;
      if (x === undefined || y === undefined || v === undefined) {
        warn(
          'keypoints with something that is no number',
          at,
          `keypoints[${3 * i}]`,
          () => `expected x, y, visibility, got ${shown(list.slice(3 * i, 3 * i + 3))}`,
        );
        continue;
      }
      if (v < 2 && !hiddenKeypoints) continue;
      if (x < 0 || y < 0 || x > size.width || y > size.height)
        warn(
          'keypoints outside of their image',
          at,
          `keypoints[${3 * i}]`,
          () =>
            `expected a point from 0, 0 to ${size.width}, ${size.height}, got ${x}, ${y}; it is moved to the border`,
        );
      const loc = pointPixel(x, y, size);
      nodes[id] = v < 2 ? { loc, disabled: true } : { loc };
      count++;
    }
    if (count > 0)
      into.push({ classTitle: classes.graph, tags, geometryType: 'graph', shape: 'graph', nodes });
  }

  function addBox(raw: unknown, { classes, size, at, tags }: AnnotationContext, into: Label[]): void {
    if (!Array.isArray(raw) || raw.length === 0 || classes.box === undefined) {
      if (raw !== undefined && raw !== null && !Array.isArray(raw))
        warn('boxes that are no list', at, 'bbox', () => `expected [x, y, width, height], got ${shown(raw)}`);
      return;
    }
    const list = raw as unknown[];
    const [x, y, w, h] = [toNumber(list[0]), toNumber(list[1]), toNumber(list[2]), toNumber(list[3])];
    if (x === undefined || y === undefined || w === undefined || h === undefined) {
      warn(
        'boxes that are not four numbers',
        at,
        'bbox',
        () => `expected [x, y, width, height], got ${shown(raw)}; the box is left out`,
      );
      return;
    }
    // The usual way to say that there is no box.
    if (w === 0 && h === 0 && x === 0 && y === 0) return;
    const corners = boxPixels(x, y, w, h, size);
    if (corners === undefined) {
      warn(
        'boxes outside of their image',
        at,
        'bbox',
        () => `expected a part inside ${size.width} x ${size.height}, got ${shown(raw)}; the box is left out`,
      );
      return;
    }
    into.push({
      classTitle: classes.box,
      tags,
      geometryType: 'rectangle',
      shape: 'rectangle',
      points: { exterior: corners, interior: [] },
    });
  }

  return (annotation, context, into) => {
    const first = into.length;
    addSegmentation(annotation.segmentation, context, into);
    addKeypoints(annotation.keypoints, context, into);
    addBox(annotation.bbox, context, into);
    if (into.length - first < 2) return;
    const instance = context.instance();
    for (let i = first; i < into.length; i++) {
      const label = into[i];
      if (label !== undefined) label.instance = instance;
    }
  };
}
