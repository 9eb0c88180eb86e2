/** Import: an index of each file first, then picture by picture. */
import type { Label } from '../../src/format/model.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { createLabelledItems, type LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher, type Match } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createRangeReader } from '../../src/plugin-kit/range-reader.ts';
import { createShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { splitInPath, splitNamed } from '../../src/plugin-kit/splits.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { findCocoText } from './find-file.ts';
import { type AnnotationPlace, type CocoTextIndex, type ImageRecord, indexFile } from './index-file.ts';
import { textLabels } from './text-labels.ts';

interface Described {
  image: ImageRecord;
  /** Where its annotations are, file by file. */
  from: { file: string; places: readonly AnnotationPlace[] }[];
}

export async function importCocoText(ctx: ImportContext): Promise<void> {
  const { tree, options } = ctx;
  const items = createLabelledItems(ctx);
  const pictures = await describedPictures(ctx, items);
  const ranges = createRangeReader(tree);
  const makers = { classes: createShapeClasses(ctx.project), tags: createTagNames(ctx.project) };
  let done = 0;
  try {
    for (const [file, { image, from }] of pictures) {
      ctx.progress('importing', ++done, pictures.size);
      const picture = items.look(file);
      if (picture === undefined) continue;
      const [first] = from;
      if (first !== undefined && isOther(image, picture))
        items.book.note('warning', 'pictures of another size than the file says', () => ({
          file: first.file,
          place: `imgs.${image.id}`,
          code: 'SLY_FORMAT_INVALID',
          message: `expected ${image.width} x ${image.height} pixels, got ${picture.width} x ${picture.height} in ${file}`,
          hint: 'Was the picture scaled after it was labelled?',
        }));
      const labels: Label[] = [];
      for (const { file: json, places } of from) {
        for (const { key, offset, bytes } of places) {
          const annotation: unknown = JSON.parse(ranges.text({ file: json, offset, bytes }));
          const made = textLabels(annotation, picture, `${json}\n${key}`, makers);
          if (Array.isArray(made)) labels.push(...made);
          else
            items.fault('words that cannot be read', () => ({
              file: json,
              place: made.place === '' ? `anns.${key}` : `anns.${key}.${made.place}`,
              code: 'SLY_FORMAT_INVALID',
              message: made.message,
              hint: 'This word is left out.',
            }));
        }
      }
      await items.add(picture, { dataset: datasetOf(options.datasets, file, image.set), labels });
    }
  } finally {
    ranges.close();
  }
  await items.addRest('an entry in "imgs"', (file) => datasetOf(options.datasets, file, undefined));
  await items.finish();
}

async function describedPictures(ctx: ImportContext, items: LabelledItems): Promise<Map<string, Described>> {
  const { tree, report, signal } = ctx;
  const match = createImageMatcher(tree);
  const pictures = new Map<string, Described>();
  for (const file of await findCocoText(tree)) {
    let index: CocoTextIndex;
    try {
      index = await indexFile(ctx, items, file);
    } catch (error) {
      signal.throwIfAborted();
      if (ctx.options.bad_annotation === 'stop') throw error;
      const { code, detail: message, hint } = toSlyError(error);
      await report.failed({ file, code, message, ...(hint === undefined ? {} : { hint }) });
      continue;
    }
    for (const image of index.images) {
      const places = index.annotations.get(image.id) ?? [];
      index.annotations.delete(image.id);
      const found = pictureOf(match, image, file);
      if (found === undefined) {
        items.book.note('warning', 'pictures that are not there', () => ({
          file,
          place: `imgs.${image.id}`,
          code: 'SLY_NOT_FOUND',
          message: `expected the picture ${JSON.stringify(image.name ?? cocoName(image.id))} in the source, got none of that name; it has ${places.length} words`,
        }));
        continue;
      }
      const known = pictures.get(found.file);
      if (known === undefined) pictures.set(found.file, { image, from: [{ file, places }] });
      else known.from.push({ file, places });
    }
    for (const [id, [place]] of index.annotations)
      items.book.note('warning', 'pictures that only annotations name', () => ({
        file,
        place: `anns.${place?.key}.image_id`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected the id of a picture in "imgs", got ${id}`,
      }));
    await report.used(file, 'words');
  }
  return pictures;
}

/** Later editions of COCO call `COCO_train2014_000000390310.jpg` just `000000390310.jpg`. */
function pictureOf(
  match: ReturnType<typeof createImageMatcher>,
  { id, name }: ImageRecord,
  near: string,
): Match | undefined {
  const number = name === undefined ? cocoName(id) : /(\d{12}\.\w+)$/.exec(name)?.[1];
  return (
    (name === undefined ? undefined : match(name, near)) ??
    (number === undefined ? undefined : match(number, near))
  );
}

const cocoName = (id: string): string => `${id.padStart(12, '0')}.jpg`;

function isOther({ width, height }: ImageRecord, picture: { width: number; height: number }): boolean {
  return (
    typeof width === 'number' &&
    typeof height === 'number' &&
    (width !== picture.width || height !== picture.height)
  );
}

function datasetOf(by: unknown, picture: string, set: string | undefined): string {
  if (by === 'one') return ONLY_DATASET;
  if (by === 'folder') return folderDataset(picture);
  const split = set === undefined ? undefined : splitNamed(set);
  return split ?? splitInPath(picture.replace(/[^/]*$/, '')) ?? ONLY_DATASET;
}
