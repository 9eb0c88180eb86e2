/** Bodies as streams. Stopping to read one must not break the connection the answer goes out on. */
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';

/** What a refused body may still cost: about one part. */
const DRAIN_BYTES = 80 << 20;
const DRAIN_MS = 20_000;

/** The pieces of the body; SLY_TOO_LARGE past `maxBytes`. */
export async function* bodyChunks(request: FastifyRequest, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  const raw: Readable = request.raw;
  for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new SlyError('SLY_TOO_LARGE', {
        detail: `expected a body of at most ${maxBytes} bytes, got more`,
      });
    }
    yield chunk;
  }
}

/** Reads on to the end of the body, within bounds. False when the end did not come. */
export async function drainBody(request: FastifyRequest): Promise<boolean> {
  const { raw } = request;
  if (raw.complete || raw.readableEnded) return true;
  if (raw.destroyed) return false;
  return new Promise((resolve) => {
    let left = DRAIN_BYTES;
    const end = (whole: boolean): void => {
      clearTimeout(timer);
      raw.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      resolve(whole);
    };
    const onData = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left < 0) end(false);
    };
    const onEnd = (): void => end(true);
    const onClose = (): void => end(false);
    const timer = setTimeout(onClose, DRAIN_MS);
    raw.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    raw.resume();
  });
}
