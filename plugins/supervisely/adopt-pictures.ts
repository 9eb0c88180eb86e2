/**
 * Pictures for annotations that came without any: a download of annotations only, and the pictures somewhere beside
 * it. They are known by their names; of several with one name the one whose folders are named like the dataset.
 */
import path from 'node:path';
import type { FoundItem, FoundProject } from '../../src/format/project-tree.ts';
import { hasPictureName } from './picture.ts';

/** Gives each item without a picture one of `rest`, each of these once. Resolves to the items that got one. */
export function adoptPictures(projects: readonly FoundProject[], rest: readonly string[]): Set<FoundItem> {
  const adopted = new Set<FoundItem>();
  const byName = new Map<string, string[]>();
  for (const file of rest) {
    if (!hasPictureName(file)) continue;
    const name = path.posix.basename(file);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [file]);
    else known.push(file);
  }
  if (byName.size === 0) return adopted;
  const wanting = projects
    .flatMap(({ datasets }) => datasets)
    .filter(({ blobs }) => blobs.length === 0)
    .flatMap((dataset) => dataset.items.map((item) => ({ item, parts: dataset.path.split('/') })))
    .filter(({ item }) => item.image === undefined);
  // Who is named by the folders chooses first.
  for (const byFolder of [true, false]) {
    for (const { item, parts } of wanting) {
      const files = byName.get(item.name);
      if (item.image !== undefined || files === undefined) continue;
      const best = files.reduce<{ at: number; shared: number } | undefined>((found, file, at) => {
        const shared = sharedEnd(path.posix.dirname(file).split('/'), parts);
        return found === undefined || shared > found.shared ? { at, shared } : found;
      }, undefined);
      if (best === undefined || (byFolder && best.shared === 0)) continue;
      const [file] = files.splice(best.at, 1);
      if (file === undefined) continue;
      item.image = file;
      adopted.add(item);
    }
  }
  return adopted;
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared)) shared++;
  return shared;
}
