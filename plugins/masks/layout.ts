/** Pictures and their masks in a tree, by folder names and stems. Reads names only; a short record each. */
import { isJunk } from '../../src/format/project-folders.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { type FolderRole, folderRole, withoutMaskSuffix } from './roles.ts';

export interface InstanceMask {
  file: string;
  /** Name that tells the class: the stem of the file, or the folder it is in. */
  named: string;
}

export interface PictureMasks {
  picture: string;
  /** Folders without those that only say what is in them; `''` at the root. */
  key: string;
  /** `masks_machine/`, or a mask of unknown kind. */
  machine?: string;
  /** `masks_semantic_rgb/`. */
  rgb?: string;
  instances?: InstanceMask[];
}

export interface MaskLayout {
  /** With at least one mask, in the order of the tree. */
  pairs: PictureMasks[];
  /** Masks no picture was found for. */
  orphans: string[];
  /** `masks_human/`. */
  human: string[];
  /** Masks of a picture that has one already. */
  doubles: { file: string; taken: string; picture: string }[];
  /** Pictures with the folders and stem of another one, which has the mask. */
  twins: { file: string; picture: string }[];
}

/** Whether any name speaks of masks; a look at each name, nothing is kept. */
export function mayHaveMasks(tree: Pick<SourceTree, 'files'>): boolean {
  let folder: string | undefined;
  for (const { path: file } of tree.files) {
    const slash = file.lastIndexOf('/');
    // Sorted: files of one folder are neighbours.
    if (folder === undefined || folder.length !== Math.max(0, slash) || !file.startsWith(folder)) {
      folder = file.slice(0, Math.max(0, slash));
      const { role } = folderRole(folder);
      if (role !== 'picture' && role !== 'none') return true;
    }
    if (/[_-](?:masks?|segm?|segmentation|labels?|gt)\.\w+$/i.test(file)) return true;
  }
  return false;
}

interface Found {
  file: string;
  stem: string;
  at: FolderRole;
}

export function findMaskLayout(tree: Pick<SourceTree, 'files'>): MaskLayout {
  const roles = new Map<string, FolderRole>();
  const roleOf = (folder: string): FolderRole => {
    let role = roles.get(folder);
    if (role === undefined) {
      role = folderRole(folder);
      roles.set(folder, role);
    }
    return role;
  };
  const layout: MaskLayout = { pairs: [], orphans: [], human: [], doubles: [], twins: [] };
  const pictures = new Map<string, PictureMasks>();
  const masks: Found[] = [];
  const plain: Found[] = [];
  for (const { path: file } of tree.files) {
    const slash = file.lastIndexOf('/');
    const base = file.slice(slash + 1);
    if (!isImageName(base) || isJunk(base)) continue;
    const at = roleOf(slash < 0 ? '' : file.slice(0, slash));
    const found = { file, stem: stemOf(base), at };
    if (at.role === 'human') layout.human.push(file);
    else if (at.role === 'picture' || at.role === 'none') plain.push(found);
    else masks.push(found);
  }
  addPictures(plain, pictures, masks, layout);
  for (const mask of masks) {
    const where = partnerOf(mask, pictures);
    if (where === undefined) layout.orphans.push(mask.file);
    else put(mask, where, layout);
  }
  for (const pair of pictures.values())
    if (pair.machine !== undefined || pair.rgb !== undefined || pair.instances !== undefined)
      layout.pairs.push(pair);
  layout.twins = layout.twins.filter(({ picture }) => layout.pairs.some((pair) => pair.picture === picture));
  return layout;
}

/** Those in folders of pictures come before those anywhere; `a_mask.png` beside `a.jpg` is a mask. */
function addPictures(
  plain: readonly Found[],
  pictures: Map<string, PictureMasks>,
  masks: Found[],
  layout: MaskLayout,
): void {
  const stems = new Set(plain.map(keyOf));
  for (const role of ['picture', 'none'] as const) {
    for (const found of plain) {
      if (found.at.role !== role) continue;
      const short = withoutMaskSuffix(found.stem);
      if (short !== undefined && stems.has(join(found.at.key, short))) {
        masks.push({ ...found, at: { ...found.at, role: 'mask', below: [] } });
        continue;
      }
      const key = keyOf(found);
      const first = pictures.get(key);
      if (first === undefined) pictures.set(key, { picture: found.file, key: found.at.key });
      else layout.twins.push({ file: found.file, picture: first.picture });
    }
  }
}

interface Partner {
  pair: PictureMasks;
  /** Set when the mask is of one object or class. */
  named?: string;
}

function partnerOf(mask: Found, pictures: ReadonlyMap<string, PictureMasks>): Partner | undefined {
  const { key, role, below } = mask.at;
  if (role !== 'instances') {
    for (const stem of stemsOf(mask.stem)) {
      const pair = pictures.get(join(key, stem));
      if (pair !== undefined) return { pair };
    }
  }
  const folder = below.at(-1);
  if (folder === undefined) return undefined;
  // masks/<picture>/<class>_01.png
  for (const stem of stemsOf(folder)) {
    const pair = pictures.get(join(parent(key), stem));
    if (pair !== undefined) return { pair, named: mask.stem };
  }
  // masks/<class>/<picture>.png
  for (const stem of stemsOf(mask.stem)) {
    const pair = pictures.get(join(parent(key), stem));
    if (pair !== undefined && role !== 'instances') return { pair, named: folder };
  }
  return undefined;
}

/** `a`, then `a` of `a.jpg`, then `a` of `a_mask`. */
function stemsOf(stem: string): string[] {
  const stems = [stem];
  if (isImageName(stem)) stems.push(stemOf(stem));
  const short = withoutMaskSuffix(stem);
  if (short !== undefined) stems.push(short);
  return stems;
}

function put({ file, at }: Found, { pair, named }: Partner, layout: MaskLayout): void {
  if (named !== undefined) {
    pair.instances ??= [];
    pair.instances.push({ file, named });
    return;
  }
  const kind = at.role === 'rgb' ? 'rgb' : 'machine';
  const taken = pair[kind];
  if (taken === undefined) pair[kind] = file;
  else if (at.role === 'machine') {
    // A folder that says what it is wins over `ann/`.
    pair[kind] = file;
    layout.doubles.push({ file: taken, taken: file, picture: pair.picture });
  } else layout.doubles.push({ file, taken, picture: pair.picture });
}

const keyOf = ({ at, stem }: Found): string => join(at.key, stem);
const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
const parent = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf('/')));
