/** A project -> `annotations.xml` (CVAT for images 1.1) and `images/<dataset>/<name>`. Streamed, one item at a time. */
import { isWantedItem, itemSize, readExportedLabels } from '../../src/plugin-kit/exported-labels.ts';
import { createLosses } from '../../src/plugin-kit/losses.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { metaXml } from './export-meta.ts';
import { createShapeWriter, element } from './export-shapes.ts';

const FOLDER = 'images';

export async function exportCvat(ctx: ExportContext): Promise<void> {
  const { archive, project, options } = ctx;
  const losses = createLosses('CVAT');
  const shapesOf = createShapeWriter(project.meta, losses);
  const xml = await archive.open('annotations.xml');
  await xml.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n');
  await xml.write(metaXml(project.name, project.meta));
  let id = 0;
  for await (const item of project.items()) {
    ctx.signal.throwIfAborted();
    if (!isWantedItem(item, options.only_annotated === true)) continue;
    ctx.progress('Writing', id + 1, project.total);
    const annotation = await readExportedLabels(ctx, item);
    const path = await addPicture(ctx, item);
    const inSubset = path.startsWith(`${item.dataset}/`);
    const { width, height } = itemSize(item);
    const attributes = {
      id: String(id++),
      name: inSubset ? path.slice(item.dataset.length + 1) : path,
      ...(inSubset ? { subset: item.dataset } : {}),
      width: String(width),
      height: String(height),
    };
    const head = element('image', attributes).slice(2);
    const lines = shapesOf(annotation);
    await xml.write(`${[head, ...lines, '  </image>'].join('\n')}\n`);
    if (Object.keys(item.meta).length > 0) losses.add('picture with metadata (it is not written)');
    await archive.written(item);
  }
  await xml.write('</annotations>\n');
  await xml.end();
  await losses.report(ctx.report);
}

/** Path below the folder of the pictures. */
async function addPicture({ archive, options, report }: ExportContext, item: ExportedItem): Promise<string> {
  const name = `${item.dataset}/${item.name}`;
  if (options.only_annotations === true) return name;
  if (item.file === undefined) {
    await report.warning({
      file: item.source,
      code: 'SLY_NOT_FOUND',
      message: 'expected the bytes of the picture, got a link; only its labels are in the archive',
    });
    return name;
  }
  return (await archive.addFile(`${FOLDER}/${name}`, item.file)).slice(FOLDER.length + 1);
}
