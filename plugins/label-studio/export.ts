/** A project -> `tasks.json`, `label_config.xml` and `images/<dataset>/<name>`. Streamed, one item at a time. */
import { isWantedItem, itemSize, readExportedLabels } from '../../src/plugin-kit/exported-labels.ts';
import { createLosses } from '../../src/plugin-kit/losses.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { configXml, IMAGE } from './export-config.ts';
import { createResultWriter } from './export-results.ts';

export async function exportLabelStudio(ctx: ExportContext): Promise<void> {
  const { archive, project, options } = ctx;
  const prefix = typeof options.image_prefix === 'string' ? options.image_prefix : '';
  const losses = createLosses('Label Studio');
  const resultsOf = createResultWriter(project.meta, losses);
  await archive.addText('label_config.xml', configXml(project.meta));
  const json = await archive.open('tasks.json');
  await json.write('[');
  let id = 0;
  for await (const item of project.items()) {
    ctx.signal.throwIfAborted();
    if (!isWantedItem(item, options.only_annotated === true)) continue;
    ctx.progress('Writing', ++id, project.total);
    const annotation = await readExportedLabels(ctx, item);
    if (annotation.description !== '') losses.add('description of an image');
    const { width, height } = itemSize(item);
    // Without a size there is nothing percents could be of.
    const result = width > 0 && height > 0 ? resultsOf(annotation) : [];
    const path = await addPicture(ctx, item);
    const { [IMAGE]: _taken, ...meta } = item.meta;
    const task = {
      id,
      data: {
        ...meta,
        [IMAGE]:
          item.file === undefined && item.link !== undefined ? item.link : prefix + encoded(path, prefix),
      },
      annotations: [{ id, was_cancelled: false, ground_truth: false, result }],
      predictions: [],
    };
    await json.write(`${id === 1 ? '\n' : ',\n'}${JSON.stringify(task)}`);
    await archive.written(item);
  }
  await json.write('\n]\n');
  await json.end();
  await losses.report(ctx.report);
}

/** Where a path goes into an address it is written as one. */
function encoded(path: string, prefix: string): string {
  return prefix === '' ? path : path.split('/').map(encodeURIComponent).join('/');
}

/** Path in the archive. */
async function addPicture({ archive, options }: ExportContext, item: ExportedItem): Promise<string> {
  const path = `images/${item.dataset}/${item.name}`;
  if (options.only_annotations === true || item.file === undefined) return path;
  return archive.addFile(path, item.file);
}
