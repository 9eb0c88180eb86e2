/** A project -> tables `filename,width,height,class,xmin,ymin,xmax,ymax` as TensorFlow's tutorials have them. */
import type { Tag, TagMeta } from '../../src/format/model.ts';
import { type BoxedObject, boxCategories, boxedObjects } from '../../src/plugin-kit/boxed-objects.ts';
import { csvCell } from '../../src/plugin-kit/csv.ts';
import { isWantedItem, itemSize, readExportedLabels } from '../../src/plugin-kit/exported-labels.ts';
import { createLosses, type Losses } from '../../src/plugin-kit/losses.ts';
import type { ArchiveWriter, ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { splitOfItem } from '../../src/plugin-kit/splits.ts';
import { isFlagName } from './column-types.ts';
import { isRole } from './columns.ts';

const COLUMNS = ['filename', 'width', 'height', 'class', 'xmin', 'ymin', 'xmax', 'ymax'];

interface Target {
  /** Items that are still to come: its table is closed when there are none. */
  left: number;
  file: Awaited<ReturnType<ArchiveWriter['open']>> | undefined;
}

export async function exportCsvBoxes(ctx: ExportContext): Promise<void> {
  const { project, archive, options } = ctx;
  const losses = createLosses('a table of boxes');
  const categories = boxCategories(project.meta);
  const tags = options.tag_columns === true ? project.meta.tags.filter(isColumn) : [];
  const header = [...COLUMNS, ...tags.map(({ name }) => name)].map(csvCell).join(',');
  const wanted = (item: ExportedItem): boolean => isWantedItem(item, options.only_annotated === true);
  const targets = new Map<string, Target>();
  for await (const item of project.items()) {
    if (!wanted(item)) continue;
    const name = tableOf(item, options.files);
    const target = targets.get(name);
    if (target === undefined) targets.set(name, { left: 1, file: undefined });
    else target.left++;
  }
  let done = 0;
  for await (const item of project.items()) {
    ctx.signal.throwIfAborted();
    ctx.progress('Writing pictures', done++, project.total);
    const name = tableOf(item, options.files);
    const target = targets.get(name);
    if (!wanted(item) || target === undefined) continue;
    const size = itemSize(item);
    if (!(size.width > 0 && size.height > 0)) await sayNoSize(ctx, item);
    else {
      if (target.file === undefined) {
        target.file = await archive.open(name);
        await target.file.write(`${header}\n`);
      }
      const filename = await addPicture(ctx, item);
      const annotation = await readExportedLabels(ctx, item);
      for (const tag of annotation.tags)
        if (!isSplit(tag, options.files)) losses.add(`tag ${tag.name} of an image`);
      for (const key of Object.keys(item.meta)) losses.add(`metadata ${key} of an image`);
      for (const object of boxedObjects(annotation, { size, categories, masks: false, losses })) {
        const { category, box } = object;
        const cells = [
          filename,
          size.width,
          size.height,
          category,
          box.left,
          box.top,
          box.right + 1,
          box.bottom + 1,
        ];
        const row = [...cells.map(String), ...tagCells(object, tags, losses)];
        await target.file.write(`${row.map(csvCell).join(',')}\n`);
      }
      await archive.written(item);
    }
    if (--target.left === 0) await target.file?.end();
  }
  for (const { file } of targets.values()) await file?.end();
  ctx.progress('Writing pictures', project.total, project.total);
  await losses.report(ctx.report);
}

function tableOf(item: ExportedItem, files: unknown): string {
  if (files === 'one') return 'labels.csv';
  const name = files === 'split' ? (splitOfItem(item) ?? item.dataset) : item.dataset;
  return `${name.replaceAll('/', '_')}_labels.csv`;
}

/** The name as the table gives it: below `images`, so that no two are alike. */
async function addPicture({ archive, options }: ExportContext, item: ExportedItem): Promise<string> {
  const name = `${item.dataset}/${item.name}`;
  if (item.file === undefined || options.only_annotations === true) return item.link ?? name;
  const used = await archive.addFile(`images/${name}`, item.file);
  return used.slice('images/'.length);
}

const isSplit = (tag: Tag, files: unknown): boolean =>
  files === 'split' && splitOfItem({ dataset: '', annotation: { tags: [tag] } }) !== undefined;

/** A column called like one of the others would be read as that. Confidence is read as what it is. */
function isColumn({ name, applicable_type }: TagMeta): boolean {
  return applicable_type !== 'imagesOnly' && (!isRole(name) || name.toLowerCase() === 'confidence');
}

function tagCells({ tags }: BoxedObject, columns: readonly TagMeta[], losses: Losses): string[] {
  for (const { name } of tags)
    if (!columns.some((column) => column.name === name)) losses.add(`tag ${name} of a label`);
  return columns.map(({ name, value_type }) => {
    const tag = tags.find((one) => one.name === name);
    if (value_type === 'none')
      return isFlagName(name) ? (tag === undefined ? '0' : '1') : tag === undefined ? '' : name;
    return tag === undefined ? '' : String(tag.value ?? '');
  });
}

async function sayNoSize({ report }: ExportContext, item: ExportedItem): Promise<void> {
  await report.failed({
    file: item.source,
    code: 'SLY_FORMAT_INVALID',
    message: 'expected the size of the picture, got none; each row gives it',
  });
}
