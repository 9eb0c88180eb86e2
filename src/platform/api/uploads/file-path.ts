import { SlyError } from '../../../lib/errors.ts';

const MOST_CHARS = 1024;

/** The path of a file inside an upload: relative, parts joined by `/`, none of them empty, `.` or `..`. SLY_USAGE. */
export function assertFilePath(path: string): void {
  const parts = path.split('/');
  const bad = parts.some(
    (part) => part === '' || part === '.' || part === '..' || Buffer.byteLength(part) > 255,
  );
  if (!bad && path.length <= MOST_CHARS && !path.includes('\0') && path.isWellFormed()) return;
  throw new SlyError('SLY_USAGE', {
    detail: `expected a relative path like "images/a.jpg", got ${JSON.stringify(path.slice(0, 200))}`,
  });
}

/** SLY_USAGE when a path is a file and a folder at once, which no disk can hold. */
export function assertOneTree(paths: readonly string[]): void {
  const files = new Set(paths);
  for (const path of paths) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at);
      if (files.has(folder))
        throw new SlyError('SLY_USAGE', {
          detail: `${JSON.stringify(folder)} is a file, and the folder of ${JSON.stringify(path)}`,
        });
    }
  }
}
