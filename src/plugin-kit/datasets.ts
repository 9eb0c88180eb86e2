/** Which dataset an item belongs to by its folders, and a name in it that nobody has. */
import { createTextIndex, type TextIndex } from './text-index.ts';

export const ONLY_DATASET = 'ds0';

const IMAGE_FOLDERS = /^(?:images?|img|imgs|jpegimages|pictures|data)$/i;

/** Folders of a picture without those that only say that there are pictures: `a/images/b/c.jpg` is in `a/b`. */
export function folderDataset(path: string): string {
  const folders = path.split('/').slice(0, -1);
  const telling = folders.filter((folder) => !IMAGE_FOLDERS.test(folder));
  return telling.length > 0 ? telling.join('/') : ONLY_DATASET;
}

/** Gives `a.jpg`, then `a_01.jpg`, ... within a dataset; extension in lower case. */
export function createNames(): (dataset: string, name: string) => string {
  const taken = new Map<string, TextIndex>();
  /** The last number given, by dataset and name. */
  const counted = new Map<string, number>();
  return (dataset, wanted) => {
    const dot = wanted.lastIndexOf('.');
    const stem = dot > 0 ? wanted.slice(0, dot) : wanted;
    const extension = dot > 0 ? wanted.slice(dot).toLowerCase() : '';
    let names = taken.get(dataset);
    if (names === undefined) {
      names = createTextIndex();
      taken.set(dataset, names);
    }
    const first = stem + extension;
    if (isNew(names, first)) return first;
    // Thousands of one name must not try all numbers before their own again and again.
    const key = `${dataset}\n${first}`;
    let n = counted.get(key) ?? 0;
    let name: string;
    do name = `${stem}_${String(++n).padStart(2, '0')}${extension}`;
    while (!isNew(names, name));
    counted.set(key, n);
    return name;
  };
}

/** It is there afterwards. */
function isNew(names: TextIndex, name: string): boolean {
  const before = names.count;
  return names.add(name) === before;
}
