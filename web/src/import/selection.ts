/** What of the picked files is sent, and under which name. Pure. */

export interface Selection<F extends { size: number }> {
  /** Of the folder or file; becomes the project's name. */
  name: string;
  files: { path: string; file: F }[];
  bytes: number;
  /** Hidden files and what desktops leave behind: the import would not use them. */
  leftOut: number;
}

const JUNK = /(?:^|\/)(?:\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(?:\/|$)/i;
export const isJunk = (path: string): boolean => JUNK.test(path);

/** Undefined when there is nothing to send. One folder that holds everything is the name, not part of the paths. */
export function select<F extends { size: number }>(
  all: readonly { path: string; file: F }[],
): Selection<F> | undefined {
  const kept = all.filter((one) => !isJunk(one.path));
  const [first] = kept;
  if (first === undefined) return undefined;
  const top = first.path.includes('/') ? first.path.slice(0, first.path.indexOf('/')) : undefined;
  const oneFolder = top !== undefined && kept.every((one) => one.path.startsWith(`${top}/`));
  const files = oneFolder ? kept.map(({ path, file }) => ({ path: path.slice(top.length + 1), file })) : kept;
  const name = oneFolder ? top : kept.length === 1 ? first.path : `${kept.length} files`;
  return {
    name,
    files,
    bytes: files.reduce((sum, one) => sum + one.file.size, 0),
    leftOut: all.length - kept.length,
  };
}
