/** Objects of a record -> labels: a rectangle, and where there is a mask a bitmap of the same instance. */
import type { Label, Point, Tag } from '../../src/format/model.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import type { TagNames } from '../../src/plugin-kit/tag-names.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import type { ClassNames } from './class-names.ts';
import { readMask } from './read-mask.ts';
import type { RecordObject } from './read-objects.ts';

export interface LabelContext {
  /** Path of the record file, and which record of it. */
  file: string;
  place: string;
  payload: Buffer;
  names: ClassNames;
  classes: ShapeClasses;
  tags: TagNames;
  items: Pick<LabelledItems, 'fault' | 'book'>;
  /** A key no other object of the project has. */
  instance(): string;
}

/** A share farther out than this was meant in pixels. */
const FARTHEST_SHARE = 2;

export function recordLabels(objects: readonly RecordObject[], size: Size, context: LabelContext): Label[] {
  return objects.flatMap((object, i) => objectLabels(object, i, size, context));
}

function objectLabels(object: RecordObject, index: number, size: Size, context: LabelContext): Label[] {
  const { classes, names, items } = context;
  const at = { file: context.file, place: `${context.place}, object ${index}`, code: 'SLY_FORMAT_INVALID' };
  const { name, doubt } = names.of(object.text, object.id);
  if (doubt !== undefined)
    items.book.note('warning', 'objects without the name of a class', () => ({ ...at, message: doubt }));
  const corners = boxCorners(object, size, (message) =>
    items.fault('boxes that cannot be used', () => ({ ...at, message })),
  );
  const bitmap = bitmapOf(object, size, context, at);
  const tags = objectTags(object, context.tags);
  const labels: Label[] = [];
  if (corners !== undefined)
    labels.push({
      classTitle: classes.titleOf(name, 'rectangle'),
      geometryType: 'rectangle',
      shape: 'rectangle',
      points: { exterior: corners, interior: [] },
      tags,
    });
  if (bitmap !== undefined)
    labels.push({
      // Boxes are what every record has, so the plain name is theirs even when a mask comes first.
      classTitle: classes.titleOf(name, 'bitmap'),
      geometryType: 'bitmap',
      shape: 'bitmap',
      bitmap,
      tags,
    });
  if (labels.length < 2) return labels;
  const instance = context.instance();
  return labels.map((label) => ({ ...label, instance }));
}

/** Corners as pixels, right and bottom inclusive, or undefined and why. */
function boxCorners(
  { box }: RecordObject,
  { width, height }: Size,
  refuse: (message: string) => void,
): [Point, Point] | undefined {
  if (box === undefined) return undefined;
  const shown = `[${box.join(', ')}]`;
  if (!box.every((side) => Number.isFinite(side))) {
    refuse(`expected four numbers as box, got ${shown}; the box is left out`);
    return undefined;
  }
  if (box.some((side) => Math.abs(side) > FARTHEST_SHARE)) {
    refuse(`expected shares of the picture between 0 and 1 as box, got ${shown}; the box is left out`);
    return undefined;
  }
  const across = span(box[0], box[2], width);
  const down = span(box[1], box[3], height);
  if (across === undefined || down === undefined) {
    refuse(`expected a box inside of the picture, got ${shown}; the box is left out`);
    return undefined;
  }
  return [
    [across[0], down[0]],
    [across[1], down[1]],
  ];
}

/** Both edges are rounded to whole pixels; what is thinner than one keeps one. */
function span(a: number, b: number, size: number): [number, number] | undefined {
  const [from, to] = [Math.min(a, b) * size, Math.max(a, b) * size];
  if (to < 0 || from > size) return undefined;
  const first = Math.min(Math.max(Math.round(from), 0), size - 1);
  return [first, Math.min(Math.max(Math.round(to) - 1, first), size - 1)];
}

function bitmapOf(
  { mask }: RecordObject,
  size: Size,
  { payload, items }: LabelContext,
  at: { file: string; place: string; code: string },
): ReturnType<typeof readMask>['bitmap'] {
  if (mask === undefined) return undefined;
  try {
    const { bitmap, otherSize } = readMask(payload.subarray(mask.start, mask.end), size);
    if (otherSize !== undefined)
      items.book.note('warning', 'masks of another size than their picture', () => ({
        ...at,
        message: `expected a mask of ${size.width} x ${size.height}, got ${otherSize.width} x ${otherSize.height}; it is scaled`,
      }));
    return bitmap;
  } catch (error) {
    const { code, detail: message } = toSlyError(error);
    items.fault('masks that cannot be read', () => ({ ...at, code, message }));
    return undefined;
  }
}

function objectTags({ flags, values }: RecordObject, tags: TagNames): Tag[] {
  return [
    ...flags.map((name) => tags.none(name, 'objectsOnly')),
    ...Object.entries(values).map(([name, value]) =>
      typeof value === 'number'
        ? tags.number(name, value, 'objectsOnly')
        : tags.text(name, value, 'objectsOnly'),
    ),
  ];
}
