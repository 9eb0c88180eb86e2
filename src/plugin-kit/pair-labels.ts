/**
 * For formats with a text of labels for each picture: which belongs to which picture: `images/` and `labels/` are sibling trees of the same inside, or the
 * label lies beside its picture, or, where neither is so, both have the same stem and are near each other.
 */
import { isJunk } from '../format/project-folders.ts';
import { createBreathe } from './breathe.ts';
import { isImageName } from './image-kinds.ts';
import { createStemMatcher, stemOf } from './match-images.ts';
import type { SourceFileEntry, SourceTree } from './plugin.ts';

export interface Pair {
  picture: string;
  label: SourceFileEntry;
}

export interface Pairs {
  /** In the order of the pictures in the tree. */
  pairs: Pair[];
  /** Text files that belong to no picture. */
  strays: SourceFileEntry[];
}

const IMAGES = /^(?:images?|imgs?|jpegimages|pictures|frames|photos)$/i;
const NONE: ReadonlySet<string> = new Set();
const NO_LABELS = /^(?:readme|licen[sc]e|changelog|requirements|notice)\b/i;

export interface PairOptions {
  /** Names of folders that hold labels. */
  folders: RegExp;
  /** Text files that are something else. */
  taken?: ReadonlySet<string>;
  signal: AbortSignal;
}

export async function pairLabels(
  tree: SourceTree,
  { folders: named, taken = NONE, signal }: PairOptions,
): Promise<Pairs> {
  const breathe = createBreathe(signal);
  const labels = new Map<string, SourceFileEntry>();
  const folders = new Set<string>();
  for (const file of tree.files) {
    await breathe();
    const { path } = file;
    if (!/\.txt$/i.test(path) || taken.has(path)) continue;
    const base = baseOf(path);
    if (isJunk(base) || NO_LABELS.test(base)) continue;
    labels.set(path, file);
    folders.add(folderOf(path));
  }
  const labelFolders = createLabelFolders(folders, named);
  const pairs = new Map<string, SourceFileEntry>();
  const left = new Set(labels.keys());
  let lastFolder: string | undefined;
  let near: readonly string[] = [];
  for (const { path } of tree.files) {
    await breathe();
    if (!isImageName(path) || isJunk(baseOf(path))) continue;
    const folder = folderOf(path);
    if (folder !== lastFolder) {
      near = labelFolders(folder);
      lastFolder = folder;
    }
    const base = baseOf(path);
    const stem = stemOf(base);
    for (const one of near) {
      const prefix = one === '' ? '' : `${one}/`;
      const label = labels.get(`${prefix}${stem}.txt`) ?? labels.get(`${prefix}${base}.txt`);
      if (label === undefined) continue;
      pairs.set(path, label);
      left.delete(label.path);
      break;
    }
  }
  const strays = pairByStem(tree, { left, labels, pairs });
  const ordered: Pair[] = [];
  if (left.size === 0) {
    // Put in while walking the tree, so they are in its order.
    for (const [picture, label] of pairs) ordered.push({ picture, label });
  } else {
    for (const { path } of tree.files) {
      const label = pairs.get(path);
      if (label !== undefined) ordered.push({ picture: path, label });
    }
  }
  return { pairs: ordered, strays };
}

function pairByStem(
  tree: SourceTree,
  {
    left,
    labels,
    pairs,
  }: { left: Set<string>; labels: Map<string, SourceFileEntry>; pairs: Map<string, SourceFileEntry> },
): SourceFileEntry[] {
  const match = createStemMatcher(tree);
  const strays: SourceFileEntry[] = [];
  for (const path of left) {
    const label = labels.get(path);
    if (label === undefined) continue;
    const picture = match(stemOf(path), path)?.file;
    if (picture === undefined || pairs.has(picture)) strays.push(label);
    else pairs.set(picture, label);
  }
  return strays;
}

/** Folders where the labels of the pictures in a folder may be, likeliest first; only such as have text files. */
function createLabelFolders(folders: ReadonlySet<string>, named: RegExp): (pictures: string) => string[] {
  const byPattern = new Map<string, string[]>();
  const names = new Set<string>();
  for (const folder of folders) for (const part of folder.split('/')) if (named.test(part)) names.add(part);
  const labelNames = [...names].sort(
    (a, b) => Number(b === 'labels') - Number(a === 'labels') || (a < b ? -1 : 1),
  );
  return (pictures) => {
    const known = byPattern.get(pictures);
    if (known !== undefined) return known;
    const parts = pictures === '' ? [] : pictures.split('/');
    const found: string[] = [];
    const add = (candidate: readonly string[]): void => {
      const folder = candidate.join('/');
      if (folders.has(folder) && !found.includes(folder)) found.push(folder);
    };
    for (let i = parts.length - 1; i >= 0; i--) {
      if (!IMAGES.test(parts[i] ?? '')) continue;
      for (const name of labelNames) add([...parts.slice(0, i), name, ...parts.slice(i + 1)]);
    }
    add(parts);
    for (const name of labelNames)
      for (let i = parts.length; i >= 0; i--) add([...parts.slice(0, i), name, ...parts.slice(i)]);
    byPattern.set(pictures, found);
    return found;
  };
}

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));
const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
