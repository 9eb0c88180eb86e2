/** What a dataset says of itself: classes, keypoints, splits; from data.yaml or the files of Darknet. */
import type { Split } from '../../src/plugin-kit/splits.ts';

export interface KeypointShape {
  count: number;
  /** Numbers a keypoint: 3 with visibility. */
  dims: 2 | 3;
  /** By class index, where given. */
  names: ReadonlyMap<number, readonly string[]>;
  /** Partner of each keypoint in a mirrored picture. */
  flip?: readonly number[];
}

export interface YoloConfig {
  /** Path in the tree. */
  file: string;
  /** The lower one speaks when several could: a data.yaml knows most. */
  rank: 0 | 1 | 2;
  /** Folders whose labels it is about, without a slash at the end; '' is the root. */
  folders: readonly string[];
  /** Class names by index. */
  names: ReadonlyMap<number, string>;
  /** `#RRGGBB` by index. */
  colors: ReadonlyMap<number, string>;
  keypoints: KeypointShape | undefined;
  /** Folders or lists of pictures, as they are written. */
  splits: readonly { split: Split; entries: readonly string[] }[];
}

/** The config for a file: of the best rank the one with the deepest folder around it, else the first. */
export function configFor(configs: readonly YoloConfig[], file: string): YoloConfig | undefined {
  let best: { config: YoloConfig; depth: number } | undefined;
  for (const config of configs) {
    for (const folder of config.folders) {
      if (!isBelow(file, folder)) continue;
      if (best !== undefined && best.config.rank === config.rank && best.depth >= folder.length) continue;
      if (best !== undefined && best.config.rank < config.rank) continue;
      best = { config, depth: folder.length };
    }
  }
  return best?.config ?? configs[0];
}

export const isBelow = (file: string, folder: string): boolean =>
  folder === '' || (file.startsWith(folder) && file[folder.length] === '/');

export const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));
export const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** `a/b/../c` as `a/c`; undefined when it leaves the tree or is no relative path. */
export function joinPath(folder: string, relative: string): string | undefined {
  if (relative.startsWith('/')) return undefined;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split(/[\\/]+/)) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
