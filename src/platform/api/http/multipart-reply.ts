/**
 * A multipart answer streamed from the store, one part a blob. The SDK splits the whole body at the boundary,
 * so the boundary is long and random: content that holds it by chance or on purpose cannot be made.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Sha256 } from '../../../lib/hash.ts';
import type { BlobStore } from '../../ports.ts';

export type ReplyPart = {
  /** Lines between boundary and blank line, without line ends. */
  headers: readonly string[];
} & ({ sha256: Sha256; size: number } | { bytes: Uint8Array });

export function sendParts(
  blobs: Pick<BlobStore, 'open'>,
  parts: readonly ReplyPart[],
  reply: FastifyReply,
): FastifyReply {
  const boundary = `sly-${randomBytes(24).toString('hex')}`;
  const heads = parts.map((part) => Buffer.from(`--${boundary}\r\n${part.headers.join('\r\n')}\r\n\r\n`));
  const tail = Buffer.from(`--${boundary}--\r\n`);
  const length = heads.reduce((sum, head, at) => sum + head.length + sizeOf(parts[at]) + 2, tail.length);

  async function* body(): AsyncGenerator<Buffer> {
    for (const [at, part] of parts.entries()) {
      yield heads[at] ?? Buffer.alloc(0);
      if ('bytes' in part) yield Buffer.from(part.bytes);
      else if (part.size > 0) yield* (await blobs.open(part.sha256)) as AsyncIterable<Buffer>;
      yield CRLF;
    }
    yield tail;
  }

  return reply
    .header('content-type', `multipart/form-data; boundary=${boundary}`)
    .header('content-length', length)
    .send(Readable.from(body(), { objectMode: false }));
}

function sizeOf(part: ReplyPart | undefined): number {
  if (part === undefined) return 0;
  return 'bytes' in part ? part.bytes.length : part.size;
}

const CRLF = Buffer.from('\r\n');

/** Inside a quoted parameter: as browsers write it. */
export function quoted(text: string): string {
  return `"${text.replace(/[\r\n]/g, ' ').replaceAll('"', '%22')}"`;
}
