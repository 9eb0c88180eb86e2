/** The labels of one frame: boxes, areas and lanes with their attributes. */
import { createHash } from 'node:crypto';
import type { Label, Point, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import type { LabelledItems, LookedAt } from '../../src/plugin-kit/labelled-items.ts';
import type { ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import type { TagNames } from '../../src/plugin-kit/tag-names.ts';
import { boxPixels, polygonPixels, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { attributeTags } from './attributes.ts';
import type { FramePlace } from './index-frames.ts';
import { readPoly2d } from './poly2d.ts';

/** Shapes a picture's label may have that have no place here. */
const OTHER_SHAPES = ['box3d', 'rle', 'graph', 'seg2d', 'poly3d'] as const;

export interface FrameLabels {
  read(frame: Record<string, unknown>, place: FramePlace, picture: LookedAt): Label[];
}

export function createFrameLabels(deps: {
  items: Pick<LabelledItems, 'fault' | 'book'>;
  classes: ShapeClasses;
  tags: TagNames;
  /** Straight parts of a curve. */
  pieces: number;
}): FrameLabels {
  const { items, classes, tags, pieces } = deps;

  function read(
    label: Record<string, unknown>,
    picture: LookedAt,
    fault: (place: string, message: string) => void,
  ): Label[] {
    const { category, box2d, poly2d } = label;
    if (typeof category !== 'string' || category === '') {
      fault('.category', `expected the name of a category, got ${shown(category)}`);
      return [];
    }
    const common = { tags: tagsOf(label), description: '' };
    const made: Label[] = [];
    if (box2d !== undefined && box2d !== null) {
      const box = readBox(box2d, picture);
      if (typeof box === 'string') fault('.box2d', box);
      else
        made.push({
          classTitle: classes.titleOf(category, 'rectangle'),
          geometryType: 'rectangle',
          shape: 'rectangle',
          points: { exterior: box, interior: [] },
          ...common,
        });
    }
    if (poly2d !== undefined && poly2d !== null) {
      const polys = readPoly2d(poly2d, pieces, /^lane\b/.test(category));
      if (typeof polys === 'string') fault('.poly2d', polys);
      else {
        for (const { points, closed } of polys) {
          const rings = closed
            ? polygonPixels({ exterior: points, interior: [] }, picture)
            : [{ exterior: points.map((point) => linePoint(point, picture)), interior: [] }];
          const shape = closed ? 'polygon' : 'line';
          for (const ring of rings)
            made.push({
              classTitle: classes.titleOf(category, shape),
              geometryType: shape,
              shape,
              points: ring,
              ...common,
            });
          if (rings.length === 0) fault('.poly2d', outside(picture, poly2d));
        }
      }
    }
    return made;
  }

  function tagsOf({ attributes, score }: Record<string, unknown>): Tag[] {
    const list = attributeTags(attributes, 'objectsOnly', tags);
    const number = toNumber(score);
    if (number !== undefined) list.push(tags.number('score', number, 'objectsOnly'));
    return list;
  }

  return {
    read(frame, place, picture) {
      const key = frame.labels === undefined && frame.objects !== undefined ? 'objects' : 'labels';
      const list = frame[key];
      if (list === undefined || list === null) return [];
      const faultAt = (where: string, message: string): void =>
        items.fault('labels that cannot be read', () => ({
          file: place.file,
          place: `${place.path}.${where}`,
          code: 'SLY_FORMAT_INVALID',
          message,
          hint: 'It is left out.',
        }));
      if (!Array.isArray(list)) {
        faultAt(key, `expected a list, got ${shown(list)}`);
        return [];
      }
      const labels: Label[] = [];
      for (const [i, label] of (list as unknown[]).entries()) {
        const fault = (below: string, message: string): void => faultAt(`${key}[${i}]${below}`, message);
        if (!isRecord(label)) {
          fault('', `expected an object, got ${shown(label)}`);
          continue;
        }
        const other = OTHER_SHAPES.find((shape) => label[shape] !== undefined && label[shape] !== null);
        const has = (shape: unknown): boolean => shape !== undefined && shape !== null;
        if (other !== undefined)
          items.book.note('warning', `shapes of kind ${other}, which are not imported`, () => ({
            file: place.file,
            place: `${place.path}.${key}[${i}].${other}`,
            code: 'SLY_FORMAT_INVALID',
            message: `expected box2d or poly2d, got ${other}, which is not imported`,
          }));
        else if (!has(label.box2d) && !has(label.poly2d)) {
          fault('', 'expected box2d or poly2d, got neither');
          continue;
        }
        if (!has(label.box2d) && !has(label.poly2d)) continue;
        const made = read(label, picture, fault);
        // Parts of one object say so; a single one needs no key.
        const instance =
          made.length < 2 ? {} : { instance: keyOf(`${picture.file}\n${place.file}\n${place.path}\n${i}`) };
        for (const one of made) labels.push({ ...one, ...instance });
      }
      return labels;
    },
  };
}

/** Pixel indices, right and bottom included, as the tools of BDD100K count: `x2 = x1 + width - 1`. */
function readBox(box: unknown, picture: LookedAt): [Point, Point] | string {
  const [x1, y1, x2, y2] = isRecord(box) ? [box.x1, box.y1, box.x2, box.y2].map(toNumber) : [];
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined)
    return `expected numbers x1, y1, x2, y2, got ${shown(box)}`;
  const [left, top] = [Math.min(x1, x2), Math.min(y1, y2)];
  const corners = boxPixels(left, top, Math.abs(x2 - x1) + 1, Math.abs(y2 - y1) + 1, picture);
  return corners ?? outside(picture, box);
}

/** A line ends in the last pixel where it ends on the border; what is farther out is cut. */
function linePoint([x, y]: Point, { width, height }: LookedAt): Point {
  return [x === width ? width - 1 : Math.floor(x), y === height ? height - 1 : Math.floor(y)];
}

const outside = ({ width, height }: LookedAt, got: unknown): string =>
  `expected a place inside of ${width} x ${height} pixels, got ${shown(got)}`;

/** The same for the same source. */
const keyOf = (what: string): string => createHash('sha256').update(what).digest('hex').slice(0, 32);
