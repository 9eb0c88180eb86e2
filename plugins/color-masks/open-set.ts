/** The data set an import is about, with its classes and the list of its pictures. */
import { SlyError } from '../../src/lib/errors.ts';
import type { ImportContext, SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { chooseSet } from './choose-set.ts';
import { customSet, type FoundLegend, findLegend, planCustom } from './custom-set.ts';
import type { DataSet } from './data-set.ts';
import { readLegend, readNames } from './legend-lines.ts';
import type { ImportOptions } from './options.ts';
import { type Plan, planPairs } from './plan-pairs.ts';
import { DATA_SETS } from './tables.ts';

export interface OpenSet extends Plan {
  set: DataSet;
}

/** Throws SLY_FORMAT_INVALID when there is no such data set, or not one picture with a mask. */
export async function openSet(
  { tree }: Pick<ImportContext, 'tree'>,
  options: ImportOptions,
  book: ProblemBook,
): Promise<OpenSet> {
  if (options.legend !== '' || options.set === 'custom') return openCustom(tree, options, book);
  const set = options.set === 'auto' ? await chosen(tree, book) : named(options.set);
  if (set === undefined) return openCustom(tree, options, book);
  const { pairs, orphans, used } = await planPairs(set, tree);
  if (!pairs.some(({ mask }) => mask !== undefined)) {
    const [layout] = set.layouts;
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected pictures and masks as in ${set.title}, for example ${layout?.masks[0]}, got none`,
      hint: 'The README of this format shows the folders of each data set.',
    });
  }
  const names = set.names === undefined ? undefined : await withNames(set, tree, book);
  return { set: names?.set ?? set, pairs, orphans, used: [...used, ...(names?.used ?? [])] };
}

function named(name: string): DataSet {
  const set = DATA_SETS.find((one) => one.name === name);
  if (set === undefined)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `set: expected one of ${DATA_SETS.map((one) => one.name).join(', ')}, got ${name}`,
    });
  return set;
}

/** Undefined when it is none that is known, but a legend is there. */
async function chosen(tree: SourceTree, book: ProblemBook): Promise<DataSet | undefined> {
  const { set, because, other } = await chooseSet(tree);
  if (set !== undefined) {
    if (other !== undefined)
      book.note('warning', 'data sets in one tree', () => ({
        code: 'SLY_FORMAT_INVALID',
        message: `expected one data set, got ${set.title} and ${other.title}; the first is imported`,
        hint: `Set set: ${other.name} for the other.`,
      }));
    return set;
  }
  const legend = await findLegend(tree);
  if (legend?.numbers === 'colours') return undefined;
  throw new SlyError('SLY_FORMAT_INVALID', {
    detail: `expected a data set of masks that is known, got another: ${because}`,
    hint: 'Name it with the option set, or give the colours of its classes with the option legend.',
  });
}

async function openCustom(tree: SourceTree, options: ImportOptions, book: ProblemBook): Promise<OpenSet> {
  const legend: FoundLegend | undefined =
    options.legend === '' ? await findLegend(tree) : readLegend(options.legend);
  if (legend === undefined || legend.classes.length === 0)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected a class a line such as car #00008E, got ${legend?.faults[0]?.message ?? 'no file like colors.txt and no option legend'}`,
    });
  const { file, faults } = legend;
  for (const { line, message } of faults)
    book.note('warning', 'lines of the legend that are no class', () => ({
      ...(file === undefined ? {} : { file }),
      place: `line ${line}`,
      code: 'SLY_FORMAT_INVALID',
      message,
    }));
  const { pairs, orphans, doubtful } = planCustom(tree, options.masksFolder);
  if (!pairs.some(({ mask }) => mask !== undefined))
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected masks in ${options.masksFolder === '' ? 'a folder such as masks, labels or annotations' : `a folder ${options.masksFolder}`} named as their pictures, got none`,
      hint: 'Set masks_folder to the folder of the masks.',
    });
  for (const mask of doubtful)
    book.note('warning', 'masks that fit several pictures', () => ({
      file: mask,
      code: 'SLY_FORMAT_INVALID',
      message: 'expected one picture of this name, got several as near; the first was taken',
    }));
  return {
    set: customSet(legend),
    pairs,
    orphans,
    used: file === undefined ? [] : [{ file, as: 'classes' }],
  };
}

/** The data set with the classes its text file names; without the file they are numbered. */
async function withNames(
  set: DataSet,
  tree: SourceTree,
  book: ProblemBook,
): Promise<{ set: DataSet; used: Plan['used'] }> {
  const { names } = set;
  const file = nearestTop(tree, names?.files ?? []);
  if (names === undefined || file === undefined) {
    book.note('warning', 'files of names', () => ({
      code: 'SLY_NOT_FOUND',
      message: `expected ${names?.files.join(' or ')} with the names of the classes, got none; they are numbered`,
    }));
    return { set, used: [] };
  }
  const mapping = names.mapping === undefined ? undefined : nearestTop(tree, names.mapping);
  if (names.mapping !== undefined && mapping === undefined) return { set, used: [] };
  const classes = readNames(
    await tree.text(file),
    names.lines,
    mapping === undefined ? undefined : await tree.text(mapping),
  );
  const ground = set.legend.background;
  const used = [file, ...(mapping === undefined ? [] : [mapping])].map((one) => ({
    file: one,
    as: 'classes',
  }));
  return {
    set: {
      ...set,
      legend: { ...set.legend, classes: classes.filter(({ from }) => from !== ground?.from) },
    },
    used,
  };
}

function nearestTop(tree: SourceTree, names: readonly string[]): string | undefined {
  let best: string | undefined;
  for (const { path } of tree.files) {
    const base = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
    if (names.includes(base) && (best === undefined || path.split('/').length < best.split('/').length))
      best = path;
  }
  return best;
}
