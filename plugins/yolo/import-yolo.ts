/**
 * YOLO -> items. First what the source says of itself (data.yaml, Darknet's files), then one round over all label
 * files for the task and the classes, then one over the pictures.
 */
import type { Label } from '../../src/format/model.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import { createLabelledItems, type LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { type Pair, pairLabels } from '../../src/plugin-kit/pair-labels.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { defineClasses, type YoloClass } from './classes.ts';
import { COCO_NAMES } from './coco-names.ts';
import { configFor, folderOf, type YoloConfig } from './config.ts';
import { findConfigs } from './find-configs.ts';
import { findSplits } from './find-splits.ts';
import { createLabelStore, type LabelStore } from './label-store.ts';
import { createLineReader, type LineReader } from './line-reader.ts';
import { type ImportOptions, importOptions } from './options.ts';
import { createLineContext, readLabels } from './read-labels.ts';
import { reportStrays } from './strays.ts';
import { createSurvey, type Survey, type TaskGuess } from './survey.ts';

/** Labels under one config: they are of one task and have the same classes. */
interface Group {
  config: YoloConfig | undefined;
  survey: Survey;
  guess: TaskGuess;
  classes: Map<number, YoloClass>;
}

interface Work {
  pairs: readonly Pair[];
  store: LabelStore;
  reader: LineReader;
  /** Of each pair; undefined for a label file that cannot be read. */
  groups: readonly (Group | undefined)[];
}

const LABEL_FOLDERS = /^(?:labels?|labels[-_].*|annotations?|ann|txts?)$/i;

export async function importYolo(ctx: ImportContext): Promise<void> {
  const options = importOptions(ctx.options);
  const items = createLabelledItems(ctx);
  const { book } = items;
  const { configs, taken } = await findConfigs(ctx);
  const splits = await findSplits(ctx, configs, { mode: options.datasets, book });
  const { pairs, strays } = await pairLabels(ctx.tree, {
    folders: LABEL_FOLDERS,
    signal: ctx.signal,
    taken: new Set([...taken, ...splits.lists]),
  });
  const store = createLabelStore(
    pairs.length,
    pairs.reduce((sum, { label }) => sum + label.size, 0),
  );
  const reader = createLineReader();
  const groups = await surveyAll(ctx, { pairs, store, reader, configs, book });
  for (const group of new Set(groups)) if (group !== undefined) await settle(ctx, group, options);
  await writeItems(ctx, { pairs, store, reader, groups }, { items, options, datasetOf: splits.datasetOf });
  await items.addRest('a label file', splits.datasetOf);
  await reportStrays(ctx, strays, book);
  await items.finish();
}

async function surveyAll(
  ctx: ImportContext,
  {
    pairs,
    store,
    reader,
    configs,
    book,
  }: {
    pairs: readonly Pair[];
    store: LabelStore;
    reader: LineReader;
    configs: readonly YoloConfig[];
    book: ProblemBook;
  },
): Promise<(Group | undefined)[]> {
  const breathe = createBreathe(ctx.signal);
  const byConfig = new Map<YoloConfig | undefined, Group>();
  const byFolder = new Map<string, Group>();
  const groups: (Group | undefined)[] = new Array(pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    const label = pairs[i]?.label;
    if (label === undefined) continue;
    if (i % 1024 === 0) ctx.progress('Reading labels', i, pairs.length);
    await breathe();
    const folder = folderOf(label.path);
    let group = byFolder.get(folder);
    if (group === undefined) {
      const config = configFor(configs, label.path);
      group = byConfig.get(config) ?? newGroup(config);
      byConfig.set(config, group);
      byFolder.set(folder, group);
    }
    if (!load(ctx, i, { label, store, reader, book })) continue;
    group.survey.take(reader);
    groups[i] = group;
  }
  await book.flush();
  return groups;
}

/** Gives the reader the text of a label file; false when it cannot be read, which is reported. */
function load(
  { tree }: ImportContext,
  index: number,
  {
    label,
    store,
    reader,
    book,
  }: { label: Pair['label']; store: LabelStore; reader: LineReader; book: ProblemBook },
): boolean {
  try {
    // The tree was looked at by this process: its paths lead nowhere else.
    store.read(index, `${tree.root}/${label.path}`, label.size);
  } catch (error) {
    const { code, detail: message } = toSlyError(error);
    book.note('failed', 'label files that cannot be read', () => ({ file: label.path, code, message }));
    return false;
  }
  reader.load(store.bytes, store.from, store.to);
  return true;
}

const newGroup = (config: YoloConfig | undefined): Group => ({
  config,
  survey: createSurvey(),
  guess: { task: 'detect', keypoints: undefined },
  classes: new Map(),
});

async function settle(ctx: ImportContext, group: Group, options: ImportOptions): Promise<void> {
  const { config, survey } = group;
  group.guess = survey.task(options.task, config?.keypoints);
  if (group.guess.task === 'pose' && group.guess.keypoints === undefined) {
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected kpt_shape in data.yaml, or lines of keypoints with visibility, got none',
      hint: 'Add kpt_shape: [number of keypoints, 2 or 3] to data.yaml, or set task: auto.',
      ...(config === undefined ? {} : { file: config.file }),
    });
  }
  const shapes = survey.shapes(group.guess);
  let names = config?.names;
  if (names === undefined) {
    const coco = survey.maxClass < COCO_NAMES.length;
    names = coco ? new Map(COCO_NAMES.entries()) : numbered(shapes.keys());
    if (survey.lines > 0) {
      await ctx.report.warning({
        code: 'SLY_NOT_FOUND',
        message: `expected names of classes (data.yaml, classes.txt, obj.names), got none; ${coco ? 'they are called as the 80 of COCO' : 'they are called class_0, ...'}`,
      });
    }
  }
  group.classes = defineClasses(ctx.project, {
    config,
    names,
    all: config !== undefined,
    shapes,
    guess: group.guess,
    obb: options.obb,
  });
}

const numbered = (indices: Iterable<number>): Map<number, string> =>
  new Map([...indices].map((index) => [index, `class_${index}`]));

interface Target {
  items: LabelledItems;
  options: ImportOptions;
  datasetOf(picture: string): string;
}

async function writeItems(ctx: ImportContext, work: Work, target: Target): Promise<void> {
  const { pairs, store, reader, groups } = work;
  const { items, datasetOf } = target;
  const context = createLineContext(ctx.project, target.options);
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i];
    if (pair === undefined) continue;
    if (i % 256 === 0) ctx.progress('Converting', i, pairs.length);
    const group = groups[i];
    const picture = items.look(pair.picture);
    if (group !== undefined) await ctx.report.used(pair.label.path, 'labels');
    if (picture === undefined) continue;
    let labels: Label[] = [];
    if (group !== undefined && load(ctx, i, { label: pair.label, store, reader, book: items.book })) {
      const { config, guess, classes } = group;
      labels = readLabels({
        reader,
        file: pair.label.path,
        namedBy: config?.file,
        guess,
        classes,
        items,
        context: context(picture, guess),
      });
    }
    await items.add(picture, { dataset: datasetOf(pair.picture), labels });
  }
}
