import path from 'node:path';
import { SlyError } from './errors.ts';

/**
 * Joins a relative path from outside to a folder of ours; refuses whatever would leave it.
 * Purely lexical: callers that follow the result on disk must also refuse links (`lstat`).
 */
export function joinInside(root: string, relative: string): string {
  if (relative.includes('\0')) throw escapes(relative);
  const joined = path.resolve(root, relative);
  if (path.isAbsolute(relative) || !isInside(root, joined)) throw escapes(relative);
  return joined;
}

/** True when `candidate` is `root` or below it; compares whole path parts, not text prefixes. */
export function isInside(root: string, candidate: string): boolean {
  const relative = path.relative(root, candidate);
  return (
    relative === '' ||
    (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}

function escapes(relative: string): SlyError {
  return new SlyError('SLY_PATH_ESCAPES', {
    detail: `expected a relative path inside its folder, got ${JSON.stringify(relative)}`,
  });
}
