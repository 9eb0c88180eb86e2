/** Pictures with masks -> items with bitmaps. Masks are decoded and split in worker threads. */
import type { Label } from '../../src/format/model.ts';
import {
  createLabelledItems,
  type LabelledItems,
  type LookedAt,
} from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext, Problem } from '../../src/plugin-kit/plugin.ts';
import { createWorkers, mapInOrder, siblingModule, type Workers } from '../../src/plugin-kit/workers.ts';
import { readClassMaps } from './class-maps.ts';
import type { MeantClasses } from './class-titles.ts';
import { findMaskLayout, type MaskLayout, type PictureMasks } from './layout.ts';
import type { MaskFault, MaskJob, MaskResult } from './mask-reading.ts';
import { createMeanings, type Meanings } from './meanings.ts';
import { datasetOf, type ImportOptions, importOptions } from './options.ts';
import { folderRole } from './roles.ts';

/** Answers that may wait while the first of them is still being worked on. */
const AHEAD_PER_WORKER = 4;
const WORTH_THREADS = 16;

export async function importMasks(ctx: ImportContext): Promise<void> {
  const options = importOptions(ctx.options);
  const items = createLabelledItems(ctx);
  const layout = findMaskLayout(ctx.tree);
  const maps = await readClassMaps(ctx.tree);
  const meanings = await createMeanings(ctx, layout, maps, options);
  const faults = createFaults(ctx, items, options);
  for (const { file } of maps.files) await ctx.report.used(file, 'classes of the masks');
  for (const problem of maps.broken) await faults.say('class lists that cannot be read', problem);
  await sayUnused(ctx, items, layout);
  for (const pair of layout.pairs) for (const file of masksOf(pair)) items.claim(file);
  const workers = openWorkers(layout.pairs.length);
  try {
    await writeItems(ctx, { layout, items, meanings, faults, options, workers });
  } finally {
    await workers.close();
  }
  const roots = new Map(layout.twins.map(({ file, picture }) => [file, picture]));
  for (const [file, picture] of roots) {
    items.book.note('warning', 'pictures whose mask went to another picture', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected one picture for a mask, got also ${picture}, which has it`,
    }));
  }
  await items.addRest('a mask', (file) => datasetOf(folderKey(file), options.datasets));
  await items.finish();
}

/** Few masks are read before a thread would have started. */
function openWorkers(pictures: number): Workers<MaskJob, MaskResult> {
  const module = siblingModule(import.meta.url, 'read-worker');
  return createWorkers<MaskJob, MaskResult>(module, pictures < WORTH_THREADS ? { count: 0 } : {});
}

interface Faults {
  /** A mask (or a list of classes) that cannot be used, by its file. */
  say(kind: string, problem: Problem): Promise<void>;
}

/** The file counts as failed whatever the policy; beyond that the policy decides. */
function createFaults(ctx: ImportContext, items: LabelledItems, { policy }: ImportOptions): Faults {
  return {
    async say(kind, problem) {
      await ctx.report.failed(problem);
      if (policy === 'skip-item' || policy === 'stop') items.fault(kind, () => problem);
    },
  };
}

/** Files that are neither pictures nor read. */
async function sayUnused(ctx: ImportContext, items: LabelledItems, layout: MaskLayout): Promise<void> {
  const skip = async (file: string, message: string, code = 'SLY_FILE_UNUSED'): Promise<void> => {
    items.claim(file);
    await ctx.report.skipped({ file, code, message });
  };
  for (const file of layout.human)
    await skip(file, 'a picture of labels to look at; the labels come from the other masks');
  for (const file of layout.orphans)
    await skip(file, 'expected a picture of that name for the mask, got none', 'SLY_NOT_FOUND');
  for (const { file, taken, picture } of layout.doubles)
    await skip(file, `expected one mask for ${picture}, got also ${taken}, which was taken`);
}

interface Work {
  layout: MaskLayout;
  items: LabelledItems;
  meanings: Meanings;
  faults: Faults;
  options: ImportOptions;
  workers: Workers<MaskJob, MaskResult>;
}

interface Read {
  pair: PictureMasks;
  picture: LookedAt | undefined;
  semantic?: { file: string; classes: MeantClasses };
  result?: MaskResult;
}

async function writeItems(ctx: ImportContext, work: Work): Promise<void> {
  const { layout, workers } = work;
  let done = 0;
  const read = (pair: PictureMasks): Promise<Read> => readPair(ctx, work, pair);
  for await (const one of mapInOrder(layout.pairs, read, workers.count * AHEAD_PER_WORKER)) {
    ctx.signal.throwIfAborted();
    ctx.progress('Converting', done++, layout.pairs.length);
    await writeItem(ctx, work, one);
  }
  ctx.progress('Converting', done, layout.pairs.length);
}

async function readPair(ctx: ImportContext, work: Work, pair: PictureMasks): Promise<Read> {
  const { items, meanings, options, workers } = work;
  const picture = items.look(pair.picture);
  if (picture === undefined) return { pair, picture };
  const semantic = semanticOf(pair, meanings, options);
  const instances = options.masks === 'semantic' ? [] : (pair.instances ?? []);
  const result = await workers.run({
    width: picture.width,
    height: picture.height,
    ...(semantic === undefined
      ? {}
      : { semantic: { file: ctx.tree.locate(semantic.file), meaning: semantic.classes.meaning } }),
    instances: instances.map(({ file }) => ctx.tree.locate(file)),
    threshold: options.threshold,
    parts: options.parts,
  });
  return { pair, picture, result, ...(semantic === undefined ? {} : { semantic }) };
}

/** Machine masks say the same as colour masks, and more where two classes have one colour. */
function semanticOf(
  { picture, machine, rgb }: PictureMasks,
  meanings: Meanings,
  { masks }: ImportOptions,
): { file: string; classes: MeantClasses } | undefined {
  if (masks === 'instances') return undefined;
  if (machine !== undefined) return { file: machine, classes: meanings.machine(picture) };
  return rgb === undefined ? undefined : { file: rgb, classes: meanings.rgb(picture) };
}

async function writeItem(ctx: ImportContext, work: Work, read: Read): Promise<void> {
  const { items, options } = work;
  const { pair, picture, result } = read;
  if (picture === undefined || result === undefined) {
    for (const file of masksOf(pair))
      await ctx.report.skipped({
        file,
        code: 'SLY_FILE_UNUSED',
        message: `its picture ${pair.picture} cannot be read`,
      });
    return;
  }
  const single = await instanceLabels(ctx, work, read, result);
  const classes = new Set(single.map(({ classTitle }) => classTitle));
  const whole = await semanticLabels(ctx, work, read, result);
  const labels =
    options.masks === 'auto' ? whole.filter(({ classTitle }) => !classes.has(classTitle)) : whole;
  await sayUnread(ctx, pair, read, options);
  await items.add(picture, {
    dataset: datasetOf(pair.key, options.datasets),
    labels: [...labels, ...single],
  });
}

async function semanticLabels(
  ctx: ImportContext,
  { faults, items }: Work,
  { pair, semantic }: Read,
  result: MaskResult,
): Promise<Label[]> {
  if (semantic === undefined) return [];
  const { file, classes } = semantic;
  if (result.semanticFault !== undefined) {
    await sayFault(faults, file, result.semanticFault);
    return [];
  }
  await ctx.report.used(file, `mask of ${pair.picture}`);
  if (result.unknown.length > 0) {
    const list = result.unknown.slice(0, 5).map(([value, pixels]) => `${value} (${pixels} pixels)`);
    items.fault('masks with numbers of no class', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected numbers or colours of the given classes, got ${list.join(', ')}${result.unknown.length > 5 ? ' and others' : ''}`,
      hint: 'Give them a class with the option classes_mapping.',
    }));
  }
  return (result.semantic ?? []).map(({ which, bitmap }) => labelOf(classes.titleOf(which), bitmap));
}

