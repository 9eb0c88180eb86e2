/**
 * Pictures with everything the files say of them -> lines of items. The usual annotation goes from bytes to bytes;
 * any other is parsed, made into labels and written as JSON.
 */
import type { Label, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { joinInside } from '../../src/lib/safe-path.ts';
import { checkPicture, type Picture } from '../../src/plugin-kit/picture-check.ts';
import { type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { createAnnotationTags } from './annotation-tags.ts';
import { wasNan } from './byte-ranges.ts';
import type { CategoryClasses } from './categories.ts';
import type { ConvertJob, ConvertResult, ConvertSetup, MaskOutcome, SetupFile } from './convert-job.ts';
import { createIdCodes, type IdCodes } from './id-code.ts';
import { urlOf } from './image-records.ts';
import { instanceDigits, KEYS_PER_ITEM, type KeyMaker } from './instance-keys.ts';
import { itemMeta, type License } from './item-meta.ts';
import { createJobBook, createJobTags, type JobBook } from './job-book.ts';
import { createJobEntries, type EntryCursor, type RawEntry } from './job-entries.ts';
import { createLabelMaker } from './labels.ts';
import { lineBufferIn, putText } from './line-buffer.ts';
import { addSegments } from './panoptic-labels.ts';
import { createQuickAnnotation, readQuick } from './quick-annotation.ts';
import { putQuickLabels, type QuickCategory, quickCategory } from './quick-labels.ts';
import { mergeSame } from './same-annotation.ts';

const COMMA = 0x2c;

interface FileTables {
  path: string;
  captions: boolean;
  classes: ReadonlyMap<number, CategoryClasses>;
  quick: ReadonlyMap<number, QuickCategory>;
  licenses: ReadonlyMap<number, License>;
}

export type ItemConverter = (job: ConvertJob) => ConvertResult;

export function createItemConverter(setup: ConvertSetup): ItemConverter {
  const idOf = createIdCodes();
  const files = setup.files.map((file) => tablesOf(file, idOf));
  const tree = { locate: (file: string): string => joinInside(setup.root, file) };
  const datasets = setup.datasets.map((name) => JSON.stringify(name));
  const quick = createQuickAnnotation();
  const prefix = Buffer.from(setup.prefix);

  const classesOf = ({ file, value }: RawEntry): CategoryClasses | undefined =>
    files[file]?.classes.get(idOf(value.category_id));

  return (job) => {
    const book = createJobBook();
    const jobTags = createJobTags(job.tagNames);
    const tags = createAnnotationTags(jobTags);
    const makeLabels = createLabelMaker({ hiddenKeypoints: setup.hiddenKeypoints, book });
    const arena = Buffer.from(job.arena);
    const entries = createJobEntries(job, arena);
    const line = lineBufferIn(job.out);
    const ends = new Uint32Array(job.names.length);
    let lines = 0;
    const masks: MaskOutcome[] = [];

    function convert(i: number): void {
      entries.next();
      const file = job.pictures?.[i] ?? undefined;
      const picture = file === undefined ? undefined : checkPicture(tree, file, book);
      if (picture instanceof SlyError) {
        const { code, detail: message } = picture;
        book.note('failed', 'files that are no pictures', () => ({ file: file ?? '', code, message }));
        return;
      }
      const item: ItemAtHand = {
        file,
        picture,
        images: entries.parseAll(entries.images),
        width: job.widths[i] || undefined,
        height: job.heights[i] || undefined,
      };
      const size = sizeOf(item);
      const keys: KeyMaker = { next: (job.first + i) * KEYS_PER_ITEM };
      // Several files may say parts of one object; else each annotation stands for itself.
      if (mayBeSame(entries.annotations)) {
        const all = entries.parseAll(entries.annotations);
        const merged = mergeSame(all, idOf, (one) => classesOf(one)?.name);
        putText(line, headOf(i, item, size, captionsOf(merged)));
        for (const entry of merged) putLabels(entry, size, keys);
      } else {
        const talking = entries.annotations.filter(({ file: f }) => files[f]?.captions);
        putText(line, headOf(i, item, size, captionsOf(entries.parseAll(talking))));
        for (const list of entries.annotations) {
          for (let at = list.from; at < list.to; at++)
            if (!putQuick(list, at, size, keys)) putLabels(entries.parse(list, at), size, keys);
        }
      }
      // The comma behind the last label.
      if (line.bytes[line.at - 1] === COMMA) line.at--;
      const meta = itemMeta(item.images, ({ file: f, value }) => files[f]?.licenses.get(idOf(value.license)));
      putText(line, meta === undefined ? ']}}\n' : `]},"meta":${JSON.stringify(meta)}}\n`);
      ends[lines++] = line.at;
    }

    function headOf(i: number, item: ItemAtHand, { width, height }: Size, said: readonly Tag[]): string {
      const place =
        item.file === undefined
          ? `"link":${JSON.stringify(urlOf(item.images[0]?.value ?? {}) ?? '')}`
          : `"file":${JSON.stringify(`data/${item.file}`)}`;
      const mime = item.picture === undefined ? '' : `"mime":"${item.picture.mime}",`;
      return (
        `{"kind":"item","dataset":${datasets[job.datasets[i] ?? 0] ?? '""'},"name":${JSON.stringify(job.names[i])},` +
        `${place},${mime}"width":${width},"height":${height},"ann":{"description":"",` +
        `"size":{"height":${height},"width":${width}},"tags":${said.length === 0 ? '[]' : JSON.stringify(said)},"objects":[`
      );
    }

    function captionsOf(said: readonly RawEntry[]): Tag[] {
      const found: Tag[] = [];
      for (const { value } of said)
        if (typeof value.caption === 'string') found.push(tags.caption(value.caption));
      return found;
    }

    function putQuick(list: EntryCursor, at: number, size: Size, keys: KeyMaker): boolean {
      if (
        list.masks !== undefined ||
        wasNan(list.lengths[at] ?? 0) ||
        !readQuick(arena, list.starts[at] ?? 0, quick)
      )
        return false;
      const category = files[list.file]?.quick.get(quick.category);
      return category !== undefined && putQuickLabels(line, quick, category, size, { prefix, keys });
    }

    function putLabels(entry: RawEntry, size: Size, keys: KeyMaker): void {
      const { file, index, value } = entry;
      if (Array.isArray(value.segments_info)) {
        putSegments(entry, size, keys);
        return;
      }
      const classes = classesOf(entry);
      if (classes === undefined) {
        if (typeof value.caption !== 'string') unknownCategory(entry, book);
        return;
      }
      const labels: Label[] = [];
      const at = { file: files[file]?.path ?? '', index };
      const instance = (): string => setup.prefix + instanceDigits(keys);
      makeLabels(value, { classes, size, tags: tags.of(value), instance, at }, labels);
      for (const label of labels) putText(line, `${JSON.stringify(label)},`);
    }

    function putSegments(entry: RawEntry, size: Size, keys: KeyMaker): void {
      const labels: Label[] = [];
      const tables = files[entry.file];
      const mask = addSegments(
        entry,
        {
          file: tables?.path ?? '',
          locate: tree.locate,
          size,
          classesOf: (id) => tables?.classes.get(idOf(id)),
          tagsOf: tags.of,
          instance: () => setup.prefix + instanceDigits(keys),
          book,
        },
        labels,
      );
      if (mask !== undefined) masks.push(mask);
      for (const label of labels) putText(line, `${JSON.stringify(label)},`);
    }

    function sizeOf(item: ItemAtHand): Size {
      const { width, height, picture } = item;
      if (picture === undefined) {
        if (width !== undefined && height !== undefined) return { width, height };
        const least = outermost(entries.parseAll(entries.annotations));
        return { width: width ?? least.width, height: height ?? least.height };
      }
      if (
        width !== undefined &&
        height !== undefined &&
        (width !== picture.width || height !== picture.height)
      ) {
        const first = item.images[0];
        book.note('warning', 'pictures of another size than the file says', () => ({
          file: files[first?.file ?? 0]?.path ?? '',
          place: `images[${first?.index ?? 0}]`,
          code: 'SLY_FORMAT_INVALID',
          message: `expected ${width} x ${height}, got ${picture.width} x ${picture.height} in ${item.file}; the labels may be out of place`,
        }));
      }
      return { width: picture.width, height: picture.height };
    }

    for (let i = 0; i < job.names.length; i++) convert(i);
    return {
      out: line.bytes.buffer as unknown as SharedArrayBuffer,
      ends: ends.slice(0, lines),
      notes: book.notes(),
      tags: jobTags.used(),
      masks,
    };
  };

  function mayBeSame(lists: readonly EntryCursor[]): boolean {
    let several = 0;
    for (const { file, from, to } of lists) if (to > from && files[file]?.classes.size !== 0) several++;
    return several > 1;
  }

  function unknownCategory({ file, index, value }: RawEntry, book: JobBook): void {
    book.note('warning', 'annotations of a category the file does not have', () => ({
      file: files[file]?.path ?? '',
      place: `annotations[${index}].category_id`,
      code: 'SLY_FORMAT_INVALID',
      message: `expected the id of a category, got ${shown(value.category_id)}; the annotation is left out`,
    }));
  }
}

interface ItemAtHand {
  file: string | undefined;
  /** What its file is; undefined for a link. */
  picture: Picture | undefined;
  images: RawEntry[];
  /** As the first record has it. */
  width: number | undefined;
  height: number | undefined;
}

function tablesOf({ path, captions, categories, licenses }: SetupFile, idOf: IdCodes): FileTables {
  const classes = new Map(categories.map(([id, one]) => [idOf(id), one]));
  const byId = new Map<number, License>();
  for (const license of licenses) if (isRecord(license)) byId.set(idOf(license.id), license);
  byId.delete(Number.NaN);
  return {
    path,
    captions,
    classes,
    quick: new Map([...classes].map(([code, one]) => [code, quickCategory(one)])),
    licenses: byId,
  };
}

/** A link whose size nobody knows is taken to end where its labels end. */
function outermost(annotations: readonly RawEntry[]): Size {
  const size = { width: 1, height: 1 };
  const reach = (x: unknown, y: unknown): void => {
    size.width = Math.max(size.width, Math.ceil(toNumber(x) ?? 0));
    size.height = Math.max(size.height, Math.ceil(toNumber(y) ?? 0));
  };
  for (const { value } of annotations) {
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
