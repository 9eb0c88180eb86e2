/** LabelMe -> items, one JSON file and its picture at a time. */
import { randomUUID } from 'node:crypto';
import type { Label, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { writeEmbedded } from '../../src/plugin-kit/embedded-picture.ts';
import {
  createLabelledItems,
  type LabelledItems,
  type LookedAt,
} from '../../src/plugin-kit/labelled-items.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createShapeClasses, type ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { createTagNames, type TagNames } from '../../src/plugin-kit/tag-names.ts';
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { createPictureFinder, type PictureFinder } from './find-picture.ts';
import { isJsonName, type LabelMeFile, looksLikeLabelMe, readLabelMeFile } from './labelme-file.ts';
import { geometriesOf } from './shapes.ts';

interface Work {
  ctx: ImportContext;
  items: LabelledItems;
  find: PictureFinder;
  classes: ShapeClasses;
  tags: TagNames;
}

export async function importLabelMe(ctx: ImportContext): Promise<void> {
  const { tree, project, signal } = ctx;
  const work: Work = {
    ctx,
    items: createLabelledItems(ctx),
    find: createPictureFinder(tree),
    classes: createShapeClasses(project),
    tags: createTagNames(project),
  };
  const files = tree.files.filter((file) => isJsonName(file.path));
  let found = 0;
  for (const [i, file] of files.entries()) {
    signal.throwIfAborted();
    ctx.progress('Converting', i, files.length);
    if (file.size === 0 || !(await looksLikeLabelMe(tree, file))) continue;
    found++;
    await importFile(file.path, work);
  }
  if (found === 0)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected JSON files with "shapes" and "imagePath" or "imageData", got none',
      hint: 'LabelMe has one JSON file for each picture.',
    });
  await work.items.addRest('a LabelMe file', (file) => datasetOf(ctx, file));
  await work.items.finish();
}

const datasetOf = ({ options }: ImportContext, file: string): string =>
  options.datasets === 'one' ? ONLY_DATASET : folderDataset(file);

async function importFile(json: string, work: Work): Promise<void> {
  const { ctx, items, find } = work;
  let file: LabelMeFile | undefined;
  try {
    file = readLabelMeFile(JSON.parse((await ctx.tree.text(json)).replace(/^\uFEFF/, '')));
    if (file === undefined)
      throw new SlyError('SLY_FORMAT_INVALID', {
        detail: 'expected a list "shapes" and "imagePath" or "imageData", got an object without',
      });
  } catch (error) {
    await refuse(json, error, work);
    return;
  }
  let picture: LookedAt | undefined;
  let name: string | undefined;
  const found = find(json, file.imagePath);
  if (found !== undefined) picture = items.look(found);
  else if (file.imageData === undefined) {
    items.book.note('failed', 'files whose pictures are not there', () => ({
      file: json,
      place: 'imagePath',
      code: 'SLY_NOT_FOUND',
      message: `expected the picture ${shown(file.imagePath)} or imageData, got neither; its labels are left out`,
    }));
    return;
  } else {
    try {
      const embedded = writeEmbedded(file.imageData, { file: json, key: 'imageData', project: ctx.project });
      picture = embedded.picture;
      name = embeddedName(json, file.imagePath, embedded.extension);
    } catch (error) {
      await refuse(json, error, work);
      return;
    }
  }
  if (picture === undefined) return;
  const made = labelsOf(file, json, picture, work);
  await items.add(picture, {
    dataset: datasetOf(ctx, picture.file),
    ...made,
    ...(name === undefined ? {} : { name }),
    description: typeof file.description === 'string' ? file.description : '',
  });
  await ctx.report.used(json, `LabelMe: ${file.shapes.length} shapes`);
}

/** The name the file gives its picture, with the ending the bytes ask for. */
function embeddedName(json: string, imagePath: string | undefined, extension: string): string {
  const base = imagePath?.split(/[\\/]/).at(-1) ?? '';
  if (base !== '' && base !== '.' && base !== '..' && /\.[A-Za-z0-9]{1,5}$/.test(base)) return base;
  return `${stemOf(json.slice(json.lastIndexOf('/') + 1))}${extension}`;
}

