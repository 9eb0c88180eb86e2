/** Every file that is a picture by its bytes becomes an item; every other file is told why it does not. */

import path from 'node:path';
import { emptyAnnotation } from '../../src/format/annotation.ts';
import { isJunk } from '../../src/format/project-folders.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { nameMismatch, type ProbedImage, probeImage, sniffImage } from '../../src/plugin-kit/image-probe.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import { MAX_DECODED_PIXELS } from '../../src/plugin-kit/pixels/load-sharp.ts';
import type { ImportContext, NewItem, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { convertPicture, type Made, orientationOf } from './convert.ts';
import { createGroups, type GroupMode } from './groups.ts';
import { findMetadata, isMetadataPath, readMetadata } from './metadata.ts';
import { readTiffPages, type TiffPage } from './tiff-pages.ts';

const ROOT_DATASET = 'ds0';

export async function importImages(ctx: ImportContext): Promise<void> {
  const { tree, options } = ctx;
  const metadata = options.metadata === false ? new Map<string, string>() : findMetadata(tree);
  const sidecars = new Set(metadata.values());
  const groups = createGroups((options.groups ?? 'none') as GroupMode, ctx.project);
  for (const [index, file] of tree.files.entries()) {
    ctx.progress('Looking at pictures', index, tree.files.length);
    // Mentioned where its picture is.
    if (sidecars.has(file.path)) continue;
    const image = await look(ctx, file);
    if (image === undefined) continue;
    const tag = groups.tagOf(file.path);
    const meta = metadata.get(file.path);
    const sidecar = meta === undefined ? {} : await withMetadata(ctx, meta);
    for await (const item of itemsOf(ctx, file.path, image)) {
      const { width = 0, height = 0 } = item;
      const annotation =
        tag === undefined ? {} : { annotation: { ...emptyAnnotation({ width, height }), tags: [tag] } };
      await ctx.project.add({ ...item, ...annotation, ...sidecar });
    }
  }
  ctx.progress('Looking at pictures', tree.files.length, tree.files.length);
}

/** One item for a picture as it is; what the options want otherwise is written to the results. */
async function* itemsOf(ctx: ImportContext, file: string, image: ProbedImage): AsyncGenerator<NewItem> {
  const { options, project, report, tree } = ctx;
  const dataset = options.datasets === 'one' ? ROOT_DATASET : datasetOf(file);
  const name = path.posix.basename(file);
  const stem = stemOf(name);
  const absolute = tree.locate(file);
  const { kind, mime, width, height } = image;
  const whole: NewItem = { dataset, name, file, mime, width, height };
  const pages = kind === 'tiff' && options.tiff_pages !== 'first' ? await pagesOf(ctx, file) : [];
  try {
    if (pages.length > 1) {
      const digits = String(pages.length - 1).length;
      let good = 0;
      for (const [number, page] of pages.entries()) {
        const made = await pageMade(ctx, file, page, number);
        if (made === undefined) continue;
        good++;
        yield madeItem(
          dataset,
          `${stem}_page_${String(number).padStart(digits, '0')}${made.extension}`,
          made,
        );
      }
      if (good === 0) yield whole;
      else await report.used(file, `TIFF of ${pages.length} pages`);
      return;
    }
    const upright = options.exif_orientation === 'apply' && (await orientationOf(absolute)) > 1;
    const viewable = options.viewable === true && kind === 'tiff';
    if (!upright && !viewable) {
      yield whole;
      return;
    }
    const made = await convertPicture(project, absolute, kind, { upright });
    yield madeItem(dataset, stem + (kind === 'jpeg' ? path.posix.extname(name) : made.extension), made);
    await report.used(file, upright ? 'picture, turned upright' : 'picture, made viewable');
  } catch (error) {
    if (!(error instanceof SlyError) || error.code !== 'SLY_IMAGE_UNREADABLE') throw error;
    const { code, detail } = error;
    await report.warning({ file, code, message: `${detail}; it is imported as it is` });
    yield whole;
  }
}

async function pageMade(
  { project, report, tree }: ImportContext,
  file: string,
  page: TiffPage,
  number: number,
): Promise<Made | undefined> {
  try {
    return await convertPicture(project, tree.locate(file), 'tiff', { page: page.index });
  } catch (error) {
    if (!(error instanceof SlyError) || error.code !== 'SLY_IMAGE_UNREADABLE') throw error;
    await report.warning({ file, place: `page ${number}`, code: error.code, message: error.detail });
    return undefined;
  }
}

/** The pages that are pictures of their own; none when they cannot be told or cannot be written as PNG. */
async function pagesOf({ tree, report }: ImportContext, file: string): Promise<TiffPage[]> {
  const tell = async (message: string): Promise<TiffPage[]> => {
    await report.warning({
      file,
      code: 'SLY_IMAGE_UNREADABLE',
      message: `${message}; it is imported as it is`,
    });
    return [];
  };
  try {
    const pages = readTiffPages(tree.locate(file)).filter((page) => !page.derived);
    if (pages.length < 2) return [];
    const deep = pages.find((page) => page.float || page.bits > 16);
    if (deep !== undefined)
      return await tell(`expected pages of at most 16 bits, got ${deep.bits} in page ${deep.index}`);
    const large = pages.find((page) => page.width * page.height > MAX_DECODED_PIXELS);
    if (large !== undefined)
      return await tell(
        `expected pages of at most ${MAX_DECODED_PIXELS} pixels, got ${large.width} x ${large.height}`,
      );
    return pages;
  } catch (error) {
    return await tell((error as Error).message);
  }
}

function madeItem(dataset: string, name: string, { result, mime, width, height }: Made): NewItem {
  return { dataset, name, result, mime, width, height };
}

function datasetOf(file: string): string {
  const slash = file.indexOf('/');
  return slash < 0 ? ROOT_DATASET : file.slice(0, slash);
}

/** The picture, or undefined and a line in the report. */
async function look(ctx: ImportContext, { path: file }: SourceFileEntry): Promise<ProbedImage | undefined> {
  const { report, tree } = ctx;
  const base = path.posix.basename(file);
  if (isJunk(base) || file.split('/').includes('__MACOSX')) {
    await report.skipped({ file, code: 'SLY_FILE_UNUSED', message: 'left behind by a file manager' });
    return undefined;
  }
  try {
    const image = probeImage(tree.locate(file));
    const mismatch = nameMismatch(base, image.kind);
    if (mismatch !== undefined) await report.warning({ file, code: 'SLY_FORMAT_INVALID', message: mismatch });
    if (!image.complete) {
      const message = 'the file ends too early; viewers may show a part of the picture or none of it';
      const hint = 'Copy it again from where it came from.';
      await report.warning({ file, code: 'SLY_IMAGE_UNREADABLE', message, hint });
    }
    return image;
  } catch (error) {
    if (!(error instanceof SlyError)) throw error;
    await tellWhyNot(ctx, file, error);
    return undefined;
  }
}

/** Bad when name or bytes say picture; else just another file. */
async function tellWhyNot({ report, tree }: ImportContext, file: string, error: SlyError): Promise<void> {
  const meantAsPicture = isImageName(file) || sniffImage(tree.locate(file)).kind !== undefined;
  if (meantAsPicture) await report.failed({ file, code: error.code, message: error.detail });
  else {
    const orphan = isMetadataPath(file) ? 'no picture of that name is here' : undefined;
    await report.skipped({ file, code: 'SLY_FILE_UNUSED', message: orphan ?? error.detail });
  }
}

async function withMetadata(
  { report, tree }: ImportContext,
  file: string,
): Promise<{ meta?: Record<string, unknown> }> {
  const read = await readMetadata(tree, file);
  if (!('meta' in read)) {
    await report.failed({ file, ...read });
    return {};
  }
  await report.used(file, 'image metadata');
  return { meta: read.meta };
}
