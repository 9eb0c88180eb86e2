/** All pictures of a data set with their masks, and the masks nobody has. */

import { createFileFinder } from '../../src/plugin-kit/file-finder.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { splitNamed } from '../../src/plugin-kit/splits.ts';
import type { DataSet, PictureLists } from './data-set.ts';
import { fill, matchLayout, type Pair } from './match-layout.ts';

export interface Plan {
  pairs: Pair[];
  /** Masks that lie beside used ones and belong to no picture. */
  orphans: string[];
  /** Files that were read to make the plan, and as what. */
  used: { file: string; as: string }[];
}

export async function planPairs(set: DataSet, tree: SourceTree): Promise<Plan> {
  const find = createFileFinder(tree);
  const lists = set.lists === undefined ? undefined : await readLists(set.lists, tree);
  const pairs: Pair[] = [];
  for (const { path } of tree.files) {
    const pair = matchLayout(set, path, find);
    if (pair === undefined) continue;
    const dataset = lists?.datasets.get(path);
    pairs.push(dataset === undefined ? pair : { ...pair, dataset });
  }
  // What is the mask of another is no picture, wherever it lies.
  const masks = new Set(pairs.map(({ mask }) => mask));
  const real = pairs.filter(({ picture }) => !masks.has(picture));
  return { pairs: real, orphans: orphansOf(real, tree), used: lists?.used ?? [] };
}

export function orphansOf(pairs: readonly Pair[], tree: SourceTree): string[] {
  const used = new Set<string>();
  const folders = new Set<string>();
  for (const { picture, mask, neutral } of pairs) {
    used.add(picture);
    for (const file of [mask, neutral]) {
      if (file === undefined) continue;
      used.add(file);
      folders.add(placeOf(file));
    }
  }
  return tree.files.map((file) => file.path).filter((path) => folders.has(placeOf(path)) && !used.has(path));
}

/** Folder and ending. */
const placeOf = (path: string): string =>
  path.slice(0, path.lastIndexOf('/') + 1) + path.slice(path.lastIndexOf('.'));

/** A line names a picture and perhaps its mask. Of several lists with a picture: train, val or test before any other. */
async function readLists(
  { file, dataset }: PictureLists,
  tree: SourceTree,
): Promise<{ datasets: Map<string, string>; used: Plan['used'] }> {
  const found = tree.files.flatMap(({ path }) => {
    const groups = file.exec(path)?.groups;
    return groups === undefined ? [] : [{ path, groups }];
  });
  found.sort((a, b) => rank(a.groups.list) - rank(b.groups.list));
  const datasets = new Map<string, string>();
  for (const { path, groups } of found) {
    for (const line of (await tree.text(path)).split('\n')) {
      const [first = ''] = line.trim().split(/\s+/);
      const picture = (groups.root ?? '') + first.replace(/^\/+/, '');
      if (first !== '' && !datasets.has(picture)) datasets.set(picture, fill(dataset, groups));
    }
  }
  return { datasets, used: found.map(({ path }) => ({ file: path, as: 'list of pictures' })) };
}

const rank = (list: string | undefined): number => (splitNamed(list ?? '') === undefined ? 1 : 0);
