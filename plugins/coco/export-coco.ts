/**
 * A project -> `annotations/instances.json`, with keypoints also `annotations/person_keypoints.json`, with captions
 * `annotations/captions.json`, and the pictures. Two rounds over the items: annotations first, so that it is
 * known which files there are when the images are listed. Memory does not grow with the project.
 */
import { readAnnotation } from '../../src/format/annotation.ts';
import type { FormatProblem, ImageAnnotation } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import { createLosses, type Losses } from '../../src/plugin-kit/losses.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import { type CocoWriter, openCocoFile } from './coco-writer.ts';
import { exportAnnotations } from './export-annotations.ts';
import { type ExportCategories, planCategories } from './export-categories.ts';
import { type ExportOptions, exportOptions } from './options.ts';

interface Files {
  instances: CocoWriter;
  keypoints?: CocoWriter;
  captions?: CocoWriter;
}

export async function exportCoco(ctx: ExportContext): Promise<void> {
  const options = exportOptions(ctx.options);
  const losses = createLosses('COCO');
  const categories = planCategories(ctx.project.meta);
  const info = { description: ctx.project.name, version: '1.0' };
  const files: Files = { instances: await openCocoFile(ctx.archive, 'annotations/instances.json', info) };
  await writeAnnotations(ctx, { files, info, categories, losses, options });
  const licenses = await writeImages(ctx, { files, options });
  const list = categories.list.map(({ id, name, supercategory }) => ({ id, name, supercategory }));
  await files.instances.end({ licenses, categories: list });
  await files.keypoints?.end({ licenses, categories: keypointCategories(categories) });
  await files.captions?.end({ licenses });
  await losses.report(ctx.report);
}

interface Round {
  files: Files;
  options: ExportOptions;
}

async function writeAnnotations(
  ctx: ExportContext,
  round: Round & { info: unknown; categories: ExportCategories; losses: Losses },
): Promise<void> {
  const { files, info, categories, losses, options } = round;
  let imageId = 0;
  let id = 0;
  for await (const item of ctx.project.items()) {
    ctx.signal.throwIfAborted();
    if (!isWanted(item, options)) continue;
    imageId++;
    ctx.progress('Writing annotations', imageId, ctx.project.total);
    const read = readAnnotation(item.annotation, ctx.project.meta);
    await sayProblems(ctx, item, read.problems);
    const { annotation: labels } = read;
    if (labels === undefined) continue;
    for (const { annotation, isInstance } of exportAnnotations(labels, {
      size: sizeOf(item),
      categories,
      losses,
      masks: options.masks,
    })) {
      const { keypoints, num_keypoints, ...instance } = annotation;
      const ids = { id: ++id, image_id: imageId };
      if (isInstance) await files.instances.annotation({ ...ids, ...instance });
      if (keypoints === undefined) continue;
      files.keypoints ??= await openCocoFile(ctx.archive, 'annotations/person_keypoints.json', info);
      await files.keypoints.annotation({ ...ids, ...instance, keypoints, num_keypoints });
    }
    for (const { name, value } of labels.tags) {
      if (name !== 'caption' || typeof value !== 'string') {
        losses.add(`tag ${name} of an image`);
        continue;
      }
      if (!options.captions) continue;
      files.captions ??= await openCocoFile(ctx.archive, 'annotations/captions.json', info);
      await files.captions.annotation({ id: ++id, image_id: imageId, caption: value });
    }
  }
}

/** What the item's annotation has that is not as the format says; the rest of it is written. */
async function sayProblems(
  ctx: ExportContext,
  item: ExportedItem,
  problems: readonly FormatProblem[],
): Promise<void> {
  for (const { severity, place, code, message } of problems) {
    if (severity !== 'warning') await ctx.report.warning({ file: item.source, place, code, message });
  }
}

async function writeImages(ctx: ExportContext, { files, options }: Round): Promise<unknown[]> {
  const licenses = createLicenses();
  const writers = [files.instances, files.keypoints, files.captions].filter((one) => one !== undefined);
  let imageId = 0;
  for await (const item of ctx.project.items()) {
    ctx.signal.throwIfAborted();
    if (!isWanted(item, options)) continue;
    imageId++;
    ctx.progress('Writing images', imageId, ctx.project.total);
    const fileName = await addPicture(ctx, item, options);
    const { coco_id: _id, license, ...kept } = item.meta;
    const licenseId = licenses.idOf(license);
    const image = {
      ...kept,
      ...(item.link === undefined ? {} : { coco_url: item.link }),
      ...(licenseId === undefined ? {} : { license: licenseId }),
      id: imageId,
      file_name: fileName,
      ...sizeOf(item),
    };
    for (const writer of writers) await writer.image(image);
    await ctx.archive.written(item);
  }
  return licenses.list;
}

/** The name below the folder of the pictures, which is what `file_name` says. */
async function addPicture(ctx: ExportContext, item: ExportedItem, options: ExportOptions): Promise<string> {
  const name = `${item.dataset}/${item.name}`;
  if (options.onlyAnnotations || item.file === undefined) return name;
  const used = await ctx.archive.addFile(`${options.imagesFolder}/${name}`, item.file);
  return used.slice(options.imagesFolder.length + 1);
}

function isWanted({ annotation }: ExportedItem, { onlyAnnotated }: ExportOptions): boolean {
  return !onlyAnnotated || annotation.objects.length > 0 || annotation.tags.length > 0;
}

function sizeOf({
  width,
  height,
  annotation,
}: {
  width: number | undefined;
  height: number | undefined;
  annotation: ImageAnnotation;
}): Size {
  const { size } = annotation;
  return size.width > 0 && size.height > 0
    ? { width: size.width, height: size.height }
    : { width: width ?? 0, height: height ?? 0 };
}

function keypointCategories({ list }: ExportCategories): unknown[] {
  return list.flatMap(({ id, name, supercategory, keypoints }) =>
    keypoints === undefined
      ? []
      : [{ id, name, supercategory, keypoints: keypoints.names, skeleton: keypoints.skeleton }],
  );
}

/** Licenses of the items, each once, with ids from 1. */
function createLicenses(): { list: unknown[]; idOf(license: unknown): number | undefined } {
  const list: unknown[] = [];
  const ids = new Map<string, number>();
  return {
    list,
    idOf(license) {
      if (!isRecord(license)) return undefined;
      const { name, url } = license;
      const key = JSON.stringify([name, url]);
      let id = ids.get(key);
      if (id === undefined) {
        id = list.length + 1;
        ids.set(key, id);
        list.push({ id, name: name ?? '', url: url ?? '' });
      }
      return id;
    },
  };
}
