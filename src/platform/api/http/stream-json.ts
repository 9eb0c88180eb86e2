/** A JSON array as an answer, made while it is sent: a list of a million entries is never held whole. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

const PIECE_BYTES = 64 << 10;

/** `pages` gives some elements at a time. An error before the first page is answered as usual; a later one breaks the connection. */
export async function sendJsonArray(
  reply: FastifyReply,
  pages: AsyncIterator<readonly unknown[]>,
): Promise<FastifyReply> {
  const first = await pages.next();
  async function* body(): AsyncGenerator<string> {
    let text = '[';
    let any = false;
    for (let page = first; page.done !== true; page = await pages.next()) {
      for (const value of page.value) {
        text += (any ? ',' : '') + JSON.stringify(value);
        any = true;
        if (text.length < PIECE_BYTES) continue;
        yield text;
        text = '';
      }
    }
    yield `${text}]`;
  }
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .send(Readable.from(body(), { objectMode: false }));
}
