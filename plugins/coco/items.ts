/**
 * The images of all COCO files as items, one for each picture: records of several files that mean the same
 * picture become one item. After `buildItems` every annotation knows its item.
 */

import { shown } from '../../src/format/problem.ts';
import { createNames } from '../../src/plugin-kit/datasets.ts';
import { createImageMatcher, nameParts } from '../../src/plugin-kit/match-images.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { createTextIndex } from '../../src/plugin-kit/text-index.ts';
import { NO_ITEM } from './byte-ranges.ts';
import { type CocoFile, STRAY } from './coco-file.ts';
import { type DatasetMode, datasetFor, splitOf } from './dataset-names.ts';
import { createIdMap } from './id-map.ts';
import { createItemTable, type ItemTable } from './item-table.ts';

export interface ItemOptions {
  datasets: DatasetMode;
  /** Images that are not on disk become links to their address. */
  links: boolean;
}

export interface BuiltItems {
  items: ItemTable;
  /** Files that are items. */
  described: Set<string>;
  /** Records whose picture is not there. */
  missing: number;
  /** A name in a dataset that no item has. */
  names: (dataset: string, name: string) => string;
}

/** An annotation of an image that is not among the files; told apart from one of no image. */
const MISSING = NO_ITEM - 1;

export function buildItems(
  files: readonly CocoFile[],
  tree: SourceTree,
  book: ProblemBook,
  options: ItemOptions,
): BuiltItems {
  const total = files.reduce((sum, file) => sum + file.images.count, 0);
  const built: BuiltItems = {
    items: createItemTable(total),
    described: new Set(),
    missing: 0,
    names: createNames(),
  };
  const match = createImageMatcher(tree);
  /** Pictures and links so far, and their items. */
  const known = createTextIndex(total);
  const itemsOfKnown = new Uint32Array(total);
  const itemsOfFiles: Uint32Array[] = [];

  /** Number of the item of a record, MISSING when there is none. */
  function itemOf(file: CocoFile, index: number, split: string | undefined): number {
    const image = file.images.get(index);
    if (image === undefined) return MISSING;
    const place = `images[${index}].file_name`;
    if (image.name === undefined) {
      built.missing++;
      book.note('failed', 'images without a file name', () => ({
        file: file.path,
        place,
        code: 'SLY_FORMAT_INVALID',
        message: 'expected the name of a picture, got nothing',
      }));
      return MISSING;
    }
    const fileName = image.name;
    const found = match(fileName, file.path);
    if (found !== undefined && found.rivals > 0) {
      book.note('warning', 'file names that fit several pictures equally well', () => ({
        file: file.path,
        place,
        code: 'SLY_FORMAT_INVALID',
        message: `expected one picture called ${shown(fileName)}, got ${found.rivals + 1}; taken is ${found.file}`,
        hint: 'Write the folder into file_name.',
      }));
    }
    const isLink = found === undefined && options.links && image.urlKey !== 0;
    if (found === undefined && !isLink) {
      built.missing++;
      book.note('failed', 'images that are not among the files', () => ({
        file: file.path,
        place,
        code: 'SLY_NOT_FOUND',
        message: options.links
          ? `expected a picture ${shown(fileName)} or an address of it, got neither`
          : `expected a picture ${shown(fileName)} among the files, got none`,
      }));
      return MISSING;
    }
    const key = found?.file ?? `\n${image.urlKey} ${fileName}`;
    const isNew = known.count;
    const at = known.add(key);
    if (at !== isNew) return itemsOfKnown[at] ?? MISSING;
    const where = found?.file ?? nameParts(fileName).join('/');
    const dataset =
      split === undefined || options.datasets !== 'split'
        ? datasetFor(options.datasets, where, file.path)
        : split;
    const number = built.items.add({
      dataset,
      name: built.names(dataset, where.slice(where.lastIndexOf('/') + 1)),
      file: found?.file,
      width: image.width,
      height: image.height,
    });
    itemsOfKnown[at] = number;
    if (found !== undefined) built.described.add(found.file);
    return number;
  }

  /** The last file that described an item, from 1. */
  const seenIn = new Uint32Array(total);
  for (const [f, file] of files.entries()) {
    const own = new Uint32Array(file.images.count);
    const split = splitOf(file.path);
    for (let i = 0; i < file.images.count; i++) {
      const number = itemOf(file, i, split);
      own[i] = number;
      if (number === MISSING) continue;
      if (seenIn[number] === f + 1) {
        book.note('warning', 'images that are described twice in one file', () => ({
          file: file.path,
          place: `images[${i}].file_name`,
          code: 'SLY_FORMAT_INVALID',
          message: `expected a name of its own, got ${shown(file.images.get(i)?.name)} again; it becomes one image with the labels of both`,
        }));
      }
      seenIn[number] = f + 1;
    }
    itemsOfFiles.push(own);
  }
  known.free();
  for (const [f, file] of files.entries())
    group(file, itemsOfFiles[f] ?? new Uint32Array(0), built.items.count, book);
  return built;
}

function group(file: CocoFile, itemOfImage: Uint32Array, items: number, book: ProblemBook): void {
  file.imageBytes.group(items, (index) => itemOfImage[index] ?? NO_ITEM);
  const byId = createIdMap(file.images.count);
  for (let i = 0; i < file.images.count; i++) {
    const code = file.images.id(i);
    if (code === undefined) continue;
    if (!Number.isNaN(code) && !byId.add(code, itemOfImage[i] ?? NO_ITEM)) {
      book.note('warning', 'images whose id was taken', () => ({
        file: file.path,
        place: `images[${i}].id`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected an id of its own, got one that was there before; annotations with it belong to the first`,
      }));
    }
  }
  let lost = 0;
  file.annotations.group(items, (id, entry) => {
    const item = byId.get(id, NO_ITEM);
    if (item === MISSING) lost++;
    if (item === NO_ITEM && id !== STRAY) {
      book.note('warning', 'annotations of an image the file does not have', () => ({
        file: file.path,
        place: `annotations[${entry}].image_id`,
        code: 'SLY_FORMAT_INVALID',
        message: Number.isNaN(id)
          ? 'expected the id of an image, got none; the annotation is left out'
          : `expected the id of an image, got ${id <= Number.MAX_SAFE_INTEGER ? id : 'another text'}; the annotation is left out`,
      }));
    }
    return item;
  });
  if (lost > 0) {
    const count = lost;
    book.note('warning', 'files with annotations of missing images', () => ({
      file: file.path,
      code: 'SLY_NOT_FOUND',
      message: `${count} annotations belong to images that are not among the files; they are left out`,
    }));
  }
  // Only what the items hold is needed from here on.
  file.images.clear();
}
