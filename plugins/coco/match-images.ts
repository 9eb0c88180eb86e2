/**
 * Which file on disk a `file_name` means. Of several with the base name: the one that shares most folders with
 * `file_name`; then one whose folder is named in the JSON file's name (`train2017` in
 * `instances_train2017.json`); then the nearest in the tree; then the first.
 */
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

export interface Match {
  file: string;
  /** Others that fit as well. */
  rivals: number;
}

export type ImageMatcher = (fileName: string, jsonFile: string) => Match | undefined;

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

  return (fileName, jsonFile) => {
    const parts = nameParts(fileName);
    const base = parts.at(-1);
    if (base === undefined) return undefined;
    const files = candidates(base);
    const [only] = files;
    if (only === undefined) return undefined;
    if (files.length === 1) return only === jsonFile ? undefined : { file: only, rivals: 0 };
    let best: { file: string; rank: readonly number[] } | undefined;
    let rivals = 0;
    for (const file of files) {
      if (file === jsonFile) continue;
      const rank = [sharedEnd(file.split('/'), parts), namedBy(file, jsonFile), -steps(file, jsonFile)];
      const order = best === undefined ? 1 : compare(rank, best.rank);
      if (order > 0) [best, rivals] = [{ file, rank }, 0];
      else if (order === 0) rivals++;
    }
    return best === undefined ? undefined : { file: best.file, rivals };
  };
}

/** Folders and name, whichever way they were written; the path of an address. */
export function nameParts(fileName: string): string[] {
  const path = fileName
    .replace(/^[a-z0-9]+:\/\/[^/]*\//i, '')
    .replace(/[?#].*$/, (tail) => (/\.\w+$/.test(tail) ? tail : ''));
  return path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.' && part !== '..');
}

function decodeName(name: string): string {
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

/** Length of the longest folder of the file that the JSON file's name has and its folder has not. */
function namedBy(file: string, jsonFile: string): number {
  const at = jsonFile.lastIndexOf('/') + 1;
  const name = jsonFile.slice(at).toLowerCase();
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
