/** A project -> pictures, masks, and the JSON files that say which class is which number and colour. */
import { readAnnotation } from '../../src/format/annotation.ts';
import { normalizeMeta } from '../../src/format/meta.ts';
import type { ImageAnnotation, Label } from '../../src/format/model.ts';
import { datasetFolder } from '../../src/format/project-paths.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { probeImage } from '../../src/plugin-kit/image-probe.ts';
import { createLosses, type Losses } from '../../src/plugin-kit/losses.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { createProblemBook, type ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { createWorkers, mapInOrder, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import { MACHINE_MAP, SEMANTIC_MAP } from './class-maps.ts';
import { MOST_CLASSES, type PlannedClass, planClasses } from './class-plan.ts';
import type { Painted, PaintJob, PaintLabel } from './mask-painting.ts';
import { type ExportOptions, exportOptions } from './options.ts';

const AHEAD_PER_WORKER = 4;
/** Fewer are drawn before a thread would have started. */
const WORTH_THREADS = 16;

interface Work {
  options: ExportOptions;
  classes: readonly PlannedClass[];
  places: ReadonlyMap<string, number>;
  losses: Losses;
  book: ProblemBook;
  workers: Workers<PaintJob, Painted>;
  nameOf(dataset: string, name: string): string;
}

export async function exportMasks(ctx: ExportContext): Promise<void> {
  const { project, report } = ctx;
  const options = exportOptions(ctx.options);
  if (!(options.machine || options.human || options.instances || options.semanticRgb))
    throw new SlyError('SLY_PLUGIN_OPTIONS', {
      detail: 'expected at least one kind of mask, got none',
      hint: 'Set machine_masks, human_masks, instance_masks or semantic_rgb_masks.',
    });
  const classes = planClasses(project.meta.classes);
  await addClassFiles(ctx, classes, options);
  const work: Work = {
    options,
    classes,
    places: new Map(classes.map(({ title }, i) => [title, i])),
    losses: createLosses('masks'),
    book: createProblemBook(report),
    workers: createWorkers<PaintJob, Painted>(
      siblingModule(import.meta.url, 'paint-worker'),
      ctx.project.total < WORTH_THREADS ? { count: 0 } : {},
    ),
    nameOf: createStems(),
  };
  for (let i = MOST_CLASSES; i < project.meta.classes.length; i++)
    work.losses.add('class beyond number 65535');
  try {
    const items = mapInOrder(
      wantedItems(ctx, options),
      (item) => paint(work, ctx, item),
      work.workers.count * AHEAD_PER_WORKER,
    );
    let done = 0;
    for await (const { item, annotation, painted } of items) {
      ctx.signal.throwIfAborted();
      ctx.progress('Writing masks', done++, project.total);
      await sayLost(work, item, painted);
      if (painted instanceof SlyError) continue;
      await addItem(ctx, work, { item, annotation, painted });
      await work.book.flush();
    }
    ctx.progress('Writing masks', project.total, project.total);
  } finally {
    await work.workers.close();
  }
  await work.book.finish();
  await work.losses.report(report);
}

async function* wantedItems(
  { project, signal }: ExportContext,
  { onlyAnnotated }: ExportOptions,
): AsyncGenerator<ExportedItem> {
  for await (const item of project.items()) {
    signal.throwIfAborted();
    const { objects, tags } = item.annotation;
    if (!onlyAnnotated || objects.length > 0 || tags.length > 0) yield item;
  }
}

async function addClassFiles(
  { archive, project }: ExportContext,
  classes: readonly PlannedClass[],
  { annotations, semanticRgb }: ExportOptions,
): Promise<void> {
  const listed = (numbersFor: (one: PlannedClass) => number[]): string =>
    `${JSON.stringify(Object.fromEntries(classes.map((one) => [one.title, numbersFor(one)])), null, 2)}\n`;
  await archive.addText(
    MACHINE_MAP,
    listed(({ number }) => [number, number, number]),
  );
  if (semanticRgb)
    await archive.addText(
      SEMANTIC_MAP,
      listed(({ colour }) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]),
    );
  if (annotations) await archive.addText('meta.json', `${JSON.stringify(normalizeMeta(project.meta))}\n`);
}

