import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, SlyError } from './errors.ts';
import { joinInside } from './safe-path.ts';

/**
 * Joins a relative path from outside to a folder of ours and refuses it when any part of the way below `root`
 * is a link: what `joinInside` cannot see. Nothing says that the result is there.
 */
export async function joinWithoutLinks(root: string, relative: string): Promise<string> {
  const target = joinInside(root, relative);
  let at = root;
  for (const part of path.relative(root, target).split(path.sep)) {
    if (part === '') continue;
    at = path.join(at, part);
    let isLink = false;
    try {
      isLink = (await lstat(at)).isSymbolicLink();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOENT' || errno === 'ENOTDIR') return target;
      throw error;
    }
    if (isLink) {
      throw new SlyError('SLY_PATH_ESCAPES', {
        detail: `${JSON.stringify(relative)}: ${JSON.stringify(part)} is a symbolic link, which is never followed`,
        hint: 'Move or copy the data there instead of linking it.',
      });
    }
  }
  return target;
}