async function instanceLabels(
  ctx: ImportContext,
  { faults, meanings, items, options }: Work,
  { pair }: Read,
  result: MaskResult,
): Promise<Label[]> {
  const labels: Label[] = [];
  if (options.masks === 'semantic') return labels;
  const classOf = meanings.instance(pair.picture);
  for (const [i, { file, named }] of (pair.instances ?? []).entries()) {
    const read = result.instances[i];
    if (read === undefined) continue;
    if ('fault' in read) {
      await sayFault(faults, file, read.fault);
      continue;
    }
    await ctx.report.used(file, `mask of an object in ${pair.picture}`);
    const { title, known } = classOf(named);
    if (!known)
      items.book.note('warning', 'masks of a class that is in no list', () => ({
        file,
        code: 'SLY_FORMAT_INVALID',
        message: `expected the name of a class, got ${JSON.stringify(named)}; it becomes a class`,
      }));
    for (const bitmap of read.bitmaps) labels.push(labelOf(title, bitmap));
  }
  return labels;
}

/** Masks of a picture the options left alone. */
async function sayUnread(
  ctx: ImportContext,
  pair: PictureMasks,
  { semantic }: Read,
  { masks }: ImportOptions,
): Promise<void> {
  const skip = (file: string, message: string): Promise<void> =>
    ctx.report.skipped({ file, code: 'SLY_FILE_UNUSED', message });
  for (const file of [pair.machine, pair.rgb]) {
    if (file === undefined || file === semantic?.file) continue;
    await skip(
      file,
      semantic === undefined ? `masks: ${masks} leaves it out` : `${semantic.file} says the same`,
    );
  }
  if (masks !== 'semantic') return;
  for (const { file } of pair.instances ?? []) await skip(file, 'masks: semantic leaves it out');
}

function labelOf(classTitle: string, bitmap: Extract<Label, { bitmap: unknown }>['bitmap']): Label {
  return { classTitle, tags: [], geometryType: 'bitmap', shape: 'bitmap', bitmap };
}

const sayFault = (faults: Faults, file: string, fault: MaskFault): Promise<void> =>
  faults.say('masks that cannot be used', { file, ...fault });

function masksOf({ machine, rgb, instances }: PictureMasks): string[] {
  return [machine, rgb, ...(instances ?? []).map(({ file }) => file)].filter((file) => file !== undefined);
}

function folderKey(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash < 0 ? '' : folderRole(file.slice(0, slash)).key;
}
