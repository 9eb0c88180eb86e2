/** Import: picture by picture, with the boxes and masks that lie in the folders beside. */
import type { Label } from '../../src/format/model.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { createLabelledItems, type LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { DEFAULT_CLASSES, type MaskClass, readClassTable } from './class-table.ts';
import { type Frame, findLayout, type KittiLayout } from './layout.ts';
import { createMaskLabels } from './mask-labels.ts';
import { createObjectLabels } from './object-labels.ts';

export async function importKitti(ctx: ImportContext): Promise<void> {
  const { tree, report, options, project } = ctx;
  const items = createLabelledItems(ctx);
  const layout = findLayout(tree);
  const classes = createShapeClasses(project);
  const objects = createObjectLabels(ctx, items, classes, createTagNames(project));
  const masks = createMaskLabels(tree, classes, await classTable(ctx, layout), (file, id) =>
    items.book.note('warning', 'numbers without a class', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected the number of a known class, got ${id}; the class is called class_${id}`,
    })),
  );
  const breathe = createBreathe(ctx.signal);
  const frames = [...layout.left, ...rightFrames(ctx, layout, items)];

  /** What `read` gives; a file that cannot be read at all is reported and costs its labels. */
  async function orNothing(file: string, as: string, read: () => Promise<Label[]>): Promise<Label[]> {
    try {
      const labels = await read();
      await report.used(file, as);
      return labels;
    } catch (error) {
      ctx.signal.throwIfAborted();
      const { code, detail: message, hint } = toSlyError(error);
      // Skipping the annotation is what the failed file says already.
      if (options.bad_annotation !== 'skip-annotation')
        items.fault('files that cannot be read', () => ({ file, code, message }));
      await report.failed({ file, code, message, ...(hint === undefined ? {} : { hint }) });
      return [];
    }
  }

  for (const [done, frame] of frames.entries()) {
    await breathe();
    ctx.progress('importing', done + 1, frames.length);
    const picture = items.look(frame.picture);
    if (picture === undefined) continue;
    const { label_2: boxes, instance, semantic } = frame.files;
    const labels: Label[] = [];
    if (boxes !== undefined)
      labels.push(...(await orNothing(boxes, 'boxes', () => objects.read(boxes, picture))));
    if (instance !== undefined) {
      labels.push(
        ...(await orNothing(instance, 'instance mask', () => masks.read(instance, 'instance', picture))),
      );
      // The same picture without the numbers of the instances.
      if (semantic !== undefined) await report.used(semantic, 'semantic mask; the instance mask says more');
    } else if (semantic !== undefined)
      labels.push(
        ...(await orNothing(semantic, 'semantic mask', () => masks.read(semantic, 'semantic', picture))),
      );
    await items.add(picture, { dataset: datasetOf(options.datasets, frame), labels });
  }
  for (const { kind, file } of layout.orphans)
    items.book.note('skipped', `files in ${kind} without a picture`, () => ({
      file,
      code: 'SLY_NOT_FOUND',
      message: `expected a picture of this name in image_2 of ${file.split('/').at(-3) ?? 'the same folder'}, got none`,
    }));
  await objects.finish();
  await items.finish();
}

function rightFrames(ctx: ImportContext, { right }: KittiLayout, { book }: LabelledItems): Frame[] {
  if (ctx.options.right_camera === true) return right;
  for (const { picture } of right)
    book.note('skipped', 'pictures of the right camera', () => ({
      file: picture,
      code: 'SLY_FILE_UNUSED',
      message: 'pictures of the right camera have no labels and are not imported',
      hint: 'The option right_camera imports them.',
    }));
  return [];
}

/** The source's own `colors.json`, or the classes of Cityscapes. */
async function classTable(
  ctx: ImportContext,
  { colours }: KittiLayout,
): Promise<ReadonlyMap<number, MaskClass>> {
  for (const file of colours) {
    let message = 'expected a list of {"name", "id", "color"}, got something else';
    try {
      const table = readClassTable(JSON.parse(await ctx.tree.text(file, 16 << 20)));
      if (table !== undefined) {
        await ctx.report.used(file, 'classes');
        return table;
      }
    } catch (error) {
      message = toSlyError(error).detail;
    }
    await ctx.report.failed({
      file,
      code: 'SLY_FORMAT_INVALID',
      message,
      hint: 'The names and colours of Cityscapes are used instead.',
    });
  }
  return DEFAULT_CLASSES;
}

function datasetOf(by: unknown, { picture, set }: Frame): string {
  if (by === 'one') return ONLY_DATASET;
  if (by === 'folder') return folderDataset(picture);
  const split = set === '' ? ONLY_DATASET : set;
  // Both cameras number their pictures alike.
  return /(?:^|\/)image_3\//.test(picture) ? `${split}/image_3` : split;
}
