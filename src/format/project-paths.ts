/**
 * Where a writer puts the files of an item. One rule for everything that writes projects, so that whatever
 * one part lays out another finds again. Nested datasets live below a folder `datasets` of their parent.
 */
import { RESERVED_FOLDERS } from './project-folders.ts';

export interface ItemPaths {
  image: string;
  ann: string;
  /** Free-form metadata of the item. */
  meta: string;
  /** What the server knew of it; carries `link` for items that stay where they are. */
  info: string;
}

/** Paths relative to the project folder, for item `name` of dataset `a/b`. */
export function itemPaths(dataset: string, name: string): ItemPaths {
  const folder = datasetFolder(dataset);
  return {
    image: `${folder}/img/${name}`,
    ann: `${folder}/ann/${name}.json`,
    meta: `${folder}/meta/${name}.json`,
    info: `${folder}/img_info/${name}.json`,
  };
}

/** `a/b` -> `a/datasets/b`. */
export function datasetFolder(dataset: string): string {
  return dataset.split('/').map(folderName).join('/datasets/');
}

/**
 * A dataset called `img` would be taken for a folder of pictures. Such a name gets one `_` more; so does a
 * name that already is one of these with `_`, so that two datasets never share a folder.
 */
function folderName(part: string): string {
  return RESERVED_FOLDERS.has(part.replace(/_+$/, '')) ? `${part}_` : part;
}
