/** The dataset of a picture: the list of ImageSets that names it, its folder, or the only one. */
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createImageSets, type ImageSets, sortLists } from './image-sets.ts';
import type { VocLayout } from './layout.ts';
import type { ImportOptions } from './options.ts';

export type DatasetNames = (picture: string) => string;

const MAX_LIST_BYTES = 512 << 20;

export async function createDatasetNames(
  { tree, report }: ImportContext,
  layout: VocLayout,
  { datasets }: ImportOptions,
): Promise<DatasetNames> {
  const sets = new Map<string, ImageSets>();
  for (const [root, lists] of layout.lists) {
    const set = createImageSets();
    for (const list of sortLists(lists)) {
      if (datasets === 'split') set.add(list, await tree.text(list, MAX_LIST_BYTES));
      await report.used(list, 'list of pictures');
    }
    sets.set(root, set);
  }
  for (const list of layout.classLists) await report.used(list, 'pictures of one class');
  if (datasets === 'one') return () => ONLY_DATASET;
  if (datasets === 'folder') return folderDataset;
  return (picture) => {
    const listed = listOf(sets, picture);
    if (listed === undefined) return folderDataset(picture);
    // Several VOC folders in one source (VOC2007, VOC2012) have lists of the same names.
    const folder = listed.root.slice(listed.root.lastIndexOf('/') + 1);
    return sets.size > 1 && folder !== '' ? `${folder}/${listed.name}` : listed.name;
  };
}

function listOf(
  sets: ReadonlyMap<string, ImageSets>,
  picture: string,
): { root: string; name: string } | undefined {
  const folders = picture.split('/').slice(0, -1);
  const stem = stemOf(picture.slice(picture.lastIndexOf('/') + 1));
  for (let depth = folders.length; depth >= 0; depth--) {
    const root = folders.slice(0, depth).join('/');
    const name = sets.get(root)?.listOf(stem);
    if (name !== undefined) return { root, name };
  }
  return undefined;
}
