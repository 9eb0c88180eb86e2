/**
 * Bodies of multipart/form-data, read part by part in bounded memory. The pieces of a part are views of what the socket
 * gave, good until the next one is asked for: then that memory is given back.
 */
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import type { PartHead } from './part-head.ts';
import { brokenBody, type MultipartEvent, splitMultipart } from './split-multipart.ts';

interface Part extends PartHead {
  /** Must not be read any more when the next part is asked for; what is left of it then is skipped. */
  body: PartBody;
}

interface PartBody extends AsyncIterable<Buffer> {
  /** Copies what comes next into the memory, until that is full or the part ends; answers the number of bytes. */
  fill(memory: Buffer): Promise<number>;
}

const MOST_TEXT_BYTES = 1 << 20;

/** Everything that is wrong with the body is SLY_BAD_MESSAGE, the end of the connection too. */
export async function* multipartParts(
  request: FastifyRequest,
  { mostParts }: { mostParts: number },
): AsyncGenerator<Part> {
  const raw: Readable = request.raw;
  const events = createEvents(raw, boundaryOf(request.headers['content-type']));
  let parts = 0;
  try {
    for (let event = await events.next(); event !== undefined; event = await events.next()) {
      // What is left of a part that was not read to its end.
      if (Buffer.isBuffer(event) || event === 'end of part') continue;
      parts += 1;
      if (parts > mostParts) throw brokenBody(`expected at most ${mostParts} parts, got more`);
      yield { ...event, body: bodyOfPart(events) };
    }
  } finally {
    await events.end();
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
      throw brokenBody(`${JSON.stringify(part.name)}: expected at most ${MOST_TEXT_BYTES} bytes of text`);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString('utf8');
}

type Event = Exclude<MultipartEvent, 'more'>;

function createEvents(raw: Readable, boundary: string) {
  const chunks = raw.iterator({ destroyOnReturn: false }) as NodeJS.AsyncIterator<Buffer, undefined>;
  const events = splitMultipart(boundary);

  return {
    /** Undefined at the end of the body. */
    async next(): Promise<Event | undefined> {
      try {
        let event = events.next();
        while (event.value === 'more') event = events.next((await chunks.next()).value);
        return event.value ?? undefined;
      } catch (cause) {
        if (cause instanceof SlyError) throw cause;
        throw brokenBody(cause instanceof Error ? cause.message : String(cause), cause);
      }
    },
    end: () => chunks.return?.(),
  };
}

function bodyOfPart(events: { next(): Promise<Event | undefined> }): PartBody {
  let ended = false;
  /** What did not fit. */
  let left: Buffer | undefined;

  async function piece(): Promise<Buffer | undefined> {
    const event = left ?? (ended ? undefined : await events.next());
    left = undefined;
    if (Buffer.isBuffer(event)) return event;
    ended = true;
    return undefined;
  }

  return {
    async *[Symbol.asyncIterator]() {
      for (let next = await piece(); next !== undefined; next = await piece()) yield next;
    },
    async fill(memory) {
      let size = 0;
      while (size < memory.length) {
        const next = await piece();
        if (next === undefined) break;
        const taken = next.copy(memory, size);
        if (taken < next.length) left = next.subarray(taken);
        size += taken;
      }
      return size;
    },
  };
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
  if (boundary === undefined) throw brokenBody('its content type names no boundary');
  return boundary;
}
