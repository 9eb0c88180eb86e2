/**
 * Where pictures and their labels lie: `<split>/images/a.jpg` with `<split>/v2.0/instances/a.png` or, in version 1,
 * `<split>/instances/a.png`. Anything may lie before the split.
 */
import { createFileFinder, type FileFinder } from '../../src/plugin-kit/file-finder.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

export const VERSIONS = ['v2.0', 'v1.2', 'v1'] as const;
export type Version = (typeof VERSIONS)[number];
export const SOURCES = ['instances', 'polygons', 'labels'] as const;
export type Source = (typeof SOURCES)[number];

export interface Picture {
  file: string;
  /** Folders before `images/`, with the last slash; may be empty. */
  before: string;
  stem: string;
}

const PICTURE = /^(?<before>(?:.*\/)?)images\/(?<stem>[^/]+)\.(?:jpe?g|png)$/i;

export function* picturesOf(tree: SourceTree): Generator<Picture> {
  for (const { path: file } of tree.files) {
    const groups = PICTURE.exec(file)?.groups;
    if (groups !== undefined) yield { file, before: groups.before ?? '', stem: groups.stem ?? '' };
  }
}

/** Where its labels would be. */
export function labelPath({ before, stem }: Picture, version: Version, source: Source): string {
  const folder = version === 'v1' ? before : `${before}${version}/`;
  return `${folder}${source}/${stem}.${source === 'polygons' ? 'json' : 'png'}`;
}

export interface Layout {
  pictures: Picture[];
  find: FileFinder;
  /** Pictures that have labels, by version and source. */
  counts: Record<Version, Record<Source, number>>;
}

export function readLayout(tree: SourceTree): Layout {
  const find = createFileFinder(tree);
  const none = (): Record<Source, number> => ({ instances: 0, polygons: 0, labels: 0 });
  const counts = { 'v2.0': none(), 'v1.2': none(), v1: none() };
  const pictures = [...picturesOf(tree)];
  for (const picture of pictures)
    for (const version of VERSIONS)
      for (const source of SOURCES)
        if (find(labelPath(picture, version, source)) !== undefined) counts[version][source]++;
  return { pictures, find, counts };
}

/** The configuration of a version, the one with the fewest folders before it. */
export function configFile(tree: SourceTree, version: Version): string | undefined {
  for (const name of version === 'v1' ? ['config.json'] : [`config_${version}.json`, 'config.json']) {
    const [first] = [...tree.byBaseName(name)].sort((a, b) => depth(a.path) - depth(b.path));
    if (first !== undefined) return first.path;
  }
  return undefined;
}

const depth = (path: string): number => path.split('/').length;
