/**
 * COCO -> items. Two passes: the first checks every JSON file and notes where its annotations lie, so that
 * classes are known before the first item; the second goes through the items, fetches what belongs to each and
 * writes it. Nothing grows with the file but 20 bytes an annotation and a short record an image.
 */
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import type { ImportContext, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { createProblemBook, type ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { HAS } from './annotation-fields.ts';
import { defineClasses } from './categories.ts';
import { type CocoFile, findCocoFiles, readCocoFile } from './coco-file.ts';
import { convertItems } from './convert-items.ts';
import type { Converters } from './converters.ts';
import { createIdCodes, type IdCodes } from './id-code.ts';
import { buildItems } from './items.ts';
import { importOptions } from './options.ts';
import { findMasks, treeWithout } from './panoptic-masks.ts';

export async function importCoco(ctx: ImportContext, converters: Converters): Promise<void> {
  const candidates = await findCocoFiles(ctx.tree, ctx.signal);
  const options = importOptions(ctx.options);
  const book = createProblemBook(ctx.report);
  const idOf = createIdCodes();
  const { files, broken } = await readAll(ctx, candidates, idOf, book);
  const masks = findMasks(files, ctx.tree);
  const built = buildItems(files, treeWithout(ctx.tree, masks.all), book, options);
  await book.flush();
  refuseWithoutImages(files, built.items.count, built.missing);
  const classes = defineClasses(
    files.map(({ path, categories, has }) => ({ file: path, categories, has })),
    idOf,
    { project: ctx.project, book, masksStay: options.rleAs === 'bitmap' },
  );
  await convertItems(ctx, { files, masks, items: built.items, classes, options, book, idOf, converters });
  // A source of JSON files alone, all its images links, has no pictures.
  if (ctx.tree.files.length > candidates.length) {
    const { importUndescribed } = await import('./undescribed.ts');
    await importUndescribed(ctx, { ...built, masks: masks.all, broken, options, book });
  }
  await book.finish();
}

/** Every COCO file of the source; a broken one is reported and the others go on. */
async function readAll(
  ctx: ImportContext,
  candidates: readonly SourceFileEntry[],
  idOf: IdCodes,
  book: ProblemBook,
): Promise<{ files: CocoFile[]; broken: string[] }> {
  const total = candidates.reduce((sum, file) => sum + file.size, 0);
  const files: CocoFile[] = [];
  const broken: string[] = [];
  let first: SlyError | undefined;
  let done = 0;
  for (const candidate of candidates) {
    try {
      const onBytes = (bytes: number): void => {
        done += bytes;
        ctx.progress('Reading annotations', done, total);
      };
      const file = await readCocoFile(ctx.tree, candidate.path, { idOf, signal: ctx.signal, onBytes });
      if (file === undefined) continue;
      files.push(file);
      noteOdd(file, book);
      await ctx.report.used(candidate.path, describe(file));
    } catch (error) {
      ctx.signal.throwIfAborted();
      const problem = toSlyError(error);
      if (problem.code !== 'SLY_FORMAT_JSON' && problem.code !== 'SLY_FORMAT_INVALID') throw error;
      first ??= problem;
      broken.push(candidate.path);
      await ctx.report.failed({
        file: candidate.path,
        code: problem.code,
        message: problem.detail,
        ...(problem.hint === undefined ? {} : { hint: problem.hint }),
      });
    }
  }
  if (files.length === 0) throw first ?? noCoco(candidates);
  return { files, broken };
}

function describe(file: CocoFile): string {
  let has = 0;
  for (const bits of file.has.values()) has |= bits;
  const kinds = [
    ...((has & (HAS.polygon | HAS.rle)) !== 0 ? ['outlines'] : []),
    ...((has & HAS.box) !== 0 ? ['boxes'] : []),
    ...((has & HAS.keypoints) !== 0 ? ['keypoints'] : []),
    ...((has & HAS.caption) !== 0 ? ['captions'] : []),
    ...((has & HAS.segments) !== 0 ? ['panoptic segments'] : []),
  ];
  const what = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
  return `COCO: ${file.images.count} images, ${file.annotations.count} annotations${what}`;
}

function noteOdd(file: CocoFile, book: ProblemBook): void {
  const { strays } = file;
  if (strays !== undefined) {
    book.note('warning', 'lists with entries that are no objects', () => ({
      file: file.path,
      place: strays.place,
      code: 'SLY_FORMAT_INVALID',
      message: `expected an object, got something else; ${strays.count} such entries are left out`,
    }));
  }
}

function noCoco(candidates: readonly SourceFileEntry[]): SlyError {
  const names = candidates.map((file) => file.path).slice(0, 3);
  return new SlyError('SLY_FORMAT_INVALID', {
    detail: `expected a JSON file with images, annotations and categories, got ${names.join(', ') || 'no JSON file that has them'}`,
    hint: 'COCO has one JSON file for many images. Choose another format if there is one file an image.',
  });
}

function refuseWithoutImages(files: readonly CocoFile[], items: number, missing: number): void {
  if (items > 0 || missing === 0) return;
  throw new SlyError('SLY_PUBLISH_NOTHING', {
    detail: `${files.map((file) => file.path).join(', ')}: expected the pictures of ${missing} images, got none of them`,
    hint: 'Put the pictures beside the JSON file. Or set links: true to import them by their coco_url without copying.',
  });
}
