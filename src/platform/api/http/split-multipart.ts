/** Cuts a body of multipart/form-data (RFC 7578) at its boundaries. No waiting here: who calls brings the bytes. */
import { SlyError } from '../../../lib/errors.ts';
import { giveBack } from '../../../lib/give-back.ts';
import { type PartHead, readPartHead } from './part-head.ts';

/** In order: the head of a part, its pieces, its end. `more`: the next bytes of the body are asked for. */
export type MultipartEvent = PartHead | Buffer | 'end of part' | 'more';

/** Between a boundary and the blank line. */
const MOST_HEAD_BYTES = 16 << 10;
const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const DASHES = Buffer.from('--');

/**
 * Each `more` is answered with the next bytes, or undefined at their end. Pieces are views of these bytes, whose memory
 * is given back with the next `more`. Throws SLY_BAD_MESSAGE.
 */
export function* splitMultipart(boundary: string): Generator<MultipartEvent, void, Buffer | undefined> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let place: 'before' | 'head' | 'body' | 'skipped' | 'after' = 'before';
  // The first delimiter may stand at the very start, without the line end that belongs to it.
  let kept: Buffer = CRLF;
  for (let chunk = yield 'more'; chunk !== undefined; chunk = yield 'more') {
    const data: Buffer = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    let at = 0;
    while (place !== 'after') {
      if (place === 'head') {
        if (data.subarray(at, at + 2).equals(DASHES)) {
          place = 'after';
          break;
        }
        const end = data.indexOf(HEAD_END, at);
        if ((end === -1 ? data.length : end) - at > MOST_HEAD_BYTES)
          throw brokenBody(`expected at most ${MOST_HEAD_BYTES} bytes of headers before a part`);
        // The blank line may be the beginning of the next delimiter: such a part has no body.
        if (end === -1 || data.length < end + 2 + delimiter.length) break;
        const head = readPartHead(data.toString('utf8', at, end));
        if (head !== undefined) yield head;
        place = head === undefined ? 'skipped' : 'body';
        at = end + (data.subarray(end + 2, end + 2 + delimiter.length).equals(delimiter) ? 2 : 4);
      }
      const found = data.indexOf(delimiter, at);
      const end = found === -1 ? startOfPartial(data, at, delimiter) : found;
      if (place === 'body' && end > at) yield data.subarray(at, end);
      at = end;
      if (found === -1) break;
      if (place === 'body') yield 'end of part';
      at += delimiter.length;
      place = 'head';
    }
    kept = place === 'after' ? Buffer.alloc(0) : Buffer.from(data.subarray(at));
    giveBack(chunk);
  }
  if (place !== 'after') throw brokenBody('it ends before its last boundary');
}

/** Where the data ends with the beginning of a delimiter; its length when it does not. */
function startOfPartial(data: Buffer, from: number, delimiter: Buffer): number {
  let at = data.indexOf(CRLF[0] ?? 0, Math.max(from, data.length - delimiter.length + 1));
  while (at !== -1 && !data.subarray(at).equals(delimiter.subarray(0, data.length - at)))
    at = data.indexOf(CRLF[0] ?? 0, at + 1);
  return at === -1 ? data.length : at;
}

export function brokenBody(what: string, cause?: unknown): SlyError {
  return new SlyError('SLY_BAD_MESSAGE', {
    detail: `the body is not valid multipart/form-data: ${what}`,
    ...(cause !== undefined && { cause }),
  });
}
