/**
 * A project -> `VOCdevkit/VOC`: pictures, XML files, class and object masks, lists. One round over the items; masks
 * are painted in worker threads, a few pictures ahead.
 */

import path from 'node:path';
import { readAnnotation } from '../../src/format/annotation.ts';
import type { FormatProblem } from '../../src/format/model.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { sniffImage } from '../../src/plugin-kit/image-probe.ts';
import { createLosses, type Losses } from '../../src/plugin-kit/losses.ts';
import { loadSharp, MAX_DECODED_PIXELS } from '../../src/plugin-kit/pixels/load-sharp.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { type Split, splitOfItem } from '../../src/plugin-kit/splits.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import { createWorkers, mapInOrder, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import { type ClassPlan, planClasses } from './class-plan.ts';
import { colourFile } from './colour-file.ts';
import { type OutPicture, objectsOf } from './export-objects.ts';
import { createImageSetFiles } from './image-set-files.ts';
import { type ExportOptions, exportOptions } from './options.ts';
import type { PaintedMasks, PaintJob } from './paint-masks.ts';
import { createPictureNames } from './picture-names.ts';
import { writeAnnotation } from './write-annotation.ts';

const ROOT = 'VOCdevkit/VOC';
const AHEAD = 12;
const SPLIT_TAGS = /^(?:split|train|val|test|training|valid|validation|testing)$/i;

interface Prepared {
  item: ExportedItem;
  size: Size;
  out: OutPicture;
  problems: readonly FormatProblem[];
  painted: PaintedMasks | undefined;
  /** The picture encoded again; undefined: as it is. */
  jpeg: Buffer | undefined;
}

export async function exportVoc(ctx: ExportContext): Promise<void> {
  const options = exportOptions(ctx.options);
  const losses = createLosses('Pascal VOC');
  const plan = planClasses(ctx.project.meta);
  const workers: Workers<PaintJob, PaintedMasks> = createWorkers(
    siblingModule(import.meta.url, 'paint-worker'),
  );
  const prepare = (item: ExportedItem): Promise<Prepared> =>
    prepareItem(item, { ctx, options, losses, plan, workers });
  const names = createPictureNames();
  const splits = createSplits(options);
  const lists = createImageSetFiles();
  const used = { masks: new Set<string>(), all: new Set<string>() };
  let done = 0;
  try {
    for await (const one of mapInOrder(wanted(ctx, options), prepare, AHEAD)) {
      ctx.progress('Writing pictures', done++, ctx.project.total);
      const { item, out, painted } = one;
      const name = names(item.dataset, item.name);
      await writeItem(ctx, { one, name, options, losses });
      const classes = new Set(out.objects.map((object) => object.name));
      for (const title of classes) used.all.add(title);
      for (const { kind } of out.masks) used.masks.add(kind.name);
      lists.add({ name, split: splits(item), segmented: painted !== undefined, classes });
      await ctx.archive.written(item);
    }
  } finally {
    await workers.close();
  }
  if (!(await lists.write(ctx.archive, `${ROOT}/ImageSets`)))
    await ctx.report.warning({
      code: 'SLY_FORMAT_INVALID',
      message: 'expected a list for each class, got so many classes and pictures that they were left out',
    });
  const colours = colourFile(plan, used, options.contourThickness > 0 && used.masks.size > 0);
  if (colours !== '') await ctx.archive.addText(`${ROOT}/colors.txt`, colours);
  for (const name of plan.recoloured)
    if (used.all.has(name)) losses.add('colour that is black, neutral or used twice');
  await losses.report(ctx.report);
}

async function* wanted(
  { project, signal }: ExportContext,
  options: ExportOptions,
): AsyncGenerator<ExportedItem> {
  for await (const item of project.items()) {
    signal.throwIfAborted();
    const { objects, tags } = item.annotation;
    if (!options.onlyAnnotated || objects.length > 0 || tags.length > 0) yield item;
  }
}

interface Tools {
  ctx: ExportContext;
  options: ExportOptions;
  losses: Losses;
  plan: ClassPlan;
  workers: Workers<PaintJob, PaintedMasks>;
}

async function prepareItem(item: ExportedItem, tools: Tools): Promise<Prepared> {
  const { ctx, options, losses, plan, workers } = tools;
  const { annotation = { ...item.annotation, objects: [] }, problems } = readAnnotation(
    item.annotation,
    ctx.project.meta,
  );
  const { size: said } = annotation;
  const size =
    said.width > 0 && said.height > 0
      ? { width: said.width, height: said.height }
      : { width: item.width ?? 0, height: item.height ?? 0 };
  for (const { name } of annotation.tags) if (!SPLIT_TAGS.test(name)) losses.add(`tag ${name} of an image`);
  if (annotation.description !== '') losses.add('description of an image');
  const out = objectsOf(annotation, { size, plan, losses });
  const job: PaintJob = {
    ...size,
    palette: plan.wide ? undefined : plan.palette,
    thickness: options.contourThickness,
    masks: out.masks.map(({ geometry, kind: { index, colour }, object }) => ({
      geometry,
      index,
      colour,
      object,
    })),
  };
  const painting = job.masks.length === 0 ? undefined : workers.run(job);
  // Waited for below; until then nobody listens.
  painting?.catch(() => undefined);
  const jpeg = await jpegOf(item, tools);
  return { item, size, out, problems, painted: await painting, jpeg };
}

async function jpegOf(
  { absolute, source }: ExportedItem,
  { ctx, options }: Tools,
): Promise<Buffer | undefined> {
  if (!options.toJpeg || options.onlyAnnotations || absolute === undefined) return undefined;
  try {
    if (sniffImage(absolute).kind === 'jpeg') return undefined;
    const sharp = await loadSharp();
    const picture = sharp(absolute, { limitInputPixels: MAX_DECODED_PIXELS, failOn: 'error' });
    return await picture
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
  } catch (error) {
    const { detail } = toSlyError(error);
    const message = `expected a picture that can be encoded as JPEG, got one where ${detail}; it is written as it is`;
    await ctx.report.warning({ file: source, code: 'SLY_IMAGE_UNREADABLE', message });
    return undefined;
  }
}

async function writeItem(
  ctx: ExportContext,
  { one, name, options, losses }: { one: Prepared; name: string; options: ExportOptions; losses: Losses },
): Promise<void> {
  const { item, size, out, problems, painted, jpeg } = one;
  const { archive, report } = ctx;
  for (const { severity, place, code, message } of problems)
    if (severity !== 'warning') await report.warning({ file: item.source, place, code, message });
  const ending = jpeg === undefined ? path.posix.extname(item.name).toLowerCase() : '.jpg';
  const fileName = `${name}${ending}`;
  if (item.file === undefined) losses.add('picture that is only a link');
  else if (!options.onlyAnnotations) {
    if (jpeg === undefined) await archive.addFile(`${ROOT}/JPEGImages/${fileName}`, item.file);
    else await archive.addText(`${ROOT}/JPEGImages/${fileName}`, jpeg);
  }
  const text = writeAnnotation({
    fileName,
    ...size,
    segmented: painted !== undefined,
    objects: out.objects,
    origin: options.origin,
  });
  await archive.addText(`${ROOT}/Annotations/${name}.xml`, text);
  if (painted === undefined) return;
  for (const { code, message } of painted.faults) await report.warning({ file: item.source, code, message });
  for (let i = 0; i < painted.covered; i++) losses.add('mask that lies partly below another (the upper one)');
  await archive.addText(`${ROOT}/SegmentationClass/${name}.png`, painted.classes);
  await archive.addText(`${ROOT}/SegmentationObject/${name}.png`, painted.objects);
}

/** What tag or dataset say; the others are dealt out evenly, so that each part of the project is in both. */
function createSplits({ trainShare }: ExportOptions): (item: ExportedItem) => Split {
  let dealt = 0;
  return (item) => {
    const said = splitOfItem(item);
    if (said !== undefined) return said;
    const [before, after] = [dealt, dealt + 1].map((count) => Math.ceil(count * trainShare - 1e-9));
    dealt++;
    return after !== before ? 'train' : 'val';
  };
}
