/** Which files of labels belong to which picture. Reads names only; a short record each. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createStemMatcher, stemOf } from '../../src/plugin-kit/match-images.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { labelFileName, OTHER_CAMERA, PICTURE_SUFFIX, type Quality } from './names.ts';

export interface LabelledPicture {
  /** Undefined when none was found. */
  picture: string | undefined;
  polygons?: string;
  labelIds?: string;
  instanceIds?: string;
  quality: Quality;
}

export interface CityscapesLayout {
  pictures: LabelledPicture[];
  /** Not read, with the reason. */
  unused: { file: string; why: string }[];
}

export function findLayout(tree: SourceTree): CityscapesLayout {
  const match = createStemMatcher(tree);
  const unused: { file: string; why: string }[] = [];
  const groups = new Map<string, LabelledPicture & { first: string; prefix: string; other: string[] }>();
  for (const { path: file } of tree.files) {
    const slash = file.lastIndexOf('/');
    const base = file.slice(slash + 1);
    if (OTHER_CAMERA.test(base)) {
      unused.push({ file, why: 'labels are for pictures of the left camera' });
      continue;
    }
    const named = labelFileName(base);
    if (named === undefined) continue;
    const { prefix, quality, kind } = named;
    const key = `${file.slice(0, slash + 1)}${prefix} ${quality}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { picture: undefined, quality, first: file, prefix, other: [] };
      groups.set(key, group);
    }
    if (kind === 'other') group.other.push(file);
    else group[kind] = file;
  }
  /** Picture -> its place in the list. */
  const taken = new Map<string, number>();
  const pictures: LabelledPicture[] = [];
  for (const { first, prefix, other, ...group } of groups.values()) {
    for (const file of other)
      unused.push({ file, why: 'drawn from the same labels, for people and for training' });
    group.picture = pictureOf(match, prefix, first);
    if (group.polygons === undefined && group.labelIds === undefined && group.instanceIds === undefined)
      continue;
    const place = group.picture === undefined ? undefined : taken.get(group.picture);
    const rival = place === undefined ? undefined : pictures[place];
    if (place === undefined || rival === undefined) {
      if (group.picture !== undefined) taken.set(group.picture, pictures.length);
      pictures.push(group);
      continue;
    }
    const better = rival.quality === 'gtCoarse' && group.quality === 'gtFine';
    const [kept, left] = better ? [group, rival] : [rival, group];
    for (const file of labelFiles(left))
      unused.push({ file, why: `${labelFiles(kept)[0]} labels the same picture and is taken` });
    if (better) pictures[place] = group;
  }
  return { pictures, unused };
}

function pictureOf(
  match: ReturnType<typeof createStemMatcher>,
  prefix: string,
  near: string,
): string | undefined {
  // Folders below gtFine/ are those below leftImg8bit/.
  const folders = near.split('/').slice(0, -1);
  for (const name of [prefix + PICTURE_SUFFIX, prefix]) {
    const found = match([...folders, name].join('/'), near)?.file;
    if (found !== undefined && isImageName(found) && labelFileName(stemOf(found)) === undefined) return found;
  }
  return undefined;
}

export function labelFiles({ polygons, labelIds, instanceIds }: LabelledPicture): string[] {
  return [polygons, labelIds, instanceIds].filter((file) => file !== undefined);
}
