/**
 * Bodies of multipart/form-data, read part by part in bounded memory. The pieces of a part are views of what the socket
 * gave, good until the next one is asked for: then that memory is given back.
 */
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import { giveBack } from '../../../lib/give-back.ts';
import { type PartHead, readPartHead } from './part-head.ts';

export interface Part extends PartHead {
  /** Must not be read any more when the next part is asked for; what is left of it then is skipped. */
  body: AsyncIterable<Buffer>;
}

/** Between a boundary and the blank line. */
const MOST_HEAD_BYTES = 16 << 10;
const MOST_TEXT_BYTES = 1 << 20;
const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const DASHES = Buffer.from('--');

type Event = PartHead | Buffer | 'end of part';

/** Everything that is wrong with the body is SLY_BAD_MESSAGE, the end of the connection too. */
export async function* multipartParts(
  request: FastifyRequest,
  { mostParts }: { mostParts: number },
): AsyncGenerator<Part> {
  const boundary = boundaryOf(request.headers['content-type']);
  const raw: Readable = request.raw;
  const events = readEvents(raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>, boundary);

  async function* bodyOfPart(): AsyncGenerator<Buffer> {
    for (let event = await nextOf(events); Buffer.isBuffer(event); event = await nextOf(events)) yield event;
  }

  let parts = 0;
  try {
    for (let event = await nextOf(events); event !== undefined; event = await nextOf(events)) {
      // What is left of a part that was not read to its end.
      if (Buffer.isBuffer(event) || event === 'end of part') continue;
      parts += 1;
      if (parts > mostParts) throw broken(`expected at most ${mostParts} parts, got more`);
      yield { ...event, body: bodyOfPart() };
    }
  } finally {
    await events.return(undefined);
    // The client hears the answer only when what it still sends is taken from it.
    raw.resume();
  }
}

/** The value of a text part. */
export async function textOf(part: Part): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of part.body) {
    size += piece.length;
    if (size > MOST_TEXT_BYTES)
      throw broken(`${JSON.stringify(part.name)}: expected at most ${MOST_TEXT_BYTES} bytes of text`);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** In order: the head of a part, its pieces, its end. */
async function* readEvents(chunks: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<Event> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let place: 'before' | 'head' | 'body' | 'skipped' | 'after' = 'before';
  // The first delimiter may stand at the very start, without the line end that belongs to it.
  let kept: Buffer = CRLF;
  for await (const chunk of chunks) {
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
          throw broken(`expected at most ${MOST_HEAD_BYTES} bytes of headers before a part`);
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
  if (place !== 'after') throw broken('it ends before its last boundary');
}

/** Where the data ends with the beginning of a delimiter; its length when it does not. */
function startOfPartial(data: Buffer, from: number, delimiter: Buffer): number {
  let at = data.indexOf(CRLF[0] ?? 0, Math.max(from, data.length - delimiter.length + 1));
  while (at !== -1 && !data.subarray(at).equals(delimiter.subarray(0, data.length - at)))
    at = data.indexOf(CRLF[0] ?? 0, at + 1);
  return at === -1 ? data.length : at;
}

async function nextOf(events: AsyncGenerator<Event>): Promise<Event | undefined> {
  try {
    const next = await events.next();
    return next.done === true ? undefined : next.value;
  } catch (cause) {
    if (cause instanceof SlyError) throw cause;
    throw broken(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function boundaryOf(contentType: string | undefined): string {
  const type = contentType ?? '';
  if (!/^multipart\/form-data\s*(;|$)/i.test(type)) {
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `expected multipart/form-data, got ${contentType ?? 'no content type'}`,
    });
  }
  const match = /;\s*boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^";\s]{1,200}))/i.exec(type);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw broken('its content type names no boundary');
  return boundary;
}

function broken(what: string, cause?: unknown): SlyError {
  return new SlyError('SLY_BAD_MESSAGE', {
    detail: `the body is not valid multipart/form-data: ${what}`,
    ...(cause !== undefined && { cause }),
  });
}
