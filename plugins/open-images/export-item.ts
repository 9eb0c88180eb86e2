/** One item as rows of the tables, its masks as PNGs. */
import { createHash } from 'node:crypto';
import { paintMask } from '../../src/format/label-mask.ts';
import type { ImageAnnotation, ProjectMeta, Tag } from '../../src/format/model.ts';
import { type BoxedObject, boxedObjects } from '../../src/plugin-kit/boxed-objects.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { writeGrey } from '../../src/plugin-kit/pixels/write-png.ts';
import type { ArchiveWriter, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import { FLAGS } from './box-labels.ts';
import type { ExportNames } from './export-names.ts';
import { KEPT } from './picture-facts.ts';
import type { SubsetFiles } from './subset-files.ts';

export interface ItemContext {
  archive: ArchiveWriter;
  meta: ProjectMeta;
  names: ExportNames;
  masks: boolean;
  losses: Losses;
  /** Tags that say which subset the item is in say nothing more. */
  isSplitTag: (tag: Tag) => boolean;
}

export interface ItemPlace extends Size {
  subset: string;
  id: string;
  files: SubsetFiles;
}

export async function writeItem(
  annotation: ImageAnnotation,
  place: ItemPlace,
  context: ItemContext,
): Promise<void> {
  const { names, masks, losses } = context;
  const { categories } = names;
  const objects = boxedObjects(annotation, { size: place, categories, masks, losses });
  for (const object of objects) await writeBox(object, place, context);
  for (const [i, object] of objects.entries())
    if (object.mask !== undefined) await writeMask({ ...object, mask: object.mask }, i, place, context);
  const types = new Map(context.meta.tags.map((tag) => [tag.name, tag.value_type]));
  for (const tag of annotation.tags) {
    if (context.isSplitTag(tag)) continue;
    if ((types.get(tag.name) ?? 'none') !== 'none') losses.add(`tag ${tag.name} of an image`);
    else
      await place.files.row('annotations-human-imagelabels', {
        ImageID: place.id,
        Source: 'verification',
        LabelName: names.labelName(tag.name),
        Confidence: 1,
      });
  }
}

export async function writePicture(
  item: ExportedItem,
  { id, subset, files }: ItemPlace,
  losses: Losses,
): Promise<void> {
  const row: Record<string, string> = { ImageID: id, Subset: subset };
  const kept: ReadonlySet<string> = new Set(Object.values(KEPT));
  for (const [key, value] of Object.entries(item.meta)) {
    if (kept.has(key) && typeof value === 'string') row[key] = value;
    else losses.add(`metadata ${key} of an image`);
  }
  if (item.link !== undefined) row.OriginalURL = item.link;
  await files.row('images-with-rotation', row);
}

async function writeBox(
  object: BoxedObject,
  { id, files, ...size }: ItemPlace,
  context: ItemContext,
): Promise<void> {
  const corners = cornersOf(object, size);
  const flags: Record<string, number> = Object.fromEntries(Object.values(FLAGS).map((name) => [name, 0]));
  let confidence = 1;
  for (const { name, value } of object.tags) {
    if (flags[name] !== undefined) flags[name] = 1;
    else if (name === 'Confidence' && typeof value === 'number') confidence = value;
    else context.losses.add(`tag ${name} of a label`);
  }
  await files.row('annotations-bbox', {
    ImageID: id,
    Source: 'xclick',
    LabelName: context.names.labelName(object.category),
    Confidence: confidence,
    XMin: corners[0],
    XMax: corners[1],
    YMin: corners[2],
    YMax: corners[3],
    ...flags,
  });
}

async function writeMask(
  object: BoxedObject & { mask: NonNullable<BoxedObject['mask']> },
  index: number,
  { id, subset, files, ...size }: ItemPlace,
  { archive, names }: ItemContext,
): Promise<void> {
  const values = new Uint8Array(size.width * size.height);
  paintMask(object.mask, values, size.width, 255);
  const label = names.labelName(object.category);
  const box = createHash('sha256').update(`${subset}/${id}/${index}`).digest('hex').slice(0, 8);
  const name = `${id}_${label.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 60)}_${box}.png`;
  const used = await archive.addText(`masks/${subset}/${name}`, writeGrey(values, size));
  const [xmin, xmax, ymin, ymax] = cornersOf(object, size);
  await files.row('annotations-object-segmentation', {
    MaskPath: used.slice(used.lastIndexOf('/') + 1),
    ImageID: id,
    LabelName: label,
    BoxID: box,
    BoxXMin: xmin,
    BoxXMax: xmax,
    BoxYMin: ymin,
    BoxYMax: ymax,
    PredictedIoU: 0,
  });
}

/** Shares of the picture: XMin, XMax, YMin, YMax. */
function cornersOf({ box }: BoxedObject, { width, height }: Size): [number, number, number, number] {
  const share = (value: number, of: number): number => Number((value / of).toFixed(7));
  return [
    share(box.left, width),
    share(box.right + 1, width),
    share(box.top, height),
    share(box.bottom + 1, height),
  ];
}
