/** Every file that is a picture by its bytes becomes an item; every other file is told why it does not. */
import path from 'node:path';
import { isJunk } from '../../src/format/project-folders.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { nameMismatch, type ProbedImage, probeImage, sniffImage } from '../../src/plugin-kit/image-probe.ts';
import type { ImportContext, NewItem, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { findMetadata, isMetadataPath, readMetadata } from './metadata.ts';

const ROOT_DATASET = 'ds0';

export async function importImages(ctx: ImportContext): Promise<void> {
  const { tree } = ctx;
  const oneDataset = ctx.options.datasets === 'one';
  const metadata = ctx.options.metadata === false ? new Map<string, string>() : findMetadata(tree);
  const sidecars = new Set(metadata.values());
  for (const [index, file] of tree.files.entries()) {
    ctx.progress('Looking at pictures', index, tree.files.length);
    // Mentioned where its picture is.
    if (sidecars.has(file.path)) continue;
    const image = await look(ctx, file);
    if (image === undefined) continue;
    const item: NewItem = {
      dataset: oneDataset ? ROOT_DATASET : datasetOf(file.path),
      name: path.posix.basename(file.path),
      file: file.path,
      mime: image.mime,
      width: image.width,
      height: image.height,
    };
    const meta = metadata.get(file.path);
    await ctx.project.add(meta === undefined ? item : await withMetadata(ctx, item, meta));
  }
  ctx.progress('Looking at pictures', tree.files.length, tree.files.length);
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

async function withMetadata({ report, tree }: ImportContext, item: NewItem, file: string): Promise<NewItem> {
  const read = await readMetadata(tree, file);
  if (!('meta' in read)) {
    await report.failed({ file, ...read });
    return item;
  }
  await report.used(file, 'image metadata');
  return { ...item, meta: read.meta };
}
