import { createHash } from 'node:crypto';

const MAX_BYTES = 200;
const KEPT_BYTES = 170;

/**
 * The part of a status file's name that stands for a source: readable, safe on any file system, at most
 * 200 bytes, different for different sources. Odd characters become %XX of their UTF-8 bytes; a long name is
 * cut and ends with `%~` and a hash, which no name that was not cut can contain.
 */
export function statusName(source: string): string {
  const safe = source.replace(/^\.|[%/\\:*?"<>|]|[\p{C}\p{Zl}\p{Zp}]/gu, percent);
  if (Buffer.byteLength(safe) <= MAX_BYTES) return safe;
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 16);
  let kept = '';
  let bytes = 0;
  for (const char of safe) {
    bytes += Buffer.byteLength(char);
    if (bytes > KEPT_BYTES) break;
    kept += char;
  }
  return `${kept}%~${hash}`;
}

function percent(char: string): string {
  return [...Buffer.from(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
