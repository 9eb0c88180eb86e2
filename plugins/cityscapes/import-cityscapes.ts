/** Pictures of the left camera with their polygons, or where there are none with their masks of ids. */
import type { Label, Tag } from '../../src/format/model.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import {
  createLabelledItems,
  type LabelledItems,
  type LookedAt,
} from '../../src/plugin-kit/labelled-items.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext, Problem } from '../../src/plugin-kit/plugin.ts';
import { createWorkers, mapInOrder, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import { type ClassIds, readClassIds } from './class-ids.ts';
import { datasetOf, splitOf } from './folders.ts';
import type { IdMaskJob, IdMasks } from './id-masks.ts';
import { type CityscapesLayout, findLayout, type LabelledPicture, labelFiles } from './layout.ts';
import { plainStem } from './names.ts';
import { type ImportOptions, importOptions } from './options.ts';
import { type PolygonFile, polygonLabel, readPolygonFile } from './polygon-file.ts';

const AHEAD_PER_WORKER = 4;
const WORTH_THREADS = 16;
const MAX_JSON_BYTES = 64 << 20;

interface Work {
  items: LabelledItems;
  ids: ClassIds;
  options: ImportOptions;
  workers: Workers<IdMaskJob, IdMasks>;
}

interface Read {
  labelled: LabelledPicture;
  picture: LookedAt | undefined;
  /** From a mask of ids. */
  masks?: { file: string; found: IdMasks } | { file: string; failed: unknown };
}

export async function importCityscapes(ctx: ImportContext): Promise<void> {
  const { report, tree, project } = ctx;
  const options = importOptions(ctx.options);
  const items = createLabelledItems(ctx);
  const layout = findLayout(tree);
  const ids = await readClassIds(tree);
  for (const problem of ids.problems) await report.failed(problem);
  if (ids.file !== undefined) await report.used(ids.file, 'names, ids and colours of classes');
  for (const { name, color } of ids.listed)
    project.defineClass({
      title: name,
      shape: layout.pictures.some(({ polygons }) => polygons !== undefined) ? 'polygon' : 'bitmap',
      ...(color === undefined ? {} : { color }),
    });
  for (const { file, why: message } of layout.unused) {
    items.claim(file);
    await report.skipped({ file, code: 'SLY_FILE_UNUSED', message });
  }
  for (const picture of layout.pictures) for (const file of labelFiles(picture)) items.claim(file);
  const workers = openWorkers(layout.pictures.filter(({ polygons }) => polygons === undefined).length);
  const work: Work = { items, ids, options, workers };
  try {
    let done = 0;
    const read = (one: LabelledPicture): Promise<Read> => readOne(ctx, work, one);
    for await (const one of mapInOrder(layout.pictures, read, workers.count * AHEAD_PER_WORKER)) {
      ctx.progress('Converting', done++, layout.pictures.length);
      await writeOne(ctx, work, one);
    }
    ctx.progress('Converting', done, layout.pictures.length);
  } finally {
    await workers.close();
  }
  await addUnlabelled(ctx, work, layout);
  await items.finish();
}

/** Few masks are read before a thread would have started. */
function openWorkers(masks: number): Workers<IdMaskJob, IdMasks> {
  const module = siblingModule(import.meta.url, 'read-worker');
  return createWorkers<IdMaskJob, IdMasks>(module, masks < WORTH_THREADS ? { count: 0 } : {});
}

async function readOne(
  ctx: ImportContext,
  { items, workers }: Work,
  labelled: LabelledPicture,
): Promise<Read> {
  const picture = labelled.picture === undefined ? undefined : items.look(labelled.picture);
  const file = labelled.instanceIds ?? labelled.labelIds;
  if (picture === undefined || labelled.polygons !== undefined || file === undefined)
    return { labelled, picture };
  const { width, height } = picture;
  try {
    const found = await workers.run({ file: ctx.tree.locate(file), width, height });
    return { labelled, picture, masks: { file, found } };
  } catch (failed) {
    return { labelled, picture, masks: { file, failed } };
  }
}

async function writeOne(ctx: ImportContext, work: Work, { labelled, picture, masks }: Read): Promise<void> {
  const { report } = ctx;
  if (picture === undefined) {
    for (const file of labelFiles(labelled)) {
      await report.failed(
        labelled.picture === undefined
          ? {
              file,
              code: 'SLY_NOT_FOUND',
              message: 'expected a picture ..._leftImg8bit of the same name, got none',
            }
          : { file, code: 'SLY_IMAGE_UNREADABLE', message: `its picture ${labelled.picture} cannot be read` },
      );
    }
    return;
  }
  const labels =
    labelled.polygons === undefined
      ? await maskLabels(ctx, work, picture, masks)
      : await polygonLabels(ctx, work, picture, labelled.polygons);
  const read = labelled.polygons ?? masks?.file;
  for (const file of labelFiles(labelled))
    if (file !== read)
      await report.skipped({ file, code: 'SLY_FILE_UNUSED', message: `${read} has the same labels` });
  await addPicture(ctx, work, picture, labels);
}

async function polygonLabels(
  ctx: ImportContext,
  work: Work,
  picture: LookedAt,
  file: string,
): Promise<Label[]> {
  const { items, ids } = work;
  let read: PolygonFile;
  try {
    read = readPolygonFile(JSON.parse(await ctx.tree.text(file, MAX_JSON_BYTES)));
  } catch (error) {
    const json = error instanceof SyntaxError;
    const { code, detail } = json ? { code: 'SLY_FORMAT_JSON', detail: error.message } : toSlyError(error);
    await badFile(ctx, items, { file, code, message: detail });
    return [];
  }
  await ctx.report.used(file, `labels of ${picture.file}`);
  for (const { place, message } of read.faults)
    items.fault('objects that cannot be read', () => ({ file, place, code: 'SLY_FORMAT_INVALID', message }));
  const { size } = read;
  if (size !== undefined && (size.width !== picture.width || size.height !== picture.height))
    items.book.note('warning', 'label files for a picture of another size', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected labels for ${picture.width} x ${picture.height} pixels, got ${size.width} x ${size.height}; they are taken as they are`,
    }));
  return read.objects.map((object) =>
    polygonLabel(object, defineClass(ctx, ids, object.label, 'polygon'), picture),
  );
}

async function maskLabels(
  ctx: ImportContext,
  { items, ids }: Work,
  { file: pictureFile }: LookedAt,
  masks: Read['masks'],
): Promise<Label[]> {
  if (masks === undefined) return [];
  const { file } = masks;
  if ('failed' in masks) {
    const { code, detail: message } = toSlyError(masks.failed);
    await badFile(ctx, items, { file, code, message });
    return [];
  }
  await ctx.report.used(file, `labels of ${pictureFile}`);
  return masks.found.map(({ id, bitmap }) => {
    const classId = ids.nameOf(id) === undefined && id >= 1000 ? Math.floor(id / 1000) : id;
    const name = ids.nameOf(classId);
    if (name === undefined)
      items.book.note('warning', 'masks with ids of no class', () => ({
        file,
        code: 'SLY_FORMAT_INVALID',
        message: `expected the id of a class, got ${classId}; it becomes class_${classId}`,
        hint: 'List it in class_to_id.json.',
      }));
    const classTitle = defineClass(ctx, ids, name ?? `class_${classId}`, 'bitmap');
    return { classTitle, tags: [], geometryType: 'bitmap', shape: 'bitmap', bitmap };
  });
}

/** The file counts as failed whatever the option says; beyond that the option decides. */
async function badFile(ctx: ImportContext, items: LabelledItems, problem: Problem): Promise<void> {
  await ctx.report.failed(problem);
  const policy = ctx.options.bad_annotation;
  if (policy === 'skip-item' || policy === 'stop') items.fault('files that cannot be read', () => problem);
}

function defineClass(ctx: ImportContext, ids: ClassIds, title: string, shape: 'polygon' | 'bitmap'): string {
  const color = ids.colorOf(title);
  return ctx.project.defineClass({ title, shape, ...(color === undefined ? {} : { color }) });
}

async function addPicture(
  ctx: ImportContext,
  { items, options }: Work,
  picture: LookedAt,
  labels: Label[],
): Promise<void> {
  const base = picture.file.slice(picture.file.lastIndexOf('/') + 1);
  const stem = stemOf(base);
  const tags: Tag[] = [];
  if (options.splitTag) {
    const name = ctx.project.defineTag({
      name: 'split',
      value_type: 'any_string',
      applicable_type: 'imagesOnly',
    });
    tags.push({ name, value: splitOf(picture.file) ?? 'train' });
  }
  await items.add(picture, {
    dataset: datasetOf(picture.file, options.datasets),
    name: plainStem(stem) + base.slice(stem.length),
    labels,
    tags,
  });
}

/** Pictures nobody labelled: those of the data set like the others, then whatever else there is. */
async function addUnlabelled(ctx: ImportContext, work: Work, layout: CityscapesLayout): Promise<void> {
  const { items, options } = work;
  const known = new Set(layout.pictures.map(({ picture }) => picture));
  for (const { file } of layout.unused) known.add(file);
  for (const { path: file } of ctx.tree.files) {
    if (known.has(file) || !isImageName(file) || !isOwnPicture(file)) continue;
    const picture = items.look(file);
    if (picture === undefined) continue;
    items.book.note('warning', 'pictures without a file of labels', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: 'expected a file of labels for this picture, got none; it is imported without labels',
    }));
    await addPicture(ctx, work, picture, []);
  }
  await items.addRest('a file of labels', (file) => datasetOf(file, options.datasets));
}

function isOwnPicture(file: string): boolean {
  const stem = stemOf(file.slice(file.lastIndexOf('/') + 1));
  return plainStem(stem) !== stem;
}