interface PaintedItem {
  item: ExportedItem;
  annotation: ImageAnnotation;
  painted: Painted | SlyError;
}

/** Never rejects for what is wrong with one item. */
async function paint(work: Work, ctx: ExportContext, item: ExportedItem): Promise<PaintedItem> {
  const { options, classes, places, losses, workers } = work;
  const size = sizeOf(item);
  if (size instanceof SlyError) return { item, annotation: item.annotation, painted: size };
  const { annotation, problems } = readAnnotation({ ...item.annotation, size }, ctx.project.meta);
  for (const { severity, place, code, message } of problems)
    if (severity !== 'warning')
      work.book.note('warning', 'labels that cannot be read', () => ({
        file: item.source,
        place,
        code,
        message,
      }));
  if (annotation === undefined)
    return {
      item,
      annotation: item.annotation,
      painted: new SlyError('SLY_FORMAT_INVALID', { detail: 'its annotation cannot be read' }),
    };
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
  return { item, annotation, painted: await workers.run(job) };
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
function sizeOf({
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

async function sayLost({ book }: Work, item: ExportedItem, painted: Painted | SlyError): Promise<void> {
  if (painted instanceof SlyError) {
    const { code, detail: message } = painted;
    book.note('failed', 'items without masks', () => ({ file: item.source, code, message }));
    return;
  }
  for (const { at, code, message } of painted.lost)
    book.note('warning', 'labels without pixels', () => ({
      file: item.source,
      place: `objects[${at}]`,
      code,
      message,
    }));
  const { humanFault } = painted;
  if (humanFault !== undefined)
    book.note('warning', 'pictures without a human mask', () => ({
      file: item.source,
      ...humanFault,
      hint: 'It has its other masks.',
    }));
}

async function addItem(
  { archive }: ExportContext,
  { options, classes, losses, nameOf }: Work,
  { item, annotation, painted }: { item: ExportedItem; annotation: ImageAnnotation; painted: Painted },
): Promise<void> {
  const folder = datasetFolder(item.dataset);
  const name = nameOf(item.dataset, item.name);
  const stem = stemOf(name);
  if (item.file === undefined) losses.add('picture that is a link (it is written without)');
  else if (!options.onlyAnnotations) await archive.addFile(`${folder}/img/${name}`, item.file);
  if (options.annotations)
    await archive.addText(`${folder}/ann/${name}.json`, `${JSON.stringify(annotation)}\n`);
  for (const [kind, png] of [
    ['masks_machine', painted.machine],
    ['masks_human', painted.human],
    ['masks_semantic_rgb', painted.rgb],
  ] as const)
    if (png !== undefined) await archive.addText(`${folder}/${kind}/${stem}.png`, png);
  const numbers = new Map<string, number>();
  for (const { which, png } of painted.instances) {
    const word = classes[which]?.word ?? 'object';
    const number = numbers.get(word) ?? 0;
    numbers.set(word, number + 1);
    const file = number === 0 ? word : `${word}_${String(number).padStart(2, '0')}`;
    await archive.addText(`${folder}/masks_instances/${stem}/${file}.png`, png);
  }
  await archive.written(item);
}

/** Masks go by the stem of their picture: `a.jpg` and `a.png` of one dataset need two. */
function createStems(): (dataset: string, name: string) => string {
  const taken = new Map<string, Set<string>>();
  return (dataset, name) => {
    let stems = taken.get(dataset);
    if (stems === undefined) {
      stems = new Set();
      taken.set(dataset, stems);
    }
    const stem = stemOf(name);
    let free = stem;
    for (let n = 1; stems.has(free); n++) free = `${stem}_${String(n).padStart(2, '0')}`;
    stems.add(free);
    return free + name.slice(stem.length);
  };
}
