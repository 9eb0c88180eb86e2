/** A project -> tables, masks and pictures in the layout of Open Images, item by item. */

import { csvCell } from '../../src/plugin-kit/csv.ts';
import { isWantedItem, itemSize, readExportedLabels } from '../../src/plugin-kit/exported-labels.ts';
import { createFreeStems } from '../../src/plugin-kit/free-stems.ts';
import { createLosses } from '../../src/plugin-kit/losses.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { splitOfItem } from '../../src/plugin-kit/splits.ts';
import { type ItemContext, writeItem, writePicture } from './export-item.ts';
import { createExportNames } from './export-names.ts';
import { createSubsetFiles, type SubsetFiles } from './subset-files.ts';

interface Subset {
  /** Items that are still to come: its tables are closed when there are none. */
  left: number;
  files: SubsetFiles;
}

export async function exportOpenImages(ctx: ExportContext): Promise<void> {
  const { project, archive, options } = ctx;
  const losses = createLosses('Open Images');
  const names = createExportNames(project.meta);
  const bySplit = options.subsets === 'split';
  const context: ItemContext = {
    archive,
    meta: project.meta,
    names,
    masks: options.include_masks === true,
    losses,
    isSplitTag: (tag) => bySplit && splitOfItem({ dataset: '', annotation: { tags: [tag] } }) !== undefined,
  };
  const wanted = (item: ExportedItem): boolean => isWantedItem(item, options.only_annotated === true);
  const subsetOf = (item: ExportedItem): string => (bySplit ? subsetBySplit(item) : item.dataset);
  const subsets = new Map<string, Subset>();
  for await (const item of project.items()) {
    if (!wanted(item)) continue;
    const name = subsetOf(item);
    const subset = subsets.get(name);
    if (subset === undefined) subsets.set(name, { left: 1, files: createSubsetFiles(archive, name) });
    else subset.left++;
  }
  // An id names its picture wherever it is, so no two of the project may share one.
  const freeStem = createFreeStems();
  let done = 0;
  for await (const item of project.items()) {
    ctx.signal.throwIfAborted();
    ctx.progress('Writing pictures', done++, project.total);
    if (!wanted(item)) continue;
    const name = subsetOf(item);
    const subset = subsets.get(name);
    if (subset === undefined) continue;
    const size = itemSize(item);
    if (size.width > 0 && size.height > 0) {
      const id = freeStem('', stemOf(item.name));
      const place = { ...size, subset: name, id, files: subset.files };
      const ending = item.name.slice(stemOf(item.name).length);
      if (item.file !== undefined && options.only_annotations !== true)
        await archive.addFile(`images/${name}/${id}${ending}`, item.file);
      await writePicture(item, place, losses);
      await writeItem(await readExportedLabels(ctx, item), place, context);
      await archive.written(item);
    } else await sayNoSize(ctx, item);
    if (--subset.left === 0) await subset.files.end();
  }
  for (const { files } of subsets.values()) await files.end();
  const rows = names.descriptions().map((cells) => cells.map(csvCell).join(','));
  await archive.addText(
    'annotations/class-descriptions.csv',
    `LabelName,DisplayName\n${rows.map((row) => `${row}\n`).join('')}`,
  );
  ctx.progress('Writing pictures', project.total, project.total);
  await losses.report(ctx.report);
}

/** As the subsets of Open Images are called. */
function subsetBySplit(item: ExportedItem): string {
  const split = splitOfItem(item);
  if (split === undefined) return item.dataset;
  return split === 'val' ? 'validation' : split;
}

async function sayNoSize({ report }: ExportContext, item: ExportedItem): Promise<void> {
  await report.failed({
    file: item.source,
    code: 'SLY_FORMAT_INVALID',
    message: 'expected the size of the picture, got none; boxes are shares of it',
  });
}
