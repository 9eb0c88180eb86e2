/** The lines in front of a part of multipart/form-data (RFC 7578), as far as they matter here: its name and kind. */
import { SlyError } from '../../../lib/errors.ts';

export interface PartHead {
  name: string;
  /** It names a file, or is of no kind of text. */
  isFile: boolean;
}

const PARAMETER = /;\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^";\s]*))/g;

/** From the end of the boundary to the blank line; undefined for a part that is no field of a form. Throws SLY_BAD_MESSAGE. */
export function readPartHead(text: string): PartHead | undefined {
  const [rest = '', ...lines] = text.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  if (rest.trim() !== '') throw brokenHead(rest);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw brokenHead(line);
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const disposition = headers.get('content-disposition') ?? '';
  if (!/^form-data\s*(;|$)/i.test(disposition)) return undefined;
  const parameters = new Map<string, string>();
  for (const [, key = '', quoted, plain = ''] of disposition.matchAll(PARAMETER))
    parameters.set(key.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain);
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return {
    name: parameters.get('name') ?? '',
    isFile: parameters.has('filename') || parameters.has('filename*') || type === 'application/octet-stream',
  };
}

const brokenHead = (line: string): SlyError =>
  new SlyError('SLY_BAD_MESSAGE', {
    detail: `the body is not valid multipart/form-data: expected a header, got ${JSON.stringify(line.slice(0, 100))}`,
  });
