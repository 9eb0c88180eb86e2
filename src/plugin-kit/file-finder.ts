/** Whether a file is there; unless the tree is huge, also when its name is written in other case. */
import type { SourceTree } from './plugin.ts';

export type FileFinder = (path: string) => string | undefined;

/** An index in lower case of more files than this costs seconds, and is not worth a guess. */
const MAX_ANY_CASE = 200_000;

export function createFileFinder(tree: SourceTree): FileFinder {
  const exact = new Set(tree.files.map((file) => file.path));
  let lowerCase: Map<string, string> | undefined;
  return (path) => {
    if (exact.has(path)) return path;
    if (exact.size > MAX_ANY_CASE) return undefined;
    lowerCase ??= new Map([...exact].reverse().map((one) => [one.toLowerCase(), one]));
    return lowerCase.get(path.toLowerCase());
  };
}
