/**
 * Which data set a tree is: a few pictures of each folder are held against every layout, and the numbers of one
 * mask against the legend. Reads one small mask a candidate, however many files there are.
 */
import { toSlyError } from '../../src/lib/errors.ts';
import { createFileFinder } from '../../src/plugin-kit/file-finder.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { createClassifier } from './classify.ts';
import type { DataSet } from './data-set.ts';
import { matGrid } from './mat/mat-grid.ts';
import { readMat } from './mat/read-mat.ts';
import { matchLayout, type Pair } from './match-layout.ts';
import { readGrid, readSmall } from './read-grid.ts';
import { DATA_SETS } from './tables.ts';

export interface Choice {
  set?: DataSet;
  /** The mask's numbers were seen to be of the legend. */
  proven: boolean;
  because: string;
  /** Another that fits as well. */
  other?: DataSet;
}

const PER_FOLDER = 8;
const FOLDERS = 4000;
const MAX_SEEN_BYTES = 16 << 20;
const TRIED = 3;
/** So many numbers in one mask are no labels but a photo. */
const MOST_NUMBERS = 512;
/** Share of the pixels whose number the legend has. */
const ENOUGH = 0.9;

export async function chooseSet(tree: SourceTree): Promise<Choice> {
  const samples = samplePictures(tree);
  if (samples.length === 0) return { proven: false, because: 'no file has the name of a picture' };
  const find = createFileFinder(tree);
  let choice: Choice | undefined;
  let why = '';
  for (const set of DATA_SETS) {
    const pairs: Pair[] = [];
    for (const picture of samples) {
      const pair = matchLayout(set, picture, find);
      if (pair?.mask !== undefined) pairs.push(pair);
    }
    const [first] = pairs;
    if (first === undefined || !isMarked(set, first, tree)) continue;
    const seen = await prove(set, pairs, tree);
    if (seen.against !== undefined) {
      why ||= seen.against;
      continue;
    }
    if (choice?.proven === true && seen.proven) choice.other ??= set;
    if (choice !== undefined && (choice.proven || !seen.proven)) continue;
    const lies = `${first.picture} has its mask ${first.mask} as in ${set.title}`;
    choice = {
      set,
      proven: seen.proven,
      because: seen.proven ? `${lies}, and the mask has its numbers` : `${lies}, but ${seen.doubt ?? ''}`,
    };
  }
  return (
    choice ?? {
      proven: false,
      because: why || 'no folders of pictures and masks as in a data set that is known',
    }
  );
}

/** Some of each folder, so that the cost follows the number of folders, and of those at most some thousand. */
export function samplePictures(tree: SourceTree): string[] {
  const counts = new Map<string, number>();
  const samples: string[] = [];
  for (const { path } of tree.files) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const count = counts.get(folder) ?? 0;
    if (count >= PER_FOLDER || (count === 0 && counts.size >= FOLDERS) || !isImageName(path)) continue;
    counts.set(folder, count + 1);
    samples.push(path);
  }
  return samples;
}

function isMarked(set: DataSet, pair: Pair, tree: SourceTree): boolean {
  const { marks } = set;
  if (marks === undefined || marks.test(pair.picture) || marks.test(pair.mask ?? '')) return true;
  return tree.files.some((file) => /\.txt$/i.test(file.path) && marks.test(file.path));
}

interface Seen {
  proven: boolean;
  /** Its numbers are others. */
  against?: string;
  /** It could not be read. */
  doubt?: string;
}

async function prove(set: DataSet, pairs: readonly Pair[], tree: SourceTree): Promise<Seen> {
  const small = new Set(
    pairs.flatMap(({ mask }) => (mask === undefined || sizeOf(tree, mask) > MAX_SEEN_BYTES ? [] : [mask])),
  );
  let doubt = 'no mask is small enough to look into';
  for (const mask of [...small].slice(0, TRIED)) {
    try {
      const share = await knownShare(set, tree.locate(mask));
      return share >= ENOUGH
        ? { proven: true }
        : {
            proven: false,
            against: `${mask} lies as in ${set.title}, but ${Math.round(100 * (1 - share))} % of its pixels have other numbers`,
          };
    } catch (error) {
      doubt = `${mask} cannot be read: ${toSlyError(error).detail}`;
    }
  }
  return { proven: false, doubt };
}

/** Of the pixels of a mask, those the legend knows. Throws when the mask cannot be read. */
export async function knownShare(set: DataSet, file: string): Promise<number> {
  if (set.read.kind === 'mat-parts') {
    const { variable } = set.read;
    return readMat(readSmall(file), { wanted: new Set([variable]) }).get(variable)?.kind === 'struct' ? 1 : 0;
  }
  const { numbers } =
    set.read.kind === 'mat'
      ? matGrid(readMat(readSmall(file)).get(set.read.variable), set.read.variable)
      : await readGrid(file, set.read, set.legend.numbers);
  const classifier = createClassifier(set.legend, { background: 'import', nearest: 0 });
  const counts = new Map<number, number>();
  for (const number of numbers) {
    counts.set(number, (counts.get(number) ?? 0) + 1);
    if (counts.size > MOST_NUMBERS) return 0;
  }
  let known = 0;
  for (const [number, count] of counts) if (classifier.of(number) !== 'unknown') known += count;
  return known / numbers.length;
}

function sizeOf(tree: SourceTree, path: string): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return tree.byBaseName(name).find((file) => file.path === path)?.size ?? Number.POSITIVE_INFINITY;
}
