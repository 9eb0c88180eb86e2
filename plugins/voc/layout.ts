/**
 * What a source is made of: XML files, lists, colours, and which files are masks rather than pictures. By names
 * alone; one short record a mask is kept.
 */
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { imageSetsRoot, isClassList } from './image-sets.ts';

export interface VocLayout {
  xmls: string[];
  /** Pictures, and all files that are nothing of this format. */
  others: SourceFileEntry[];
  /** Folder that holds the folders of masks, `''` for the root of the source -> its masks. */
  maskSets: Map<string, MaskSet>;
  /** Masks in folders beside the ones that are read, such as `SegmentationClassAug`. */
  spareMasks: string[];
  /** Lists of pictures by the folder that holds `ImageSets`. */
  lists: Map<string, string[]>;
  classLists: string[];
  colours: string[];
}

export interface MaskSet {
  /** Stem of the picture -> path of the mask. */
  classes: Map<string, string>;
  objects: Map<string, string>;
}

const PICTURE_FOLDER = /^(?:JPEGImages|images|imgs|img)$/i;
const CLASS_FOLDER = /^(?:SegmentationClass|segmentations?|masks|segm)$/i;
const OBJECT_FOLDER = /^(?:SegmentationObject|instances|objects)$/i;
const SPARE_FOLDER = /^Segmentation(?:Class|Object).+$/i;

export function layOut(files: readonly SourceFileEntry[]): VocLayout {
  const roots = pictureRoots(files);
  const layout: VocLayout = {
    xmls: [],
    others: [],
    maskSets: new Map(),
    spareMasks: [],
    lists: new Map(),
    classLists: [],
    colours: [],
  };
  for (const entry of files) {
    const { path } = entry;
    const base = path.slice(path.lastIndexOf('/') + 1);
    const setsRoot = imageSetsRoot(path);
    if (isJunk(base) || path.split('/').includes('__MACOSX')) layout.others.push(entry);
    else if (/\.xml$/i.test(base)) layout.xmls.push(path);
    else if (base.toLowerCase() === 'colors.txt') layout.colours.push(path);
    else if (setsRoot !== undefined) {
      if (isClassList(path)) layout.classLists.push(path);
      else layout.lists.set(setsRoot, [...(layout.lists.get(setsRoot) ?? []), path]);
    } else if (!isImageName(base) || !addMask(layout, roots, path)) layout.others.push(entry);
  }
  return layout;
}

function addMask(layout: VocLayout, roots: ReadonlySet<string>, path: string): boolean {
  const parts = path.split('/');
  for (const [i, folder] of parts.slice(0, -1).entries()) {
    const root = parts.slice(0, i).join('/');
    if (!roots.has(root) && !/^Segmentation(?:Class|Object)/.test(folder)) continue;
    const isClass = CLASS_FOLDER.test(folder);
    if (isClass || OBJECT_FOLDER.test(folder)) {
      let set = layout.maskSets.get(root);
      if (set === undefined) {
        set = { classes: new Map(), objects: new Map() };
        layout.maskSets.set(root, set);
      }
      const masks = isClass ? set.classes : set.objects;
      const stem = stemOf(parts.at(-1) ?? '');
      if (masks.has(stem)) layout.spareMasks.push(path);
      else masks.set(stem, path);
      return true;
    }
    if (SPARE_FOLDER.test(folder)) {
      layout.spareMasks.push(path);
      return true;
    }
  }
  return false;
}

/** Folders that hold a folder of pictures. */
function pictureRoots(files: readonly SourceFileEntry[]): Set<string> {
  const roots = new Set<string>();
  let last = '';
  for (const { path } of files) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (folder === last) continue;
    last = folder;
    const parts = folder.split('/');
    for (const [i, part] of parts.entries())
      if (PICTURE_FOLDER.test(part)) roots.add(parts.slice(0, i).join('/'));
  }
  return roots;
}

export interface PictureMasks {
  classes: string | undefined;
  objects: string | undefined;
}

/** Masks of a picture: of the nearest folder above it that has any for its stem; else of any folder that has. */
export function masksOf({ maskSets }: VocLayout, picture: string): PictureMasks | undefined {
  const folders = picture.split('/').slice(0, -1);
  const stem = stemOf(picture.slice(picture.lastIndexOf('/') + 1));
  for (let depth = folders.length; depth >= 0; depth--) {
    const set = maskSets.get(folders.slice(0, depth).join('/'));
    const found = set === undefined ? undefined : inSet(set, stem);
    if (found !== undefined) return found;
  }
  if (maskSets.size !== 1) return undefined;
  const [only] = maskSets.values();
  return only === undefined ? undefined : inSet(only, stem);
}

function inSet({ classes, objects }: MaskSet, stem: string): PictureMasks | undefined {
  const found = {
    classes: classes.get(stem) ?? classes.get(`${stem}_class`),
    objects: objects.get(stem) ?? objects.get(`${stem}_instance`) ?? objects.get(`${stem}_object`),
  };
  return found.classes === undefined && found.objects === undefined ? undefined : found;
}
