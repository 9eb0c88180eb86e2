/** One item's labels as features of the Object Detection API. */
import type { Mask } from '../../src/format/bitmap.ts';
import { paintMask } from '../../src/format/label-mask.ts';
import type { ImageAnnotation, ProjectMeta, Tag } from '../../src/format/model.ts';
import { boxedObjects } from '../../src/plugin-kit/boxed-objects.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { writeGrey } from '../../src/plugin-kit/pixels/write-png.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import { encodeFeature, type FeatureValues } from './example-writer.ts';
import { tagFeatures } from './export-tags.ts';
import { IMAGE, OBJECT } from './features.ts';

export interface FeatureContext {
  meta: ProjectMeta;
  /** Class title -> category; category -> id. */
  categories: ReadonlyMap<string, string>;
  ids: ReadonlyMap<string, number>;
  masks: boolean;
  losses: Losses;
  /** Tags that say which file the item is in say nothing more. */
  isSplitTag: (tag: Tag) => boolean;
}

export interface ItemFacts extends Size {
  filename: string;
  sourceId: string;
  format: string;
}

export function itemFeatures(annotation: ImageAnnotation, item: ItemFacts, context: FeatureContext): Buffer {
  const { width, height } = item;
  const { categories, ids, masks, losses, meta } = context;
  const objects = boxedObjects(annotation, { size: item, categories, masks, losses });
  const features: Buffer[] = [];
  const add = (key: string, values: FeatureValues): void => void features.push(encodeFeature(key, values));
  add(IMAGE.filename, { bytes: [item.filename] });
  add(IMAGE.sourceId, { bytes: [item.sourceId] });
  add(IMAGE.width, { ints: [width] });
  add(IMAGE.height, { ints: [height] });
  add(IMAGE.format, { bytes: [item.format] });
  add(OBJECT.xmin, { floats: objects.map(({ box }) => box.left / width) });
  add(OBJECT.xmax, { floats: objects.map(({ box }) => (box.right + 1) / width) });
  add(OBJECT.ymin, { floats: objects.map(({ box }) => box.top / height) });
  add(OBJECT.ymax, { floats: objects.map(({ box }) => (box.bottom + 1) / height) });
  add(OBJECT.text, { bytes: objects.map(({ category }) => category) });
  add(OBJECT.label, { ints: objects.map(({ category }) => ids.get(category) ?? 0) });
  if (objects.some(({ mask }) => mask !== undefined))
    add(OBJECT.mask, { bytes: objects.map(({ mask }) => maskPng(mask, item)) });
  features.push(...tagFeatures(objects, meta, losses));
  const classes = imageClasses(annotation.tags, context);
  if (classes.length > 0) add(IMAGE.classText, { bytes: classes });
  return Buffer.concat(features);
}

/** 255 where the object is. An object without a mask has one that is empty, as every object must have one. */
function maskPng(mask: Mask | undefined, size: Size): Buffer {
  const values = new Uint8Array(size.width * size.height);
  if (mask !== undefined) paintMask(mask, values, size.width, 255);
  return writeGrey(values, size);
}

function imageClasses(tags: readonly Tag[], { meta, losses, isSplitTag }: FeatureContext): string[] {
  const classes = new Set<string>();
  for (const tag of tags) {
    if (isSplitTag(tag)) continue;
    const type = meta.tags.find(({ name }) => name === tag.name)?.value_type;
    if (type === 'none' || type === undefined) classes.add(tag.name);
    else losses.add(`tag ${tag.name} of an image`);
  }
  return [...classes];
}
