/** Every picture with the labels of its mask. Masks are decoded in threads, a few ahead of the project. */
import { createHash } from 'node:crypto';
import type { Label } from '../../src/format/model.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import {
  createLabelledItems,
  type LabelledItems,
  type LookedAt,
} from '../../src/plugin-kit/labelled-items.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createWorkers, mapInOrder, siblingModule } from '../../src/plugin-kit/workers.ts';
import { wantedBackground } from './classify.ts';
import { type DataSet, hexColour } from './data-set.ts';
import type { MaskJob, MaskResult } from './mask-job.ts';
import type { MaskLabel } from './mask-labels.ts';
import type { Pair } from './match-layout.ts';
import { openSet } from './open-set.ts';
import { type ImportOptions, readOptions } from './options.ts';

interface Ready {
  pair: Pair;
  picture: LookedAt;
  /** Undefined without a mask. */
  result?: MaskResult | SlyError;
}

export async function importColourMasks(ctx: ImportContext): Promise<void> {
  const options = readOptions(ctx.options);
  const items = createLabelledItems(ctx);
  const { set, pairs, orphans, used } = await openSet(ctx, options, items.book);
  for (const { file, as } of used) await ctx.report.used(file, as);
  defineClasses(ctx, set, options);
  const workers = createWorkers<MaskJob, MaskResult>(siblingModule(import.meta.url, 'mask-worker'), {
    count: 2,
  });
  const work = async ({ pair, picture }: Ready): Promise<Ready> => {
    if (pair.mask === undefined) return { pair, picture };
    try {
      return { pair, picture, result: await workers.run(jobOf(ctx, set, options, pair, picture)) };
    } catch (error) {
      if (!(error instanceof SlyError) || error.code === 'SLY_INTERNAL') throw error;
      return { pair, picture, result: error };
    }
  };
  try {
    let done = 0;
    for await (const ready of mapInOrder(lookAt(pairs, items), work, 2 * workers.count + 1)) {
      await addItem(ctx, items, set, options, ready);
      ctx.progress('Importing pictures', ++done, pairs.length);
    }
  } finally {
    await workers.close();
  }
  for (const file of orphans)
    items.book.note('skipped', 'masks without a picture', () => ({
      file,
      code: 'SLY_NOT_FOUND',
      message: `expected a picture for this mask as in ${set.title}, got none`,
    }));
  await items.finish();
}

function* lookAt(pairs: readonly Pair[], items: LabelledItems): Generator<Ready> {
  for (const pair of pairs) {
    const picture = items.look(pair.picture);
    if (picture !== undefined) yield { pair, picture };
  }
}

function defineClasses({ project }: ImportContext, set: DataSet, { background }: ImportOptions): void {
  const ground = wantedBackground(set.legend.background, background);
  for (const { title, color } of [...(ground === undefined ? [] : [ground]), ...set.legend.classes])
    project.defineClass({ title, shape: 'bitmap', ...(color === undefined ? {} : { color }) });
}

function jobOf(
  { tree }: ImportContext,
  set: DataSet,
  options: ImportOptions,
  { mask = '', neutral }: Pair,
  { width, height }: LookedAt,
): MaskJob {
  return {
    file: tree.locate(mask),
    ...(neutral === undefined ? {} : { neutral: tree.locate(neutral) }),
    read: set.read,
    legend: set.legend,
    size: { width, height },
    objects: options.objects === 'auto' ? set.objects : options.objects,
    choices: { background: options.background, nearest: options.nearest },
  };
}

async function addItem(
  ctx: ImportContext,
  items: LabelledItems,
  set: DataSet,
  options: ImportOptions,
  { pair, picture, result }: Ready,
): Promise<void> {
  const { mask } = pair;
  let labels: Label[] = [];
  if (mask === undefined)
    items.book.note('warning', 'pictures without a mask', () => ({
      file: pair.picture,
      code: 'SLY_NOT_FOUND',
      message: 'expected a mask for this picture, got none; it is imported without labels',
    }));
  else if (result instanceof SlyError) unreadable(items, options, mask, result);
  else if (result !== undefined) {
    tell(items, set, mask, picture, result);
    labels = labelsOf(ctx, mask, result.labels);
    await ctx.report.used(mask, 'mask');
    if (pair.neutral !== undefined) await ctx.report.used(pair.neutral, 'second mask');
  }
  await items.add(picture, {
    dataset: datasetOf(pair, options),
    ...(pair.name === undefined ? {} : { name: pair.name }),
    labels,
  });
}

