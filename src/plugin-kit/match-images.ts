/**
 * Which picture on disk an annotation means: by the name it gives, or by its own stem. Of several with the base
 * name: the one that shares most folders with the name; then one whose folder is named in the annotation file's
 * name (`train2017` in `instances_train2017.json`); then the nearest in the tree; then the first.
 */
import { isImageName } from './image-kinds.ts';
import type { SourceTree } from './plugin.ts';

export interface Match {
  file: string;
  /** Others that fit as well. */
  rivals: number;
}

/** `near`: the file that speaks of the picture. */
export type ImageMatcher = (fileName: string, near: string) => Match | undefined;

export function createImageMatcher(tree: SourceTree): ImageMatcher {
  let lowerCase: Map<string, string[]> | undefined;

  function candidates(base: string): readonly string[] {
    const exact = tree.byBaseName(base);
    if (exact.length > 0) return exact.map((file) => file.path);
    const decoded = decodeName(base);
    if (decoded !== base) {
      const files = tree.byBaseName(decoded);
      if (files.length > 0) return files.map((file) => file.path);
    }
    lowerCase ??= byLowerCase(tree);
    return lowerCase.get(decoded.toLowerCase()) ?? [];
  }

  return (fileName, near) => {
    const parts = nameParts(fileName);
    const base = parts.at(-1);
    return base === undefined ? undefined : bestOf(candidates(base), parts, near);
  };
}

/** The same for formats where `labels/a.txt` belongs to `images/a.jpg`: `stem` may have folders before it. */
export function createStemMatcher(tree: SourceTree): ImageMatcher {
  let byStem: Map<string, string[]> | undefined;
  return (stem, near) => {
    byStem ??= picturesByStem(tree);
    const parts = nameParts(stem);
    const base = parts.at(-1);
    if (base === undefined) return undefined;
    // The ending of the picture is not part of the name that is compared.
    return bestOf(byStem.get(base) ?? byStem.get(stemOf(base)) ?? [], parts, near);
  };
}

function bestOf(files: readonly string[], parts: readonly string[], near: string): Match | undefined {
  const [only] = files;
  if (only === undefined) return undefined;
  if (files.length === 1) return only === near ? undefined : { file: only, rivals: 0 };
  let best: { file: string; rank: readonly number[] } | undefined;
  let rivals = 0;
  for (const file of files) {
    if (file === near) continue;
    const rank = [
      sharedEnd(file.split('/'), parts),
      sharedEnd(file.split('/').slice(0, -1), parts.slice(0, -1)),
      namedBy(file, near),
      -steps(file, near),
    ];
    const order = best === undefined ? 1 : compare(rank, best.rank);
    if (order > 0) [best, rivals] = [{ file, rank }, 0];
    else if (order === 0) rivals++;
  }
  return best === undefined ? undefined : { file: best.file, rivals };
}

function picturesByStem(tree: SourceTree): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { path } of tree.files) {
    if (!isImageName(path)) continue;
    const stem = stemOf(path.slice(path.lastIndexOf('/') + 1));
    const list = map.get(stem);
    if (list === undefined) map.set(stem, [path]);
    else list.push(path);
  }
  return map;
}

/** Without the last ending; `a.b.jpg` is `a.b`. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** A name with nothing to take apart, as nearly all are. */
const PLAIN = /^[\w-]+\.\w+$/;

/** Folders and name, whichever way they were written; the path of an address. */
export function nameParts(fileName: string): string[] {
  if (PLAIN.test(fileName)) return [fileName];
  const path = fileName
    .replace(/^[a-z0-9]+:\/\/[^/]*\//i, '')
    .replace(/[?#].*$/, (tail) => (/\.\w+$/.test(tail) ? tail : ''));
  return path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.' && part !== '..');
}

function decodeName(name: string): string {
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared)) shared++;
  return shared;
}

/** Length of the longest folder of the file that the annotation file's name has and its folder has not. */
function namedBy(file: string, near: string): number {
  const at = near.lastIndexOf('/') + 1;
  const name = near.slice(at).toLowerCase();
  let longest = 0;
  for (const folder of file.split('/').slice(0, -1)) {
    if (folder.length >= 3 && name.includes(folder.toLowerCase())) longest = Math.max(longest, folder.length);
  }
  return longest;
}

/** Folders one has to leave and enter between the two files. */
function steps(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  let common = 0;
  while (common < left.length - 1 && common < right.length - 1 && left[common] === right[common]) common++;
  return left.length + right.length - 2 - 2 * common;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) if (value !== b[i]) return value - (b[i] ?? 0);
  return 0;
}

function byLowerCase(tree: SourceTree): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { path } of tree.files) {
    const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
    const list = map.get(name);
    if (list === undefined) map.set(name, [path]);
    else list.push(path);
  }
  return map;
}
