/**
 * Open Images -> items. Two passes: the first notes where the rows of each picture lie, in any number of tables in any
 * order; the second goes through the pictures that are here and reads their rows. Tables are never held in memory.
 */
import { createHash } from 'node:crypto';
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import { createLabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createStemMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { boxLabels, type LabelContext } from './box-labels.ts';
import { readClassTitles } from './class-titles.ts';
import { collectRows } from './collect-rows.ts';
import { createMaskFiles } from './mask-files.ts';
import { type DatasetsBy, datasetOf, metaOf } from './picture-facts.ts';
import { MAX_ROWS, readPictureRows } from './picture-rows.ts';
import { pictureTags } from './picture-tags.ts';
import { isTableName, readTable, TABLE_KINDS, type Table } from './tables.ts';

export async function importOpenImages(ctx: ImportContext): Promise<void> {
  const { tree, report, options } = ctx;
  const items = createLabelledItems(ctx);
  const tables = await findTables(ctx);
  const lists = tables.filter(({ kind }) => kind === 'classes');
  const titles = readClassTitles(lists);
  for (const { file } of lists) await report.used(file, TABLE_KINDS.classes);
  // The list of pictures is the longest and says least: it comes last, so that pictures with labels come first.
  const data = tables
    .filter(({ kind }) => kind !== 'classes')
    .sort((a, b) => Number(a.kind === 'images') - Number(b.kind === 'images'));
  const masks = createMaskFiles({ tree, items, report });
  const total = data.reduce((sum, { size }) => sum + size, 0);
  const done = new Map<Table, number>();
  const collected = await collectRows(data, {
    match: createStemMatcher(tree),
    book: items.book,
    breathe: createBreathe(ctx.signal),
    onMask: masks.name,
    onBytes(table, bytes) {
      done.set(table, bytes);
      ctx.progress(
        'Reading tables',
        [...done.values()].reduce((a, b) => a + b, 0),
        total,
      );
    },
  });
  for (const [i, { file, kind }] of data.entries()) {
    const { here, all } = collected.counts[i] ?? { here: 0, all: 0 };
    await report.used(file, `${TABLE_KINDS[kind]}: ${here} of ${all} rows are of pictures that are here`);
  }
  const tags = createTagNames(ctx.project);
  const context: LabelContext = {
    titles,
    classes: createShapeClasses(ctx.project),
    tags,
    items,
    boxed: collected.boxed,
    instance: () => '',
    readMask: masks.read,
  };
  const by = options.datasets as DatasetsBy;
  const negative = options.negative_labels === true;
  for (const [group, file] of collected.pictures.entries()) {
    ctx.progress('Reading pictures', group, collected.pictures.length);
    const picture = items.look(file);
    if (picture === undefined) continue;
    const { rows, cut } = readPictureRows(collected.groups, group, data);
    if (cut)
      items.fault('pictures with more rows than are read', () => ({
        file,
        code: 'SLY_FORMAT_INVALID',
        message: `expected at most ${MAX_ROWS} rows for a picture, got more; the others are left out`,
      }));
    const labels = await boxLabels(rows, picture, { ...context, instance: instancesOf(file) });
    const meta = metaOf(rows.images);
    await items.add(picture, {
      dataset: datasetOf(file, rows, by),
      labels,
      tags: pictureTags(rows.labels, { titles, tags, items, negative }),
      ...(meta === undefined ? {} : { meta }),
    });
  }
  collected.groups.close();
  await masks.finish();
  await items.addRest('a row in a table', (file) => datasetOf(file, undefined, by));
  await items.finish();
}

async function findTables({ tree, report, signal }: ImportContext): Promise<Table[]> {
  const tables: Table[] = [];
  for (const entry of tree.files) {
    if (!isTableName(entry.path)) continue;
    signal.throwIfAborted();
    const table = await readTable(tree, entry);
    if (table !== undefined) tables.push(table);
    else
      await report.skipped({
        file: entry.path,
        code: 'SLY_FILE_UNUSED',
        message:
          'expected columns of boxes, masks, labels of pictures, pictures or classes of Open Images, got others',
      });
  }
  return tables;
}

/** Keys for the objects of one picture; the same for the same source. */
function instancesOf(file: string): () => string {
  const prefix = createHash('sha256').update(file).digest('hex').slice(0, 24);
  let count = 0;
  return () => prefix + (count++).toString(16).padStart(8, '0');
}
