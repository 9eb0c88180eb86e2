/** What the headers of a tus request say. SLY_BAD_MESSAGE names the one that is wrong. */
import type { IncomingHttpHeaders } from 'node:http';
import { SlyError } from '../../../lib/errors.ts';

export const ALGORITHMS = ['sha1', 'sha256', 'md5'] as const;
const DIGEST_BYTES: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, md5: 16 };

export function numberOf(headers: IncomingHttpHeaders, name: string): number {
  const value = headers[name];
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw bad(name, 'a whole number from 0', value);
}

/** `key base64, key base64`. `modified` is ms since 1970, 0 when it is not given. */
export function metadataOf(header: string | string[] | undefined): {
  upload: number;
  path: string;
  modified: number;
} {
  const pairs = new Map<string, string>();
  for (const pair of String(header ?? '').split(',')) {
    const [key = '', value = ''] = pair.trim().split(' ');
    pairs.set(key, Buffer.from(value, 'base64').toString('utf8'));
  }
  const upload = Number(pairs.get('upload'));
  const path = pairs.get('path') ?? pairs.get('filename');
  if (!Number.isSafeInteger(upload) || upload < 1)
    throw bad('upload-metadata', 'upload: the id that uploads.begin answered', header);
  if (path === undefined) throw bad('upload-metadata', 'path: where the file lies in the upload', header);
  const modified = Number(pairs.get('modified') ?? 0);
  return { upload, path, modified: Number.isSafeInteger(modified) ? modified : 0 };
}

/** `sha256 <base64>`; undefined when there is none. */
export function checksumOf(
  header: string | string[] | undefined,
): { algorithm: string; digest: Uint8Array } | undefined {
  if (header === undefined) return undefined;
  const [algorithm = '', value = ''] = String(header).split(' ');
  const digest = Buffer.from(value, 'base64');
  if (DIGEST_BYTES[algorithm] === digest.length) return { algorithm, digest };
  throw bad('upload-checksum', `one of ${ALGORITHMS.join(', ')} and its digest in base64`, header);
}

function bad(name: string, expected: string, got: string | string[] | undefined): SlyError {
  return new SlyError('SLY_BAD_MESSAGE', {
    detail: `${name}: expected ${expected}, got ${JSON.stringify(String(got ?? 'nothing').slice(0, 200))}`,
  });
}
