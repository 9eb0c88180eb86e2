/** A JSON value as an answer, made as text while it is sent: what is large is never held whole. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

const PIECE_CHARS = 64 << 10;

/** An error before the first piece is answered as usual; a later one breaks the connection. */
export async function sendJsonText(
  reply: FastifyReply,
  pieces: AsyncGenerator<string>,
): Promise<FastifyReply> {
  const first = await nextChunk(pieces);
  async function* body(): AsyncGenerator<string> {
    for (let chunk = first; chunk !== undefined; chunk = await nextChunk(pieces)) yield chunk;
  }
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .send(Readable.from(body(), { objectMode: false }));
}

/** Many small pieces as one. */
async function nextChunk(pieces: AsyncGenerator<string>): Promise<string | undefined> {
  let text = '';
  while (text.length < PIECE_CHARS) {
    const next = await pieces.next();
    if (next.done === true) return text === '' ? undefined : text;
    text += next.value;
  }
  return text;
}

/** `{"a":1}` and `{"b":2}` -> `{"a":1,"b":2}`; the keys of the two must differ. */
export function joinObjects(first: string, second: string): string {
  if (first === '{}') return second;
  return second === '{}' ? first : `${first.slice(0, -1)},${second.slice(1)}`;
}
