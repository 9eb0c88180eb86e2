/** A project -> leftImg8bit/ and gtFine/ by split and city, and class_to_id.json. */
import { readAnnotation } from '../../src/format/annotation.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { probeImage, sniffImage } from '../../src/plugin-kit/image-probe.ts';
import { createLosses, type Losses } from '../../src/plugin-kit/losses.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { createProblemBook, type ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { SPLITS } from '../../src/plugin-kit/splits.ts';
import { createWorkers, mapInOrder, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import { CLASS_FILE } from './class-ids.ts';
import { type PlannedClass, planClasses } from './class-plan.ts';
import { PICTURE_SUFFIX } from './names.ts';
import { type ExportOptions, exportOptions } from './options.ts';
import { createPlaces, type Place } from './places.ts';
import type { Scene, SceneJob, SceneLabel } from './scene.ts';

const AHEAD_PER_WORKER = 4;
/** Fewer are drawn before a thread would have started. */
const WORTH_THREADS = 16;

interface Work {
  options: ExportOptions;
  classes: ReadonlyMap<string, PlannedClass>;
  losses: Losses;
  book: ProblemBook;
  workers: Workers<SceneJob, Scene>;
  placeOf(item: ExportedItem): Place;
}

export async function exportCityscapes(ctx: ExportContext): Promise<void> {
  const options = exportOptions(ctx.options);
  const classes = planClasses(ctx.project.meta.classes, options.ids);
  await ctx.archive.addText(CLASS_FILE, classFile(classes));
  const work: Work = {
    options,
    classes: new Map(classes.map((one) => [one.name, one])),
    losses: createLosses('Cityscapes'),
    book: createProblemBook(ctx.report),
    workers: createWorkers<SceneJob, Scene>(
      siblingModule(import.meta.url, 'scene-worker'),
      ctx.project.total < WORTH_THREADS ? { count: 0 } : {},
    ),
    placeOf: createPlaces(),
  };
  try {
    const draw = (item: ExportedItem): Promise<Drawn> => drawItem(ctx, work, item);
    const ahead = work.workers.count * AHEAD_PER_WORKER;
    let done = 0;
    for await (const drawn of mapInOrder(wantedItems(ctx, options), draw, ahead)) {
      ctx.signal.throwIfAborted();
      ctx.progress('Writing labels', done++, ctx.project.total);
      await writeItem(ctx, work, drawn);
      await work.book.flush();
    }
    ctx.progress('Writing labels', ctx.project.total, ctx.project.total);
  } finally {
    await work.workers.close();
  }
  await work.book.finish();
  await work.losses.report(ctx.report);
}

function classFile(classes: readonly PlannedClass[]): string {
  const list = classes.map(({ name, id, colour }) => ({
    name,
    id,
    color: [colour >> 16, (colour >> 8) & 0xff, colour & 0xff],
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
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

interface Drawn {
  item: ExportedItem;
  scene: Scene | SlyError;
  /** The file itself is no PNG. */
  foreign: boolean;
}

/** Never rejects for what is wrong with one item. */
async function drawItem(ctx: ExportContext, work: Work, item: ExportedItem): Promise<Drawn> {
  const { options, workers } = work;
  try {
    const size = sizeOf(item);
    const labels = labelsOf(ctx, work, item, size);
    const withPicture = item.absolute !== undefined && !options.onlyAnnotations;
    const foreign = withPicture && sniffImage(item.absolute ?? '').kind !== 'png';
    const scene = await workers.run({
      ...size,
      labels,
      masks: options.masks,
      holes: options.holes,
      ...(foreign && options.pngPictures && item.absolute !== undefined ? { convert: item.absolute } : {}),
    });
    return { item, scene, foreign };
  } catch (error) {
    if (!(error instanceof SlyError)) throw error;
    return { item, scene: error, foreign: false };
  }
}

function labelsOf(
  ctx: ExportContext,
  { book, classes, losses }: Work,
  item: ExportedItem,
  size: { width: number; height: number },
): SceneLabel[] {
  const { annotation, problems } = readAnnotation({ ...item.annotation, size }, ctx.project.meta);
  for (const { severity, place, code, message } of problems)
    if (severity !== 'warning')
      book.note('warning', 'labels that cannot be read', () => ({ file: item.source, place, code, message }));
  if (annotation === undefined)
    throw new SlyError('SLY_FORMAT_INVALID', { detail: 'its annotation cannot be read' });
  const labels: SceneLabel[] = [];
  for (const [at, label] of annotation.objects.entries()) {
    const planned = classes.get(label.classTitle);
    if (planned === undefined || !isKnownLabel(label) || !FITTING.has(label.geometryType)) {
      losses.add(
        planned === undefined
          ? 'label of a class that is not in the project'
          : `label of shape ${label.geometryType}`,
      );
      continue;
    }
    if (label.geometryType === 'bitmap') losses.add('mask (it is written as polygons)');
    if (label.geometryType === 'alpha_mask')
      losses.add('mask with transparency (it is written as polygons without)');
    for (const { name } of label.tags) losses.add(`tag ${name} of a label`);
    const { tags: _tags, classTitle: _title, description: _description, instance, ...geometry } = label;
    const { name, id, colour, hasInstances } = planned;
    labels.push({
      at,
      name,
      id,
      colour,
      hasInstances,
      geometry,
      ...(typeof instance === 'string' && instance !== '' ? { instance } : {}),
    });
  }
  for (const { name } of annotation.tags)
    if (name !== 'split' && !SPLITS.some((split) => split === name)) losses.add(`tag ${name} of an image`);
  return labels;
}

/** Regions; a box or a line is none. */
const FITTING: ReadonlySet<string> = new Set(['polygon', 'multipolygon', 'bitmap', 'alpha_mask']);

/** Of the annotation, else of the list of items, else of the picture. Throws SlyError. */
function sizeOf({ annotation, width, height, absolute }: ExportedItem): { width: number; height: number } {
  const { size } = annotation;
  if (size.width > 0 && size.height > 0) return { width: size.width, height: size.height };
  if (width !== undefined && height !== undefined) return { width, height };
  if (absolute === undefined)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected the size of the picture, got a link without it',
    });
  const probed = probeImage(absolute);
  return { width: probed.width, height: probed.height };
}

async function writeItem(ctx: ExportContext, work: Work, { item, scene, foreign }: Drawn): Promise<void> {
  const { archive } = ctx;
  const { book, losses, options, placeOf } = work;
  if (scene instanceof SlyError) {
    const { code, detail: message } = scene;
    book.note('failed', 'items that cannot be written', () => ({ file: item.source, code, message }));
    return;
  }
  for (const kind of scene.losses) losses.add(kind);
  for (const { at, code, message } of scene.lost)
    book.note('warning', 'labels without pixels', () => ({
      file: item.source,
      place: `objects[${at}]`,
      code,
      message,
    }));
  const { split, city, prefix } = placeOf(item);
  const labels = `gtFine/${split}/${city}/${prefix}_gtFine`;
  const picture = `leftImg8bit/${split}/${city}/${prefix}${PICTURE_SUFFIX}`;
  if (item.file === undefined) losses.add('picture that is a link (it is written without)');
  else if (!options.onlyAnnotations)
    await addPicture(ctx, work, { item, file: item.file, scene, foreign, picture });
  await archive.addText(`${labels}_polygons.json`, scene.polygons);
  for (const kind of ['color', 'labelIds', 'instanceIds'] as const) {
    const png = scene[kind];
    if (png !== undefined) await archive.addText(`${labels}_${kind}.png`, png);
  }
  await archive.written(item);
}

async function addPicture(
  { archive }: ExportContext,
  { book }: Work,
  { item, file, scene, foreign, picture }: Drawn & { file: string; scene: Scene; picture: string },
): Promise<void> {
  if (!foreign) {
    await archive.addFile(`${picture}.png`, file);
    return;
  }
  if (scene.picture !== undefined) {
    const entry = await archive.open(`${picture}.png`);
    await entry.write(scene.picture);
    await entry.end();
    return;
  }
  const { pictureFault } = scene;
  if (pictureFault !== undefined)
    book.note('warning', 'pictures that cannot be converted', () => ({
      file: item.source,
      ...pictureFault,
      hint: 'It is in the archive as it is.',
    }));
  const ending = /\.[A-Za-z0-9]{1,5}$/.exec(item.name)?.[0] ?? '';
  await archive.addFile(picture + ending, file);
}
