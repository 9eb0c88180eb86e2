/**
 * Tables of boxes -> items. Two passes: the first notes where the rows of each picture lie and what the columns hold;
 * the second goes through the pictures and reads their rows.
 */
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import { splitRow } from '../../src/plugin-kit/csv-rows.ts';
import { createLabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import {
  createImageMatcher,
  createStemMatcher,
  type ImageMatcher,
} from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { collectRows } from './collect-rows.ts';
import { type DatasetsBy, datasetOf } from './dataset-names.ts';
import { type LabelContext, type Row, rowLabels } from './row-labels.ts';
import { type BoxTable, type ClassList, isTableName, readTable } from './tables.ts';
import type { Unit } from './units.ts';

/** Nobody has labelled one picture so often. */
const MAX_ROWS = 100_000;

export async function importCsvBoxes(ctx: ImportContext): Promise<void> {
  const { report, options } = ctx;
  const items = createLabelledItems(ctx);
  const { tables, lists } = await findTables(ctx);
  const total = tables.reduce((sum, { size }) => sum + size, 0);
  const done = new Map<BoxTable, number>();
  const collected = await collectRows(tables, {
    match: createNameMatcher(ctx),
    book: items.book,
    breathe: createBreathe(ctx.signal),
    onBytes(table, bytes) {
      done.set(table, bytes);
      ctx.progress(
        'Reading tables',
        [...done.values()].reduce((a, b) => a + b, 0),
        total,
      );
    },
  });
  const units: Unit[] = [];
  for (const [i, table] of tables.entries()) {
    const count = collected.tables[i];
    const { unit, because } = count?.units.decide(options.coordinates as 'auto' | Unit) ?? {
      unit: 'pixels' as const,
      because: '',
    };
    units.push(unit);
    await report.used(table.file, describe(table, unit, because, count ?? { rows: 0, here: 0 }));
  }
  const classes = createShapeClasses(ctx.project);
  for (const { names } of lists) for (const name of names.values()) classes.titleOf(name, 'rectangle');
  const context: LabelContext = {
    classes,
    tags: createTagNames(ctx.project),
    types: collected.types,
    items,
    nameOf: (cell) => lists.map(({ names }) => names.get(cell)).find((name) => name !== undefined) ?? cell,
  };
  for (const [group, file] of collected.pictures.entries()) {
    ctx.progress('Reading pictures', group, collected.pictures.length);
    const picture = items.look(file);
    if (picture === undefined) continue;
    const rows: Row[] = [];
    for (const { source, line, bytes } of collected.groups.rows(group)) {
      const table = tables[source] as BoxTable;
      if (rows.length < MAX_ROWS)
        rows.push({ table, line, unit: units[source] ?? 'pixels', cells: splitRow(bytes, table.delimiter) });
      else
        items.book.note('warning', 'rows of pictures that have too many', () => ({
          file: table.file,
          place: `line ${line}`,
          code: 'SLY_FORMAT_INVALID',
          message: `expected at most ${MAX_ROWS} rows for ${file}, got more; the others are left out`,
        }));
    }
    await items.add(picture, {
      dataset: datasetOf(file, rows, options.datasets as DatasetsBy),
      ...rowLabels(rows, picture, context),
    });
  }
  collected.groups.close();
  await items.addRest('a row in a table', (file) => datasetOf(file, [], options.datasets as DatasetsBy));
  await items.finish();
}

async function findTables({
  tree,
  report,
  signal,
}: ImportContext): Promise<{ tables: BoxTable[]; lists: ClassList[] }> {
  const tables: BoxTable[] = [];
  const lists: ClassList[] = [];
  for (const entry of tree.files) {
    if (!isTableName(entry.path)) continue;
    signal.throwIfAborted();
    const found = await readTable(tree, entry);
    if (found?.kind === 'boxes') tables.push(found.table);
    else if (found?.kind === 'classes') {
      lists.push(found.classes);
      await report.used(entry.path, `list of ${found.classes.names.size} classes`);
    } else
      await report.skipped({
        file: entry.path,
        code: 'SLY_FORMAT_INVALID',
        message:
          'expected columns for a picture and a box, got neither names like filename, xmin, ymin, xmax, ymax nor path,x1,y1,x2,y2,class',
      });
  }
  return { tables, lists };
}

function describe(
  { columns, names }: BoxTable,
  unit: Unit,
  because: string,
  { rows, here }: { rows: number; here: number },
): string {
  const box =
    names.length === 0
      ? 'path,x1,y1,x2,y2,class without a header'
      : `${columns.box.form} in ${columns.box.at.map((at) => names[at] ?? '').join(', ')}`;
  return `boxes (${box}), coordinates ${unit}: ${because}; ${here} of ${rows} rows are of pictures that are here`;
}

/** By the name with its ending; ids without one by the picture's name without its own. */
function createNameMatcher({ tree }: ImportContext): ImageMatcher {
  const byName = createImageMatcher(tree);
  const byStem = createStemMatcher(tree);
  return (name, near) => byName(name, near) ?? byStem(name, near);
}
