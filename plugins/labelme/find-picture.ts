/**
 * The picture of a JSON file: the one `imagePath` leads to from the file's folder, else the one of the file's own name
 * beside it, else of that name or of that base name anywhere, the nearest first.
 */
import path from 'node:path';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createImageMatcher, createStemMatcher, stemOf } from '../../src/plugin-kit/match-images.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

export type PictureFinder = (json: string, imagePath: string | undefined) => string | undefined;

export function createPictureFinder(tree: SourceTree): PictureFinder {
  const byName = createImageMatcher(tree);
  const byStem = createStemMatcher(tree);

  return (json, imagePath) => {
    const folder = path.posix.dirname(json);
    const stem = stemOf(json);
    const written = imagePath?.replaceAll('\\', '/');
    if (written !== undefined) {
      const exact = path.posix.normalize(path.posix.join(folder, written));
      const base = path.posix.basename(exact);
      if (tree.byBaseName(base).some((file) => file.path === exact) && isImageName(exact)) return exact;
    }
    const same = byStem(stem, json)?.file;
    if (same !== undefined && path.posix.dirname(same) === folder) return same;
    const named = written === undefined ? undefined : byName(written, json)?.file;
    // Outside of the file's folder the stem is a guess where the file says another name.
    return named ?? same;
  };
}