function datasetOf({ dataset, picture }: Pair, { datasets }: ImportOptions): string {
  if (datasets === 'one') return ONLY_DATASET;
  return datasets === 'folder' ? folderDataset(picture) : dataset;
}

/** The mask counts as failed; what becomes of the picture is up to `bad_annotation`. */
function unreadable(items: LabelledItems, options: ImportOptions, mask: string, error: SlyError): void {
  const { code, detail: message, hint } = error;
  const problem = { file: mask, code, message, ...(hint === undefined ? {} : { hint }) };
  items.book.note('failed', 'masks that cannot be read', () => problem);
  if (options.badAnnotation !== 'skip-annotation') items.fault('masks that cannot be read', () => problem);
}

const SHOWN = 5;

function tell(items: LabelledItems, set: DataSet, mask: string, picture: LookedAt, result: MaskResult): void {
  const { unknown, faults, scaled, turned, noisy } = result;
  const code = 'SLY_FORMAT_INVALID';
  const size = `${picture.width} x ${picture.height}`;
  for (const { place, message } of faults)
    items.fault('masks in files of parts', () => ({ file: mask, place, code, message }));
  if (turned === true)
    items.fault('masks that are turned', () => ({
      file: mask,
      code,
      message: `expected a mask of ${size} as its picture, got ${scaled?.width} x ${scaled?.height}: it is turned`,
      hint: 'The picture may carry an EXIF orientation; turn its pixels and import again.',
    }));
  else if (scaled !== undefined)
    items.book.note('warning', 'masks of another size than their picture', () => ({
      file: mask,
      code,
      message: `expected a mask of ${size} as its picture, got ${scaled.width} x ${scaled.height}; it was scaled`,
    }));
  if (noisy.length > 0)
    items.book.note('warning', 'masks of too many parts', () => ({
      file: mask,
      code,
      message: `expected connected parts, got noise in ${noisy.join(', ')}; kept as one bitmap each`,
    }));
  if (unknown.length === 0) return;
  const pixels = unknown.reduce((sum, one) => sum + one.pixels, 0);
  const name = (number: number): string =>
    set.legend.numbers === 'colours' ? hexColour(number) : String(number | 0);
  const some = unknown.slice(0, SHOWN).map((one) => `${name(one.number)} (${one.pixels})`);
  items.fault('masks with numbers the legend does not have', () => ({
    file: mask,
    code,
    message: `expected the ${set.legend.numbers} of ${set.title}, got ${pixels} pixels of others: ${some.join(', ')}${unknown.length > SHOWN ? ', ...' : ''}; they are no label`,
    ...(set.legend.numbers === 'colours'
      ? { hint: 'Where colours are blurred, nearest_colour takes the closest one.' }
      : {}),
  }));
}

function labelsOf({ project }: ImportContext, mask: string, made: readonly MaskLabel[]): Label[] {
  const counts = new Map<number, number>();
  for (const { object } of made) if (object !== undefined) counts.set(object, (counts.get(object) ?? 0) + 1);
  return made.map(({ title, color, bitmap, object }) => ({
    classTitle: project.defineClass({ title, shape: 'bitmap', ...(color === undefined ? {} : { color }) }),
    geometryType: 'bitmap',
    shape: 'bitmap',
    tags: [],
    bitmap,
    ...(object !== undefined && (counts.get(object) ?? 0) > 1 ? { instance: keyOf(mask, object) } : {}),
  }));
}

const keyOf = (mask: string, object: number): string =>
  createHash('sha256').update(`${mask} ${object}`).digest('hex').slice(0, 32);
