/** A project -> `label_map.pbtxt` and record files, item by item: a picture is read while it is written. */
import { toSlyError } from '../../src/lib/errors.ts';
import { boxCategories } from '../../src/plugin-kit/boxed-objects.ts';
import { isWantedItem, itemSize, readExportedLabels } from '../../src/plugin-kit/exported-labels.ts';
import { createLosses } from '../../src/plugin-kit/losses.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { splitOfItem } from '../../src/plugin-kit/splits.ts';
import { createCrc32c } from './crc32c.ts';
import { type FeatureContext, itemFeatures } from './export-features.ts';
import { planExportFiles } from './export-files.ts';
import { type ExportedPicture, exportPicture } from './export-picture.ts';
import { writeLabelMap } from './label-map.ts';

export async function exportTfrecord(ctx: ExportContext): Promise<void> {
  const { project, archive, options } = ctx;
  const losses = createLosses('TFRecord');
  const categories = boxCategories(project.meta);
  const ids = new Map([...new Set(categories.values())].map((name, i) => [name, i + 1]));
  await archive.addText('label_map.pbtxt', writeLabelMap([...ids].map(([name, id]) => ({ id, name }))));
  const bySplit = options.files === 'split';
  const context: FeatureContext = {
    meta: project.meta,
    categories,
    ids,
    masks: options.include_masks === true,
    losses,
    isSplitTag: (tag) => bySplit && splitOfItem({ dataset: '', annotation: { tags: [tag] } }) !== undefined,
  };
  const isWanted = (item: ExportedItem): boolean =>
    isWantedItem(item, options.only_annotated === true) && (item.file !== undefined || withoutPictures);
  const withoutPictures = options.only_annotations === true;
  const files = await planExportFiles(ctx, {
    by: bySplit ? 'split' : 'dataset',
    shards: Number(options.shards),
    crc: await createCrc32c(),
    isWanted,
  });
  let done = 0;
  for await (const item of project.items()) {
    ctx.signal.throwIfAborted();
    ctx.progress('Writing records', done++, project.total);
    if (!isWantedItem(item, options.only_annotated === true)) continue;
    if (!isWanted(item)) await sayLink(ctx, item);
    else {
      const picture = withoutPictures ? undefined : await pictureOf(ctx, item);
      if (picture === 'unreadable') continue;
      if (picture?.was !== undefined) losses.add(`picture of kind ${picture.was} (it is written as PNG)`);
      const annotation = await readExportedLabels(ctx, item);
      const facts = itemFacts(item, picture);
      if (!(facts.width > 0 && facts.height > 0)) {
        await sayNoSize(ctx, item);
        continue;
      }
      for (const key of Object.keys(item.meta))
        if (key !== 'source_id') losses.add(`metadata ${key} of an image`);
      const features = itemFeatures(annotation, facts, context);
      await (await files.writerFor(item)).write(features, picture?.bytes);
      await archive.written(item);
    }
  }
  await files.end();
  ctx.progress('Writing records', project.total, project.total);
  await losses.report(ctx.report);
}

function itemFacts(
  item: ExportedItem,
  picture: ExportedPicture | undefined,
): Parameters<typeof itemFeatures>[1] {
  const filename = picture?.was === undefined ? item.name : `${stemOf(item.name)}.png`;
  const { source_id } = item.meta;
  return {
    ...(picture === undefined ? itemSize(item) : { width: picture.width, height: picture.height }),
    filename,
    sourceId: typeof source_id === 'string' ? source_id : filename,
    format: picture?.format ?? (/\.jpe?g$/i.test(filename) ? 'jpeg' : 'png'),
  };
}

async function pictureOf(
  { report }: ExportContext,
  item: ExportedItem,
): Promise<ExportedPicture | 'unreadable'> {
  try {
    return await exportPicture(item.absolute ?? '');
  } catch (error) {
    const { code, detail: message } = toSlyError(error);
    if (code !== 'SLY_IMAGE_UNREADABLE') throw error;
    await report.failed({ file: item.source, code, message });
    return 'unreadable';
  }
}

async function sayLink({ report }: ExportContext, item: ExportedItem): Promise<void> {
  await report.skipped({
    file: item.source,
    code: 'SLY_FILE_UNUSED',
    message: 'expected a picture with bytes, got a link; a record holds its picture',
    hint: 'only_annotations writes its labels without the picture.',
  });
}

async function sayNoSize({ report }: ExportContext, item: ExportedItem): Promise<void> {
  await report.failed({
    file: item.source,
    code: 'SLY_FORMAT_INVALID',
    message: 'expected the size of the picture, got none; boxes are shares of it',
  });
}
