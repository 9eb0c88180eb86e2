/** A project -> `<dataset>/<name>` and the JSON file of each picture beside it. */

import { isWantedItem, itemSize, readExportedLabels } from '../../src/plugin-kit/exported-labels.ts';
import { createLosses } from '../../src/plugin-kit/losses.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { createShapeWriter } from './export-shapes.ts';

export async function exportLabelMe(ctx: ExportContext): Promise<void> {
  const { archive, project, options } = ctx;
  const losses = createLosses('LabelMe');
  const shapesOf = createShapeWriter(project.meta, losses);
  let done = 0;
  for await (const item of project.items()) {
    ctx.signal.throwIfAborted();
    if (!isWantedItem(item, options.only_annotated === true)) continue;
    ctx.progress('Writing', ++done, project.total);
    const annotation = await readExportedLabels(ctx, item);
    const path = await addPicture(ctx, item);
    const { width, height } = itemSize(item);
    if (annotation.description !== '') losses.add('description of an image');
    if (Object.keys(item.meta).length > 0) losses.add('picture with metadata (it is not written)');
    for (const { name, value } of annotation.tags)
      if (value !== undefined && value !== null) losses.add(`value of image tag ${name}`);
    const json = {
      version: '5.5.0',
      flags: Object.fromEntries(annotation.tags.map(({ name }) => [name, true])),
      shapes: shapesOf(annotation),
      imagePath: path.slice(path.lastIndexOf('/') + 1),
      imageData: null,
      imageHeight: height,
      imageWidth: width,
    };
    await archive.addText(`${stemOf(path)}.json`, `${JSON.stringify(json, null, 2)}\n`);
    await archive.written(item);
  }
  await losses.report(ctx.report);
}

async function addPicture({ archive, options, report }: ExportContext, item: ExportedItem): Promise<string> {
  const name = `${item.dataset}/${item.name}`;
  if (options.only_annotations === true) return name;
  if (item.file !== undefined) return archive.addFile(name, item.file);
  await report.warning({
    file: item.source,
    code: 'SLY_NOT_FOUND',
    message: 'expected the bytes of the picture, got a link; only its labels are in the archive',
  });
  return name;
}
