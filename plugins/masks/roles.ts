/** What a picture in a tree of masks is, by the names of its folders, and what it has in common with its partner. */

/** `mask`: a mask by a common name, of unknown kind. `none`: its folders say nothing. */
export type Role = 'picture' | 'machine' | 'rgb' | 'human' | 'instances' | 'mask' | 'none';

export interface FolderRole {
  role: Role;
  /** Folders without those that say what is in them: the same for a picture and its mask. */
  key: string;
  /** Folders below the one that gave the role, when it is one of masks. */
  below: readonly string[];
  /** The folder that gave the role is named after masks, not just after labels. */
  plain: boolean;
}

const OURS: Readonly<Record<string, Role>> = {
  masks_machine: 'machine',
  masks_semantic_rgb: 'rgb',
  masks_human: 'human',
  masks_instances: 'instances',
};
const PICTURES = /^(?:images?|imgs?|pictures?|photos?|inputs?|jpegimages)$/i;
const PLAIN = /^(?:masks?|segmentations?|segmentation[_-]masks?|label[_-]masks?|binary[_-]masks?)$/i;
const LABELS = /^(?:ann|anns|annot|annotations?|labels?|gt|ground[_-]?truth|seg|segm|targets?)$/i;
/** `train_masks`, `images-val`: the rest stays part of the key. */
const JOINED = /^(?:(.+)[_-](images?|imgs?|masks?)|(images?|imgs?|masks?)[_-](.+))$/i;

/** For a folder path (`''` = the root). Cheap, but asked for each file: keep the answer a folder. */
export function folderRole(folder: string): FolderRole {
  let role: Role = 'none';
  let plain = false;
  let below: string[] = [];
  const key: string[] = [];
  for (const part of folder === '' ? [] : folder.split('/')) {
    // Nested datasets of the Supervisely Format.
    if (part === 'datasets') continue;
    const named = roleOfName(part);
    if (named === undefined) {
      key.push(part);
      below.push(part);
      continue;
    }
    role = named.role;
    plain = named.plain;
    below = [];
    if (named.rest !== '') key.push(named.rest);
  }
  return { role, key: key.join('/'), below, plain };
}

function roleOfName(name: string): { role: Role; rest: string; plain: boolean } | undefined {
  const ours = Object.hasOwn(OURS, name) ? OURS[name] : undefined;
  if (ours !== undefined) return { role: ours, rest: '', plain: true };
  if (PICTURES.test(name)) return { role: 'picture', rest: '', plain: false };
  if (PLAIN.test(name)) return { role: 'mask', rest: '', plain: true };
  if (LABELS.test(name)) return { role: 'mask', rest: '', plain: false };
  const joined = JOINED.exec(name);
  if (joined === null) return undefined;
  const [, before, first = '', second = '', after] = joined;
  const isMask = /^mask/i.test(first || second);
  return { role: isMask ? 'mask' : 'picture', rest: before ?? after ?? '', plain: isMask };
}

/** `a_mask` -> `a`; undefined without such an ending. */
export function withoutMaskSuffix(stem: string): string | undefined {
  const short = stem.replace(/[_-](?:masks?|seg|segm|segmentation|labels?|gt)$/i, '');
  return short === stem || short === '' ? undefined : short;
}
