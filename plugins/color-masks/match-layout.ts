/** A path and what a data set's layouts make of it: where its mask would be and which dataset it is in. */

import type { FileFinder } from '../../src/plugin-kit/file-finder.ts';
import type { DataSet, Layout } from './data-set.ts';

export interface Pair {
  picture: string;
  mask?: string;
  neutral?: string;
  dataset: string;
  /** Of the item; absent = the file's. */
  name?: string;
}

const ONLY = 'ds0';

/** Undefined when the path is no picture of the data set. A picture without a mask is one. */
export function matchLayout(set: DataSet, picture: string, find: FileFinder): Pair | undefined {
  let bare: Pair | undefined;
  for (const layout of set.layouts) {
    const groups = groupsOf(layout, picture);
    if (groups === undefined) continue;
    const there = layout.masks.map((template) => find(fill(template, groups)));
    const mask = there.find((file) => file !== undefined && file !== picture);
    const pair = pairOf(layout, groups, picture);
    if (mask === undefined) {
      bare ??= pair;
      continue;
    }
    const neutral = layout.neutral === undefined ? undefined : find(fill(layout.neutral, groups));
    return { ...pair, mask, ...(neutral === undefined ? {} : { neutral }) };
  }
  return bare;
}

/** The groups of the layout's pattern with those that follow from them. */
function groupsOf(layout: Layout, picture: string): Record<string, string> | undefined {
  const groups = layout.picture.exec(picture)?.groups;
  if (groups === undefined) return undefined;
  const folders = (groups.root ?? '').split('/').filter((part) => part !== '');
  return {
    ...groups,
    file: picture.slice(picture.lastIndexOf('/') + 1),
    folder: folders.at(-1) ?? ONLY,
  };
}

function pairOf(layout: Layout, groups: Record<string, string>, picture: string): Pair {
  return {
    picture,
    dataset: fill(layout.dataset, groups),
    ...(layout.name === undefined ? {} : { name: fill(layout.name, groups) }),
  };
}

export const fill = (template: string, groups: Record<string, string | undefined>): string =>
  template.replace(/\{(\w+)\}/g, (_, key: string) => groups[key] ?? '');
