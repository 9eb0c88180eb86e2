/**
 * The PNGs of panoptic annotations: which files they are, and a view of the source without them, so that no image is
 * taken for its own mask and no mask for an image.
 */
import { createImageMatcher, nameParts } from '../../src/plugin-kit/match-images.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { createTextIndex } from '../../src/plugin-kit/text-index.ts';
import { HAS } from './annotation-fields.ts';
import type { CocoFile } from './coco-file.ts';

export interface PanopticMasks {
  /** By file, then by index of the annotation: path in the tree. Undefined for files that are not panoptic. */
  byFile: readonly (readonly (string | undefined)[] | undefined)[];
  all: ReadonlySet<string>;
}

export const isPanoptic = ({ has }: Pick<CocoFile, 'has'>): boolean =>
  [...has.values()].some((bits) => (bits & HAS.segments) !== 0);

export function findMasks(files: readonly CocoFile[], tree: SourceTree): PanopticMasks {
  const all = new Set<string>();
  const match = createImageMatcher(tree);
  const byFile = files.map((file) => {
    if (!isPanoptic(file)) return undefined;
    const paths: (string | undefined)[] = [];
    const images = createTextIndex();
    for (let i = 0; i < file.images.count; i++) images.add(baseName(file.images.get(i)?.name));
    for (let i = 0; i < file.annotations.count; i++) {
      const name = file.maskNames?.get(i);
      const base = baseName(name);
      // The only picture of a name that an image has too is the image.
      const isImage = images.has(base) && tree.byBaseName(base).length < 2;
      const found = name === undefined || isImage ? undefined : match(name, file.path)?.file;
      paths.push(found);
      if (found !== undefined) all.add(found);
    }
    return paths;
  });
  return { byFile, all };
}

const baseName = (name = ''): string => nameParts(name).at(-1) ?? '';

export function treeWithout(tree: SourceTree, left: ReadonlySet<string>): SourceTree {
  if (left.size === 0) return tree;
  const files = tree.files.filter(({ path }) => !left.has(path));
  return {
    ...tree,
    files,
    byBaseName: (name) => tree.byBaseName(name).filter(({ path }) => !left.has(path)),
  };
}
