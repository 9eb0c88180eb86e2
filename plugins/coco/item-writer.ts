/** One picture with everything the files say of it -> one item of the project. */
import { createHash } from 'node:crypto';
import type { Label, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { SlyError } from '../../src/lib/errors.ts';
import type { Picture } from '../../src/plugin-kit/picture-check.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { AnnotationTags } from './annotation-tags.ts';
import type { CategoryClasses } from './categories.ts';
import type { CocoFile } from './coco-file.ts';
import type { IdCodes } from './id-code.ts';
import type { ItemSource, RawEntry } from './item-blocks.ts';
import { itemMeta, type License } from './item-meta.ts';
import type { CocoItem } from './items.ts';
import { createLabelMaker } from './labels.ts';
import { mergeSame } from './same-annotation.ts';

export interface ItemWriterOptions {
  files: readonly CocoFile[];
  /** By file and id code. */
  classes: readonly ReadonlyMap<number, CategoryClasses>[];
  options: { hiddenKeypoints: boolean };
  book: ProblemBook;
  idOf: IdCodes;
}

/** `picture`: what its file is, an error when it is none, undefined for a link. */
export type ItemWriter = (
  item: CocoItem,
  source: ItemSource,
  picture: Picture | SlyError | undefined,
) => Promise<void>;

export function createItemWriter(
  project: ProjectWriter,
  tags: AnnotationTags,
  { files, classes, options, book, idOf }: ItemWriterOptions,
): ItemWriter {
  const makeLabels = createLabelMaker({ hiddenKeypoints: options.hiddenKeypoints, book });
  const licenses = files.map((file) => licensesById(file, idOf));
  const prefix = createHash('sha256')
    .update(files.map((file) => file.path).join('\n'))
    .digest('hex')
    .slice(0, 20);
  let instances = 0;
  // The same for the same source, so that a repeated run gives the same project.
  const instance = (): string => prefix + (instances++).toString(16).padStart(12, '0');

  const classesOf = ({ file, value }: RawEntry): CategoryClasses | undefined =>
    classes[file]?.get(idOf(value.category_id));

  function unknownCategory({ file, index, value }: RawEntry): void {
    book.note('warning', 'annotations of a category the file does not have', () => ({
      file: files[file]?.path ?? '',
      place: `annotations[${index}].category_id`,
      code: 'SLY_FORMAT_INVALID',
      message: `expected the id of a category, got ${shown(value.category_id)}; the annotation is left out`,
    }));
  }

  function sizeOf(item: CocoItem, picture: Picture | undefined, source: ItemSource): Size {
    const { width, height } = item;
    if (picture === undefined) {
      if (width !== undefined && height !== undefined) return { width, height };
      const least = outermost(source);
      return { width: width ?? least.width, height: height ?? least.height };
    }
    if (
      width !== undefined &&
      height !== undefined &&
      (width !== picture.width || height !== picture.height)
    ) {
      const first = source.images[0];
      book.note('warning', 'pictures of another size than the file says', () => ({
        file: files[first?.file ?? 0]?.path ?? '',
        place: `images[${first?.index ?? 0}]`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected ${width} x ${height}, got ${picture.width} x ${picture.height} in ${item.file}; the labels may be out of place`,
      }));
    }
    return { width: picture.width, height: picture.height };
  }

  return async (item, source, picture) => {
    if (picture instanceof SlyError) {
      const { code, detail: message } = picture;
      book.note('failed', 'files that are no pictures', () => ({ file: item.file ?? '', code, message }));
      return;
    }
    const size = sizeOf(item, picture, source);
    const objects: Label[] = [];
    const imageTags: Tag[] = [];
    const entries =
      files.length > 1
        ? mergeSame(source.annotations, idOf, (one) => classesOf(one)?.name)
        : source.annotations;
    for (const entry of entries) {
      const { file, index, value } = entry;
      if (typeof value.caption === 'string') imageTags.push(tags.caption(value.caption));
      const found = classesOf(entry);
      if (found === undefined) {
        if (typeof value.caption !== 'string') unknownCategory(entry);
        continue;
      }
      const at = { file: files[file]?.path ?? '', index };
      makeLabels(value, { classes: found, size, tags: tags.of(value), instance, at }, objects);
    }
    const meta = itemMeta(source.images, ({ file, value }) => licenses[file]?.get(idOf(value.license)));
    await project.add({
      dataset: item.dataset,
      name: item.name,
      ...(item.file === undefined ? {} : { file: item.file }),
      ...(item.link === undefined ? {} : { link: item.link }),
      ...size,
      ...(picture === undefined ? {} : { mime: picture.mime }),
      annotation: {
        description: '',
        size: { height: size.height, width: size.width },
        tags: imageTags,
        objects,
      },
      ...(meta === undefined ? {} : { meta }),
    });
  };
}

function licensesById(file: CocoFile, idOf: IdCodes): Map<number, License> {
  const map = new Map<number, License>();
  for (const license of file.licenses) if (isRecord(license)) map.set(idOf(license.id), license);
  map.delete(Number.NaN);
  return map;
}

/** A link whose size nobody knows is taken to end where its labels end. */
function outermost(source: ItemSource): Size {
  const size = { width: 1, height: 1 };
  const reach = (x: unknown, y: unknown): void => {
    size.width = Math.max(size.width, Math.ceil(toNumber(x) ?? 0));
    size.height = Math.max(size.height, Math.ceil(toNumber(y) ?? 0));
  };
  for (const { value } of source.annotations) {
    const { bbox, segmentation, keypoints } = value;
    if (Array.isArray(bbox))
      reach(
        (toNumber(bbox[0]) ?? 0) + (toNumber(bbox[2]) ?? 0),
        (toNumber(bbox[1]) ?? 0) + (toNumber(bbox[3]) ?? 0),
      );
    if (isRecord(segmentation) && Array.isArray(segmentation.size))
      reach(segmentation.size[1], segmentation.size[0]);
    if (Array.isArray(segmentation))
      for (const ring of segmentation as unknown[])
        if (Array.isArray(ring)) for (let i = 0; i + 1 < ring.length; i += 2) reach(ring[i], ring[i + 1]);
    if (Array.isArray(keypoints))
      for (let i = 0; i + 2 < keypoints.length; i += 3) reach(keypoints[i], keypoints[i + 1]);
  }
  return size;
}
