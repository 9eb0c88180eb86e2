/**
 * Paths of team files as clients write them. They are names in a table and never reach a disk here; but they
 * do where a folder is downloaded, so what no disk could hold, or what would leave its folder, is refused.
 * Letters are kept as they came: two forms of the same accent are two names.
 */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { nameProblem } from '../../../lib/name-problem.ts';

const MOST_BYTES = 4096;

/** A path in a request; what is longer is refused with the reason below. */
export const TeamPath = Type.String({ maxLength: 4200 });

/** `a//b.txt` -> `/a/b.txt`. SLY_USAGE when it cannot be a file's path. */
export function teamFilePath(text: string): string {
  const path = partsOf(text).join('/');
  if (path === '' || text.endsWith('/')) throw refused(text, 'it names no file');
  return `/${path}`;
}

/** `a/b` -> `/a/b/`; the top is `/`. */
export function teamFolderPath(text: string): string {
  const parts = partsOf(text);
  return parts.length === 0 ? '/' : `/${parts.join('/')}/`;
}

/** A file's path, or a folder's when it ends with `/`. */
export const teamPath = (text: string): string =>
  text.endsWith('/') || text === '' ? teamFolderPath(text) : teamFilePath(text);

/** Any beginning of a path. */
export function teamPrefix(text: string): string {
  if (isElsewhere(text)) throw refused(text, 'it is not in team files');
  if (text.includes('\0') || !text.isWellFormed()) throw refused(text, 'it has a letter no path has');
  return text.startsWith('/') ? text : `/${text}`;
}

function partsOf(text: string): string[] {
  if (isElsewhere(text)) throw refused(text, 'it is not in team files');
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw refused(`${text.slice(0, 100)}...`, `it is over ${MOST_BYTES} bytes`);
  const parts = text.split('/').filter((part) => part !== '');
  for (const part of parts) {
    const problem = nameProblem(part);
    if (problem !== undefined) throw refused(text, problem);
  }
  return parts;
}

/** `agent://1/...`, `s3://bucket/...` */
const isElsewhere = (text: string): boolean => /^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(text);

function refused(text: string, why: string): SlyError {
  return new SlyError('SLY_USAGE', {
    detail: `path: expected a path like "/folder/file.txt", got ${JSON.stringify(text)}: ${why}`,
  });
}