/** A file that cannot be read at all. Its picture, if there is one of its name, may go without labels. */
async function refuse(json: string, error: unknown, { ctx, items, find }: Work): Promise<void> {
  const read = toSlyError(error);
  const { code, detail: message } =
    error instanceof SyntaxError ? { code: 'SLY_FORMAT_JSON', detail: error.message } : read;
  if (!['SLY_FORMAT_JSON', 'SLY_FORMAT_INVALID', 'SLY_IMAGE_UNREADABLE'].includes(code)) throw error;
  const policy = ctx.options.bad_annotation;
  if (policy === 'stop')
    throw new SlyError(code as 'SLY_FORMAT_JSON', { detail: message, file: json, cause: error });
  await items.book.flush();
  await ctx.report.failed({ file: json, code, message });
  const picture = policy === 'skip-item' ? find(json, undefined) : undefined;
  if (picture === undefined) return;
  items.claim(picture);
  await ctx.report.skipped({
    file: picture,
    code,
    message: `${json}: ${message}`,
    hint: 'Set bad_annotation: skip-annotation to import it without labels.',
  });
}

function labelsOf(
  file: LabelMeFile,
  json: string,
  picture: LookedAt,
  { items, classes, tags }: Work,
): { labels: Label[]; tags: Tag[] } {
  const fault = (kind: string, place: string, message: string): void =>
    items.fault(kind, () => ({ file: json, place, code: 'SLY_FORMAT_INVALID', message }));
  const imageTags = flagsOf(file.flags).map((flag) => tags.none(flag, 'imagesOnly'));
  const [width, height] = [toNumber(file.imageWidth), toNumber(file.imageHeight)];
  if ((width ?? picture.width) !== picture.width || (height ?? picture.height) !== picture.height) {
    fault(
      'files for pictures of another size',
      'imageWidth',
      `expected ${picture.width} x ${picture.height} as the picture is, got ${width} x ${height}; its labels are left out`,
    );
    return { labels: [], tags: imageTags };
  }
  const labels: Label[] = [];
  const groups = new Map<unknown, string>();
  for (const [i, shape] of file.shapes.entries()) {
    const place = `shapes[${i}]`;
    if (!isRecord(shape)) {
      fault('shapes that are no objects', place, `expected an object, got ${shown(shape)}; it is left out`);
      continue;
    }
    const { label, group_id, description } = shape;
    const name = typeof label === 'number' ? String(label) : label;
    if (typeof name !== 'string' || name === '') {
      fault('shapes without a label', place, `expected a label, got ${shown(label)}; the shape is left out`);
      continue;
    }
    const geometries = geometriesOf(shape, picture);
    if (typeof geometries === 'string') {
      fault('shapes that cannot be read', place, `${geometries}; it is left out`);
      continue;
    }
    if (geometries.length === 0) {
      fault(
        'shapes outside of their picture',
        place,
        `expected a part inside of ${picture.width} x ${picture.height}, got none; it is left out`,
      );
      continue;
    }
    const instance = instanceOf(group_id, geometries.length, groups);
    const own = objectTags(shape, tags);
    for (const geometry of geometries)
      labels.push({
        classTitle: classes.titleOf(name, geometry.geometryType),
        tags: own,
        ...geometry,
        shape: geometry.geometryType,
        ...(instance === undefined ? {} : { instance }),
        ...(typeof description === 'string' && description !== '' ? { description } : {}),
      });
  }
  return { labels, tags: imageTags };
}

function flagsOf(flags: unknown): string[] {
  if (!isRecord(flags)) return [];
  return Object.entries(flags).flatMap(([name, value]) => (value === true && name !== '' ? [name] : []));
}

/** Flags; of relatives of LabelMe also `difficult` and attributes with a text. */
function objectTags({ flags, difficult, attributes }: Record<string, unknown>, tags: TagNames): Tag[] {
  const list = [...flagsOf(flags), ...(difficult === true ? ['difficult'] : [])].map((name) =>
    tags.none(name, 'objectsOnly'),
  );
  for (const [name, value] of isRecord(attributes) ? Object.entries(attributes) : []) {
    if (name === '' || value === null || value === '' || value === false) continue;
    if (value === true) list.push(tags.none(name, 'objectsOnly'));
    else if (typeof value === 'number') list.push(tags.number(name, value, 'objectsOnly'));
    else list.push(tags.text(name, typeof value === 'string' ? value : JSON.stringify(value), 'objectsOnly'));
  }
  return list;
}

function instanceOf(group: unknown, parts: number, known: Map<unknown, string>): string | undefined {
  if (group === null || group === undefined || group === '') return parts > 1 ? newInstance() : undefined;
  const key = typeof group === 'object' ? JSON.stringify(group) : group;
  let instance = known.get(key);
  if (instance === undefined) {
    instance = newInstance();
    known.set(key, instance);
  }
  return instance;
}

const newInstance = (): string => randomUUID().replaceAll('-', '');
