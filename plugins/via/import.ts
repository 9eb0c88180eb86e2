/** VIA -> items. Every file is read twice: for the attributes that are in it, then picture by picture. */
import { randomUUID } from 'node:crypto';
import type { Label } from '../../src/format/model.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import {
  createLabelledItems,
  type LabelledItems,
  type LookedAt,
} from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher, type ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createShapeClasses, type ShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { createTagNames, type TagNames } from '../../src/plugin-kit/tag-names.ts';
import { type AttributeCensus, attributeTags, createAttributeCensus, textsOf } from './attributes.ts';
import { geometriesOf } from './shapes.ts';
import { kindOfFile, readVia, type ViaImage, type ViaKind } from './via-file.ts';

const UNLABELLED = 'unlabelled';

interface Work {
  ctx: ImportContext;
  items: LabelledItems;
  match: ImageMatcher;
  classes: ShapeClasses;
  tags: TagNames;
  census: AttributeCensus;
  classAttribute: string | undefined;
  described: Set<string>;
}

export async function importVia(ctx: ImportContext): Promise<void> {
  const { tree, project, options, report } = ctx;
  const items = createLabelledItems(ctx);
  const census = createAttributeCensus();
  const { files, found } = await surveyFiles(ctx, items, census);
  if (found === 0)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected a JSON or CSV file of VIA with pictures and their regions, got none',
      hint: 'VIA 3 has another format, which is not read.',
    });
  const asked = typeof options.class_attribute === 'string' && options.class_attribute !== '';
  const classAttribute = asked ? String(options.class_attribute) : census.classAttribute();
  const work: Work = {
    ctx,
    items,
    match: createImageMatcher(tree),
    classes: createShapeClasses(project),
    tags: createTagNames(project),
    census,
    classAttribute,
    described: new Set(),
  };
  ctx.log(
    'info',
    classAttribute === undefined
      ? 'no region has an attribute; there is one class'
      : `the class is the attribute ${JSON.stringify(classAttribute)}`,
  );
  for (const { path, kind } of files) {
    const count = await readVia(tree, path, kind, {
      signal: ctx.signal,
      onImage: (image) => importImage(image, path, work),
      onFault: (place, message) =>
        items.book.note('warning', 'entries that are no pictures', () => ({
          file: path,
          place,
          code: 'SLY_FORMAT_INVALID',
          message,
        })),
    });
    const by = classAttribute === undefined ? '' : `, classes by ${JSON.stringify(classAttribute)}`;
    await items.book.flush();
    await report.used(path, `VIA: ${count} pictures${by}`);
  }
  await items.addRest('an entry in a VIA file', (file) => datasetOf(ctx, file));
  await items.finish();
}

/** Files that can be read to their end; the others are reported and not used. */
async function surveyFiles(
  ctx: ImportContext,
  items: LabelledItems,
  census: AttributeCensus,
): Promise<{ files: { path: string; kind: ViaKind }[]; found: number }> {
  const { tree, signal, options, report } = ctx;
  const files: { path: string; kind: ViaKind }[] = [];
  let found = 0;
  for (const file of tree.files) {
    const kind = await kindOfFile(tree, file);
    if (kind === undefined) continue;
    found++;
    try {
      await readVia(tree, file.path, kind, {
        signal,
        onImage: ({ regions }) => {
          for (const { attributes } of regions) census.count(attributes);
        },
        onFault: () => undefined,
        onAttributes: (definitions) => census.define(definitions),
      });
      files.push({ path: file.path, kind });
    } catch (error) {
      signal.throwIfAborted();
      const problem = toSlyError(error);
      const isFault = problem.code === 'SLY_FORMAT_JSON' || problem.code === 'SLY_FORMAT_INVALID';
      if (!isFault || options.bad_annotation === 'stop') throw error;
      await items.book.flush();
      await report.failed({ file: file.path, code: problem.code, message: problem.detail });
    }
  }
  return { files, found };
}

const datasetOf = ({ options }: ImportContext, file: string): string =>
  options.datasets === 'one' ? ONLY_DATASET : folderDataset(file);

async function importImage(image: ViaImage, via: string, work: Work): Promise<void> {
  const { ctx, items, match, census, tags, described } = work;
  const found = match(image.filename, via);
  const remark = (kind: string, code: 'SLY_FORMAT_INVALID' | 'SLY_NOT_FOUND', message: string): void =>
    items.book.note('warning', kind, () => ({ file: via, place: image.place, code, message }));
  if (found === undefined) {
    remark(
      'pictures that are not there',
      'SLY_NOT_FOUND',
      `expected the picture ${JSON.stringify(image.filename)}, got no file of that name; its regions are left out`,
    );
    return;
  }
  const { file } = found;
  if (found.rivals > 0)
    remark(
      'names that several pictures have',
      'SLY_FORMAT_INVALID',
      `expected one picture ${JSON.stringify(image.filename)}, got ${found.rivals + 1} that fit as well; ${file} is taken`,
    );
  if (described.has(file))
    remark(
      'pictures that are described twice',
      'SLY_FORMAT_INVALID',
      `expected ${file} once, got it again; it becomes another item`,
    );
  described.add(file);
  const picture = items.look(file);
  if (picture === undefined) return;
  await items.add(picture, {
    dataset: datasetOf(ctx, file),
    labels: labelsOf(image, via, picture, work),
    tags: attributeTags(image.attributes, census.fileChoices, { tags, on: 'imagesOnly' }),
  });
  ctx.progress('Converting', described.size);
}

function labelsOf(image: ViaImage, via: string, picture: LookedAt, work: Work): Label[] {
  const { items, classes, tags, census, classAttribute } = work;
  const labels: Label[] = [];
  for (const { shape, attributes, place } of image.regions) {
    const fault = (kind: string, message: string): void =>
      items.fault(kind, () => ({ file: via, place, code: 'SLY_FORMAT_INVALID', message }));
    const geometries = geometriesOf(shape, picture);
    if (typeof geometries === 'string') {
      fault('regions that cannot be read', `${geometries}; it is left out`);
      continue;
    }
    if (geometries.length === 0) {
      fault(
        'regions outside of their picture',
        `expected a part inside of ${picture.width} x ${picture.height}, got none; it is left out`,
      );
      continue;
    }
    const given =
      classAttribute === undefined
        ? undefined
        : (attributes as Record<string, unknown> | null)?.[classAttribute];
    const [title = UNLABELLED, ...more] = textsOf(given);
    if (title === UNLABELLED && classAttribute !== undefined)
      items.book.note('warning', 'regions without a class', () => ({
        file: via,
        place,
        code: 'SLY_FORMAT_INVALID',
        message: `expected the attribute ${JSON.stringify(classAttribute)}, got nothing; the class is ${UNLABELLED}`,
      }));
    const own = [
      ...more.map((name) => tags.none(name, 'objectsOnly')),
      ...attributeTags(attributes, census.regionChoices, {
        tags,
        on: 'objectsOnly',
        without: classAttribute,
      }),
    ];
    const instance = geometries.length > 1 ? randomUUID().replaceAll('-', '') : undefined;
    for (const geometry of geometries)
      labels.push({
        classTitle: classes.titleOf(title, geometry.geometryType),
        tags: own,
        ...geometry,
        shape: geometry.geometryType,
        ...(instance === undefined ? {} : { instance }),
      });
  }
  return labels;
}
