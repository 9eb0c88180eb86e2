/** What exporters ask of every item: its labels as far as they can be read, its size, whether it is wanted at all. */
import { readAnnotation } from '../format/annotation.ts';
import type { Mask } from '../format/bitmap.ts';
import { labelMask } from '../format/label-mask.ts';
import type { Geometry, ImageAnnotation, Ring } from '../format/model.ts';
import { toSlyError } from '../lib/errors.ts';
import type { Losses } from './losses.ts';
import type { ExportContext, ExportedItem } from './plugin.ts';
import type { Size } from './to-pixels.ts';

/** The option `only_annotated`. */
export function isWantedItem({ annotation }: ExportedItem, onlyAnnotated: boolean): boolean {
  return !onlyAnnotated || annotation.objects.length > 0 || annotation.tags.length > 0;
}

/** Pixels; 0 x 0 where nothing says. */
export function itemSize({ width = 0, height = 0, annotation }: ExportedItem): Size {
  const { size } = annotation;
  return size.width > 0 && size.height > 0 ? { width: size.width, height: size.height } : { width, height };
}

/** The annotation as the format has it; parts that are not as the format says are reported and left out. */
export async function readExportedLabels(
  ctx: Pick<ExportContext, 'project' | 'report'>,
  item: ExportedItem,
): Promise<ImageAnnotation> {
  const size = itemSize(item);
  const empty: ImageAnnotation = { description: '', size, tags: [], objects: [] };
  if (item.annotation.objects.length === 0 && item.annotation.tags.length === 0)
    return { ...empty, description: item.annotation.description };
  const { annotation, problems } = readAnnotation({ ...item.annotation, size }, ctx.project.meta);
  for (const { severity, place, code, message } of problems)
    if (severity !== 'warning') await ctx.report.warning({ file: item.source, place, code, message });
  return annotation ?? empty;
}

export type PlainOutline = { rings: Ring[] } | { mask: Mask };

/**
 * An area for formats that know outlines without holes and masks: the outlines where they say it all, else its pixels.
 * Undefined when nothing of it is in the picture. What changes is counted.
 */
export function plainOutline(
  geometry: Extract<
    Geometry,
    { geometryType: 'polygon' | 'multipolygon' | 'bitmap' | 'alpha_mask' | 'rectangle' | 'line' | 'point' }
  >,
  size: Size,
  losses: Losses,
): PlainOutline | undefined {
  if (geometry.geometryType === 'polygon' && geometry.points.interior.length === 0)
    return { rings: [geometry.points.exterior] };
  if (
    geometry.geometryType === 'multipolygon' &&
    geometry.parts.every(({ interior }) => interior.length === 0)
  ) {
    losses.add('multipolygon (its parts are written as polygons of one group)');
    return { rings: geometry.parts.map(({ exterior }) => exterior) };
  }
  if (geometry.geometryType === 'alpha_mask') losses.add('mask with transparency (it is written without)');
  else if (geometry.geometryType !== 'bitmap')
    losses.add(`${geometry.geometryType} with holes (it is written as a mask)`);
  try {
    const mask = labelMask(geometry, size);
    if (mask === undefined) losses.add('label without a pixel in its picture');
    return mask === undefined ? undefined : { mask };
  } catch (error) {
    losses.add(`mask that cannot be read (${toSlyError(error).code})`);
    return undefined;
  }
}
