/**
 * Both sets number their pictures from 1: `img_1.jpg` of the test pictures is not that of the training pictures. A
 * file that names its split matches pictures of that split, or pictures that name none.
 */
import type { ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { createSourceTree } from '../../src/plugin-kit/source-tree.ts';
import { type Split, splitInPath } from '../../src/plugin-kit/splits.ts';

export function createSplitMatcher(
  tree: SourceTree,
  create: (tree: SourceTree) => ImageMatcher,
): ImageMatcher {
  const matchers = new Map<Split | undefined, ImageMatcher>();

  function matcherOf(split: Split | undefined): ImageMatcher {
    let matcher = matchers.get(split);
    if (matcher === undefined) {
      const files = tree.files.filter(({ path }) => folderSplit(path) === split);
      matcher = create(createSourceTree(tree.root, files));
      matchers.set(split, matcher);
    }
    return matcher;
  }
  const all = create(tree);
  return (name, near) => {
    const split = splitInPath(near);
    if (split === undefined) return all(name, near);
    return matcherOf(split)(name, near) ?? matcherOf(undefined)(name, near);
  };
}

export function folderSplit(file: string): Split | undefined {
  return splitInPath(file.replace(/[^/]*$/, ''));
}
