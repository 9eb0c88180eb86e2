/** One annotation as labels: the polygon or, without one, the box, with what is known of the word. */
import { createHash } from 'node:crypto';
import type { Label, Ring, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import type { LookedAt } from '../../src/plugin-kit/labelled-items.ts';
import type { ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import type { TagNames } from '../../src/plugin-kit/tag-names.ts';
import { boxPixels, polygonPixels, toNumber } from '../../src/plugin-kit/to-pixels.ts';

/** Values COCO-Text has; others become a text. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  legibility: ['legible', 'illegible'],
  class: ['machine printed', 'handwritten', 'others'],
  language: ['english', 'not english', 'na'],
};

export interface Fault {
  /** JSON path below the annotation; '' for all of it. */
  place: string;
  message: string;
}

/** `key` tells the annotations of a picture apart. */
export function textLabels(
  annotation: unknown,
  picture: LookedAt,
  key: string,
  { classes, tags }: { classes: ShapeClasses; tags: TagNames },
): Label[] | Fault {
  if (!isRecord(annotation)) return { place: '', message: `expected an object, got ${shown(annotation)}` };
  // Version 1 calls it polygon, version 2 mask.
  const outline = annotation.polygon !== undefined ? 'polygon' : 'mask';
  const given = annotation[outline];
  const text = typeof annotation.utf8_string === 'string' ? annotation.utf8_string : undefined;
  const common = { tags: tagsOf(annotation, text, tags), description: text ?? '' };

  if (given !== undefined && given !== null && !(Array.isArray(given) && given.length === 0)) {
    const ring = ringOf(given);
    if (typeof ring === 'string') return { place: outline, message: ring };
    const pieces = polygonPixels({ exterior: ring, interior: [] }, picture);
    const instance = pieces.length < 2 ? {} : { instance: instanceOf(picture.file, key) };
    if (pieces.length === 0) return outside(outline, picture, given);
    return pieces.map((points) => ({
      classTitle: classes.titleOf('text', 'polygon', { color: '#FF00FF' }),
      geometryType: 'polygon',
      shape: 'polygon',
      points,
      ...common,
      ...instance,
    }));
  }
  const box = Array.isArray(annotation.bbox) ? annotation.bbox.map(toNumber) : [];
  const [x, y, w, h] = box;
  if (box.length !== 4 || x === undefined || y === undefined || w === undefined || h === undefined)
    return {
      place: 'bbox',
      message: `expected a polygon, a mask or a bbox [x, y, width, height], got ${shown(annotation.bbox)}`,
    };
  const corners = boxPixels(x, y, w, h, picture);
  if (corners === undefined) return outside('bbox', picture, annotation.bbox);
  return [
    {
      classTitle: classes.titleOf('text', 'rectangle', { color: '#FF00FF' }),
      geometryType: 'rectangle',
      shape: 'rectangle',
      points: { exterior: corners, interior: [] },
      ...common,
    },
  ];
}

/** `[x1, y1, x2, y2, ...]`, or a list of such a list; a text says what is wrong. */
function ringOf(value: unknown): Ring | string {
  const flat =
    Array.isArray(value) && value.length === 1 && Array.isArray(value[0]) ? (value[0] as unknown) : value;
  if (!Array.isArray(flat) || flat.length < 6 || flat.length % 2 !== 0)
    return `expected a list x1, y1, x2, y2, ... of three points at least, got ${shown(value)}`;
  const ring: Ring = [];
  for (let i = 0; i < flat.length; i += 2) {
    const [x, y] = [toNumber(flat[i]), toNumber(flat[i + 1])];
    if (x === undefined || y === undefined) return `expected numbers, got ${shown([flat[i], flat[i + 1]])}`;
    ring.push([x, y]);
  }
  return ring;
}

function tagsOf(annotation: Record<string, unknown>, text: string | undefined, tags: TagNames): Tag[] {
  const list: Tag[] = text === undefined ? [] : [tags.text('utf8_string', text, 'objectsOnly')];
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = annotation[name];
    if (typeof value === 'string' && value !== '') list.push(tags.oneOf(name, value, choices, 'objectsOnly'));
  }
  return list;
}

const outside = (place: string, { width, height }: LookedAt, got: unknown): Fault => ({
  place,
  message: `expected a place inside of ${width} x ${height} pixels, got ${shown(got)}`,
});

/** The same for the same source. */
const instanceOf = (file: string, key: string): string =>
  createHash('sha256').update(`${file}\n${key}`).digest('hex').slice(0, 32);
