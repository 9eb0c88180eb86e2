/** What a thread has to draw for an item, and what is lost on the way. */
import type { ImageAnnotation, Label } from '../../src/format/model.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { probeImage } from '../../src/plugin-kit/image-probe.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import type { ExportedItem } from '../../src/plugin-kit/plugin.ts';
import type { PlannedClass } from './class-plan.ts';
import type { PaintJob, PaintLabel } from './mask-painting.ts';
import type { ExportOptions } from './options.ts';

export interface JobContext {
  annotation: ImageAnnotation;
  size: { width: number; height: number };
  options: ExportOptions;
  classes: readonly PlannedClass[];
  /** Title -> place in the list of classes. */
  places: ReadonlyMap<string, number>;
  losses: Losses;
}

export function paintJob(item: ExportedItem, context: JobContext): PaintJob {
  const { annotation, size, options, classes, places, losses } = context;
  const labels: PaintLabel[] = [];
  const job: PaintJob & { numbers: Record<number, number>; colours: Record<number, number> } = {
    ...size,
    labels,
    thickness: options.thickness,
    rgb: options.semanticRgb,
    instances: options.instances,
    numbers: {},
    colours: {},
    ...(options.machine ? { machine: classes.length > 255 ? (16 as const) : (8 as const) } : {}),
    ...(options.human && item.absolute !== undefined
      ? { human: { picture: item.absolute, scale: options.humanScale } }
      : {}),
  };
  for (const [at, label] of annotation.objects.entries()) {
    const which = places.get(label.classTitle);
    const planned = which === undefined ? undefined : classes[which];
    if (
      which === undefined ||
      planned === undefined ||
      !isKnownLabel(label) ||
      label.geometryType === 'multichannelBitmap'
    ) {
      losses.add(
        planned === undefined
          ? 'label of a class that is not in the project'
          : `label of shape ${label.geometryType}`,
      );
      continue;
    }
    if (!options.annotations) countLosses(losses, label);
    job.numbers[which] = planned.number;
    job.colours[which] = planned.colour;
    labels.push({ which, at, geometry: geometryOnly(label) });
  }
  if (!options.annotations) for (const _tag of annotation.tags) losses.add('tag of an image');
  return job;
}

/** Without keys that only cost time on their way to the thread. */
function geometryOnly(label: Label): PaintLabel['geometry'] {
  const {
    tags: _tags,
    classTitle: _title,
    instance: _instance,
    description: _description,
    ...geometry
  } = label;
  return geometry as PaintLabel['geometry'];
}

function countLosses(
  losses: Losses,
  label: { geometryType: string; tags: readonly unknown[]; instance?: unknown },
): void {
  const { geometryType, tags, instance } = label;
  if (geometryType === 'alpha_mask') losses.add('mask with transparency (it is written without)');
  else if (geometryType !== 'bitmap') losses.add(`label of shape ${geometryType} (it is written as pixels)`);
  for (const _tag of tags) losses.add('tag of a label');
  if (typeof instance === 'string' && instance !== '') losses.add('instance key of a label');
}

/** Of the annotation, else of the list of items, else of the picture. */
export function sizeOf({
  annotation,
  width,
  height,
  absolute,
}: ExportedItem): { width: number; height: number } | SlyError {
  const { size } = annotation;
  if (size.width > 0 && size.height > 0) return { width: size.width, height: size.height };
  if (width !== undefined && height !== undefined) return { width, height };
  if (absolute === undefined)
    return new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected the size of the picture, got a link without it',
    });
  try {
    const probed = probeImage(absolute);
    return { width: probed.width, height: probed.height };
  } catch (error) {
    if (error instanceof SlyError) return error;
    throw error;
  }
}
