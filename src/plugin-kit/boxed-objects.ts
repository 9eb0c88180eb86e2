/**
 * Labels for formats whose objects are a box and at most one mask: what shares an instance and a category is one
 * object, and the classes an import made of one name (`car`, `car_mask`) are one category again.
 */
import type { Mask } from '../format/bitmap.ts';
import { labelMask, union } from '../format/label-mask.ts';
import type { ClassMeta, GeometryType, ImageAnnotation, Label, ProjectMeta, Tag } from '../format/model.ts';
import { type Bounds, geometryBounds } from '../format/raster.ts';
import { isKnownLabel } from '../format/read-geometry.ts';
import type { Losses } from './losses.ts';
import { SHAPE_SUFFIXES } from './shape-classes.ts';
import type { Size } from './to-pixels.ts';

export interface BoxedObject {
  category: string;
  /** Pixels inside the picture, right and bottom inclusive. */
  box: Bounds;
  /** Undefined when no label of the object has an area of its own, or masks are not wanted. */
  mask: Mask | undefined;
  /** Each name once. */
  tags: Tag[];
}

export interface BoxedObjectsOptions {
  size: Size;
  /** By class title, from `boxCategories`. */
  categories: ReadonlyMap<string, string>;
  masks: boolean;
  losses: Losses;
}

/** Class title -> category, in the order of the classes. */
export function boxCategories({ classes }: ProjectMeta): Map<string, string> {
  const byTitle = new Map(classes.map((one) => [one.title, one]));
  return new Map(classes.map((one) => [one.title, categoryOf(one, byTitle)]));
}

function categoryOf({ title, shape }: ClassMeta, byTitle: ReadonlyMap<string, ClassMeta>): string {
  const suffix = `_${SHAPE_SUFFIXES[shape as GeometryType] ?? ''}`;
  if (suffix === '_' || !title.endsWith(suffix)) return title;
  const name = title.slice(0, -suffix.length);
  const owner = byTitle.get(name);
  return owner === undefined || owner.shape === shape ? title : name;
}

const WITH_AREA: ReadonlySet<GeometryType> = new Set([
  'polygon',
  'multipolygon',
  'oriented_bbox',
  'bitmap',
  'alpha_mask',
  'cuboid',
  'cuboid_2d',
]);

/** In the order of their first labels. What changes or is left out is counted. */
export function boxedObjects(annotation: ImageAnnotation, options: BoxedObjectsOptions): BoxedObject[] {
  const { categories, losses } = options;
  const groups = new Map<string, Label[]>();
  for (const [i, label] of annotation.objects.entries()) {
    const category = categories.get(label.classTitle);
    if (category === undefined) losses.add('label of a class that is not in the project');
    else if (!isKnownLabel(label)) losses.add(`label of shape ${label.geometryType}`);
    else {
      const instance = label.instance ?? undefined;
      const key = instance === undefined ? `${i}` : `${instance}\n${category}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [label]);
      else group.push(label);
    }
  }
  return [...groups.values()].flatMap((labels) => {
    const object = boxedObject(labels, options);
    return object === undefined ? [] : [object];
  });
}

function boxedObject(
  labels: readonly Label[],
  { size, categories, masks, losses }: BoxedObjectsOptions,
): BoxedObject | undefined {
  const boxes = labels.filter(({ geometryType }) => geometryType === 'rectangle');
  const box = boundsOf(boxes.length === 1 ? boxes : labels, size);
  if (box === undefined) {
    for (const { geometryType } of labels)
      losses.add(
        geometryType === 'multichannelBitmap'
          ? 'label of shape multichannelBitmap'
          : 'label outside of its picture',
      );
    return undefined;
  }
  if (boxes.length > 1) losses.add('box of an object with several boxes (one around them is written)');
  const mask = maskOf(labels, { size, masks, losses });
  return {
    category: categories.get(labels[0]?.classTitle ?? '') ?? '',
    box,
    mask,
    tags: tagsOf(labels, losses),
  };
}

function maskOf(
  labels: readonly Label[],
  { size, masks, losses }: { size: Size; masks: boolean; losses: Losses },
): Mask | undefined {
  const parts: (Mask | undefined)[] = [];
  for (const label of labels) {
    const { geometryType } = label;
    if (geometryType === 'rectangle') continue;
    if (!masks || !WITH_AREA.has(geometryType)) {
      losses.add(`label of shape ${geometryType} (only its box is written)`);
      continue;
    }
    if (geometryType === 'alpha_mask') losses.add('mask with transparency (it is written without)');
    else if (geometryType !== 'bitmap')
      losses.add(`label of shape ${geometryType} (it is written as a mask)`);
    try {
      const part = labelMask(label, size);
      if (part === undefined) losses.add('label without a pixel in its picture (only its box is written)');
      parts.push(part);
    } catch {
      losses.add('mask that cannot be read (only its box is written)');
    }
  }
  return union(parts);
}

function boundsOf(labels: readonly Label[], { width, height }: Size): Bounds | undefined {
  let all: Bounds | undefined;
  for (const label of labels) {
    const bounds = boundsOrNothing(label);
    if (bounds === undefined) continue;
    all =
      all === undefined
        ? bounds
        : {
            left: Math.min(all.left, bounds.left),
            top: Math.min(all.top, bounds.top),
            right: Math.max(all.right, bounds.right),
            bottom: Math.max(all.bottom, bounds.bottom),
          };
  }
  if (all === undefined || all.right < 0 || all.bottom < 0 || all.left >= width || all.top >= height)
    return undefined;
  return {
    left: Math.max(0, Math.floor(all.left)),
    top: Math.max(0, Math.floor(all.top)),
    right: Math.min(width - 1, Math.floor(all.right)),
    bottom: Math.min(height - 1, Math.floor(all.bottom)),
  };
}

/** A mask that is damaged has no box. */
function boundsOrNothing(label: Label): Bounds | undefined {
  try {
    return geometryBounds(label);
  } catch {
    return undefined;
  }
}

function tagsOf(labels: readonly Label[], losses: Losses): Tag[] {
  const tags = new Map<string, Tag>();
  for (const tag of labels.flatMap((label) => label.tags)) {
    const known = tags.get(tag.name);
    if (known === undefined) tags.set(tag.name, tag);
    else if ((known.value ?? null) !== (tag.value ?? null)) losses.add(`second value of tag ${tag.name}`);
  }
  return [...tags.values()];
}
