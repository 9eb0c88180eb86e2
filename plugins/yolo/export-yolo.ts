/** A project -> images/ and labels/ by split, and data.yaml. Two rounds at most; memory is a name an item. */
import type { ImageAnnotation, ProjectMeta } from '../../src/format/model.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { itemSize, readExportedLabels } from '../../src/plugin-kit/exported-labels.ts';
import { createFreeStems } from '../../src/plugin-kit/free-stems.ts';
import { createLosses, type Losses } from '../../src/plugin-kit/losses.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { type Split, splitNamed, splitOfItem } from '../../src/plugin-kit/splits.ts';
import { dataYaml, keypointCount } from './data-yaml.ts';
import { type ExportClasses, planClasses } from './export-classes.ts';
import { linesOf } from './export-lines.ts';
import { objectsOf } from './export-objects.ts';
import type { Task } from './line-shape.ts';
import { type ExportOptions, exportOptions } from './options.ts';

export async function exportYolo(ctx: ExportContext): Promise<void> {
  const options = exportOptions(ctx.options);
  const losses = createLosses('YOLO');
  const classes = planClasses(ctx.project.meta);
  const task = options.task === 'auto' ? await chooseTask(ctx) : options.task;
  if (task === 'pose' && keypointCount(classes.list) === 0) {
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected a class of shape graph with nodes for the task pose, got none',
      hint: 'Choose task: detect or segment, or auto.',
    });
  }
  ctx.log('info', `writing labels for the task ${task}`);
  const used = await writeItems(ctx, { options, losses, classes, task });
  await ctx.archive.addText('data.yaml', dataYaml({ task, used, classes: classes.list }));
  await losses.report(ctx.report);
}

interface Work {
  options: ExportOptions;
  losses: Losses;
  classes: ExportClasses;
  task: Task;
}

async function writeItems(ctx: ExportContext, work: Work): Promise<Set<Split>> {
  const { options, losses } = work;
  const used = new Set<Split>();
  const nextSplit = createSplitter(options.valFraction);
  const freeStem = createFreeStems();
  let done = 0;
  for await (const item of ctx.project.items()) {
    ctx.signal.throwIfAborted();
    ctx.progress('Writing labels', done++, ctx.project.total);
    if (options.onlyAnnotated && item.annotation.objects.length === 0 && item.annotation.tags.length === 0)
      continue;
    const text = await labelText(ctx, item, work);
    if (text === undefined) continue;
    const split = splitOfItem(item) ?? nextSplit();
    used.add(split);
    const stem = freeStem(split, stemOf(archiveName(item, split)));
    if (!options.onlyAnnotations) {
      if (item.file === undefined) losses.add('picture that is a link');
      else await ctx.archive.addFile(`images/${split}/${stem}${endingOf(item.name)}`, item.file);
    }
    await ctx.archive.addText(`labels/${split}/${stem}.txt`, text);
    await ctx.archive.written(item);
  }
  ctx.progress('Writing labels', ctx.project.total, ctx.project.total);
  return used;
}

/** Undefined when nothing can be said of the item; it is reported then. */
async function labelText(ctx: ExportContext, item: ExportedItem, work: Work): Promise<string | undefined> {
  const { classes, losses, task, options } = work;
  const size = itemSize(item);
  if (!(size.width > 0 && size.height > 0)) {
    await ctx.report.failed({
      file: item.source,
      code: 'SLY_FORMAT_INVALID',
      message: 'expected the width and height of the picture, which all numbers are shares of, got none',
    });
    return undefined;
  }
  const annotation = await readExportedLabels(ctx, item);
  noteTags(annotation, losses);
  const lines: string[] = [];
  const keypoints = keypointCount(classes.list);
  for (const object of objectsOf(annotation, classes, losses))
    lines.push(...linesOf(object, { task, size, keypoints, joinParts: options.joinParts, losses }));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** A tag that says the split is carried by the folder. */
function noteTags({ tags }: ImageAnnotation, losses: Losses): void {
  for (const { name, value } of tags) {
    const says = name.toLowerCase() === 'split' ? String(value) : name;
    if (splitNamed(says) === undefined) losses.add(`tag ${name} of a picture`);
  }
}

/** The dataset goes in front, unless it is what the folder says already. */
function archiveName({ dataset, name }: ExportedItem, split: Split): string {
  const plain = dataset === 'ds0' || dataset.toLowerCase() === split;
  return plain ? name : `${dataset.replaceAll('/', '_')}_${name}`;
}

const endingOf = (name: string): string => name.slice(stemOf(name).length);

/** Spreads `val` evenly over what has no split of its own, the same way each time. */
function createSplitter(valFraction: number): () => Split {
  let count = 0;
  return () => {
    const before = Math.floor(count * valFraction + 1e-9);
    count++;
    return Math.floor(count * valFraction + 1e-9) > before ? 'val' : 'train';
  };
}

const OUTLINES: ReadonlySet<string> = new Set(['polygon', 'multipolygon', 'bitmap', 'alpha_mask']);

/** What the classes are made for; a class of any shape needs a look at its labels. */
async function chooseTask({ project, signal }: ExportContext): Promise<Task> {
  const shapes = new Set<string>(project.meta.classes.map(({ shape }) => shape));
  if (hasAny(project.meta)) {
    for await (const { annotation } of project.items()) {
      signal.throwIfAborted();
      for (const { geometryType, classTitle } of annotation.objects) {
        if (typeof geometryType !== 'string') continue;
        // Without a template nodes have no order.
        const of = project.meta.classes.find(({ title }) => title === classTitle);
        if (geometryType !== 'graph' || of?.shape === 'graph') shapes.add(geometryType);
      }
    }
  }
  if (shapes.has('graph') && keypointCount(planClasses(project.meta).list) > 0) return 'pose';
  if (shapes.has('oriented_bbox')) return 'obb';
  return [...shapes].some((shape) => OUTLINES.has(shape)) ? 'segment' : 'detect';
}

const hasAny = ({ classes }: ProjectMeta): boolean => classes.some(({ shape }) => shape === 'any');
