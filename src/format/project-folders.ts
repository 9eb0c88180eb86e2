/** The folder names a project gives a meaning to. */

/** Folder of the items -> the folder beside it with what the server knew of each. */
export const ITEM_FOLDERS: ReadonlyMap<string, string> = new Map([
  ['img', 'img_info'],
  ['video', 'video_info'],
  ['pointcloud', 'pointcloud_info'],
  ['volume', 'volume_info'],
]);

/** Never the name of a dataset. `datasets` itself only leads to nested ones. */
export const RESERVED_FOLDERS: ReadonlySet<string> = new Set([
  ...ITEM_FOLDERS.keys(),
  ...ITEM_FOLDERS.values(),
  'ann',
  'meta',
  'seg',
  'blob',
  'overlay',
  'masks_human',
  'masks_machine',
  'masks_instances',
  'related_images',
  'metadata',
  'custom_data',
  'mask',
  'interpolation',
  'datasets',
]);

/** Left behind by file managers; in no format an item. */
export function isJunk(name: string): boolean {
  return name.startsWith('._') || JUNK.has(name.toLowerCase());
}

const JUNK = new Set(['.ds_store', 'thumbs.db', 'desktop.ini', '.gitkeep', '__macosx']);
