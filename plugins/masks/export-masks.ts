/** A project -> pictures, masks, and the JSON files that say which class is which number and colour. */
import { readAnnotation } from '../../src/format/annotation.ts';
import { normalizeMeta } from '../../src/format/meta.ts';
import type { ImageAnnotation } from '../../src/format/model.ts';
import { datasetFolder } from '../../src/format/project-paths.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { createLosses } from '../../src/plugin-kit/losses.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ExportContext, ExportedItem } from '../../src/plugin-kit/plugin.ts';
import { createProblemBook, type ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { createWorkers, mapInOrder, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import { MACHINE_MAP, SEMANTIC_MAP } from './class-maps.ts';
import { MOST_CLASSES, type PlannedClass, planClasses } from './class-plan.ts';
import type { Painted, PaintJob } from './mask-painting.ts';
import { type ExportOptions, exportOptions } from './options.ts';
import { type JobContext, paintJob, sizeOf } from './paint-jobs.ts';

const AHEAD_PER_WORKER = 4;
/** Fewer are drawn before a thread would have started. */
const WORTH_THREADS = 16;

interface Work extends Omit<JobContext, 'annotation' | 'size'> {
  book: ProblemBook;
  workers: Workers<PaintJob, Painted>;
  nameOf(dataset: string, name: string): string;
}

export async function exportMasks(ctx: ExportContext): Promise<void> {
  const { project, report } = ctx;
  const options = exportOptions(ctx.options);
  if (!(options.machine || options.human || options.instances || options.semanticRgb))
    throw new SlyError('SLY_PLUGIN_OPTIONS', {
      detail: 'expected at least one kind of mask, got none',
      hint: 'Set machine_masks, human_masks, instance_masks or semantic_rgb_masks.',
    });
  const classes = planClasses(project.meta.classes);
  await addClassFiles(ctx, classes, options);
  const work: Work = {
    options,
    classes,
    places: new Map(classes.map(({ title }, i) => [title, i])),
    losses: createLosses('masks'),
    book: createProblemBook(report),
    workers: createWorkers<PaintJob, Painted>(
      siblingModule(import.meta.url, 'paint-worker'),
      ctx.project.total < WORTH_THREADS ? { count: 0 } : {},
    ),
    nameOf: createStems(),
  };
  for (let i = MOST_CLASSES; i < project.meta.classes.length; i++)
    work.losses.add('class beyond number 65535');
  try {
    const items = mapInOrder(
      wantedItems(ctx, options),
      (item) => paint(work, ctx, item),
      work.workers.count * AHEAD_PER_WORKER,
    );
    let done = 0;
    for await (const { item, annotation, painted } of items) {
      ctx.signal.throwIfAborted();
      ctx.progress('Writing masks', done++, project.total);
      await sayLost(work, item, painted);
      if (painted instanceof SlyError) continue;
      await addItem(ctx, work, { item, annotation, painted });
      await work.book.flush();
    }
    ctx.progress('Writing masks', project.total, project.total);
  } finally {
    await work.workers.close();
  }
  await work.book.finish();
  await work.losses.report(report);
}

async function* wantedItems(
  { project, signal }: ExportContext,
  { onlyAnnotated }: ExportOptions,
): AsyncGenerator<ExportedItem> {
  for await (const item of project.items()) {
    signal.throwIfAborted();
    const { objects, tags } = item.annotation;
    if (!onlyAnnotated || objects.length > 0 || tags.length > 0) yield item;
  }
}

async function addClassFiles(
  { archive, project }: ExportContext,
  classes: readonly PlannedClass[],
  { annotations, semanticRgb }: ExportOptions,
): Promise<void> {
  const listed = (numbersFor: (one: PlannedClass) => number[]): string =>
    `${JSON.stringify(Object.fromEntries(classes.map((one) => [one.title, numbersFor(one)])), null, 2)}\n`;
  await archive.addText(
    MACHINE_MAP,
    listed(({ number }) => [number, number, number]),
  );
  if (semanticRgb)
    await archive.addText(
      SEMANTIC_MAP,
      listed(({ colour }) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]),
    );
  if (annotations) await archive.addText('meta.json', `${JSON.stringify(normalizeMeta(project.meta))}\n`);
}

interface PaintedItem {
  item: ExportedItem;
  annotation: ImageAnnotation;
  painted: Painted | SlyError;
}

/** Never rejects for what is wrong with one item. */
async function paint(work: Work, ctx: ExportContext, item: ExportedItem): Promise<PaintedItem> {
  const { workers } = work;
  const size = sizeOf(item);
  if (size instanceof SlyError) return { item, annotation: item.annotation, painted: size };
  const { annotation, problems } = readAnnotation({ ...item.annotation, size }, ctx.project.meta);
  for (const { severity, place, code, message } of problems)
    if (severity !== 'warning')
      work.book.note('warning', 'labels that cannot be read', () => ({
        file: item.source,
        place,
        code,
        message,
      }));
  if (annotation === undefined)
    return {
      item,
      annotation: item.annotation,
      painted: new SlyError('SLY_FORMAT_INVALID', { detail: 'its annotation cannot be read' }),
    };
  try {
    return { item, annotation, painted: await workers.run(paintJob(item, { annotation, size, ...work })) };
  } catch (error) {
    if (!(error instanceof SlyError)) throw error;
    return { item, annotation, painted: error };
  }
}

async function sayLost({ book }: Work, item: ExportedItem, painted: Painted | SlyError): Promise<void> {
  if (painted instanceof SlyError) {
    const { code, detail: message } = painted;
    book.note('failed', 'items without masks', () => ({ file: item.source, code, message }));
    return;
  }
  for (const { at, code, message } of painted.lost)
    book.note('warning', 'labels without pixels', () => ({
      file: item.source,
      place: `objects[${at}]`,
      code,
      message,
    }));
  const { humanFault } = painted;
  if (humanFault !== undefined)
    book.note('warning', 'pictures without a human mask', () => ({
      file: item.source,
      ...humanFault,
      hint: 'It has its other masks.',
    }));
}

async function addItem(
  { archive }: ExportContext,
  { options, classes, losses, nameOf }: Work,
  { item, annotation, painted }: { item: ExportedItem; annotation: ImageAnnotation; painted: Painted },
): Promise<void> {
  const folder = datasetFolder(item.dataset);
  const name = nameOf(item.dataset, item.name);
  const stem = stemOf(name);
  if (item.file === undefined) losses.add('picture that is a link (it is written without)');
  else if (!options.onlyAnnotations) await archive.addFile(`${folder}/img/${name}`, item.file);
  if (options.annotations)
    await archive.addText(`${folder}/ann/${name}.json`, `${JSON.stringify(annotation)}\n`);
  for (const [kind, png] of [
    ['masks_machine', painted.machine],
    ['masks_human', painted.human],
    ['masks_semantic_rgb', painted.rgb],
  ] as const)
    if (png !== undefined) await archive.addText(`${folder}/${kind}/${stem}.png`, png);
  const numbers = new Map<string, number>();
  for (const { which, png } of painted.instances) {
    const word = classes[which]?.word ?? 'object';
    const number = numbers.get(word) ?? 0;
    numbers.set(word, number + 1);
    const file = number === 0 ? word : `${word}_${String(number).padStart(2, '0')}`;
    await archive.addText(`${folder}/masks_instances/${stem}/${file}.png`, png);
  }
  await archive.written(item);
}

/** Masks go by the stem of their picture: `a.jpg` and `a.png` of one dataset need two. */
function createStems(): (dataset: string, name: string) => string {
  const taken = new Map<string, Set<string>>();
  return (dataset, name) => {
    let stems = taken.get(dataset);
    if (stems === undefined) {
      stems = new Set();
      taken.set(dataset, stems);
    }
    const stem = stemOf(name);
    let free = stem;
    for (let n = 1; stems.has(free); n++) free = `${stem}_${String(n).padStart(2, '0')}`;
    stems.add(free);
    return free + name.slice(stem.length);
  };
}
