/**
 * A blob as an HTTP answer: ranges, conditions, HEAD, checksum. A blob's hash is its strong ETag: the bytes
 * under a hash never change, so `If-Range` and `If-None-Match` are exact. Never compressed: clients read the
 * raw stream and compare lengths and hashes.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { giveBack } from '../../../lib/give-back.ts';
import { hexToBase64, type Sha256 } from '../../../lib/hash.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import { parseByteRange } from './byte-range.ts';
import { beginRaw } from './raw-reply.ts';

/** What is larger streams. */
const WHOLE_BYTES = 512 << 10;

export interface BlobAnswer {
  sha256: Sha256;
  size: number;
  mime: string;
  /** `Content-Disposition`; a saved file has this name. */
  disposition: string;
  /** Seconds a browser may keep it without asking. */
  maxAge?: number;
}

export async function sendBlob(
  blobs: Pick<BlobStore, 'open' | 'readInto'>,
  blob: BlobAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const etag = `"${blob.sha256}"`;
  reply.headers({
    'accept-ranges': 'bytes',
    etag,
    'x-content-checksum-sha256': hexToBase64(blob.sha256),
    'content-disposition': blob.disposition,
    'cache-control': `private, max-age=${blob.maxAge ?? 0}`,
  });
  if (request.headers['if-none-match']?.split(',').some((one) => one.trim() === etag) === true) {
    return reply.code(304).send();
  }
  const condition = request.headers['if-range'];
  const applies = condition === undefined || condition === etag;
  const range = applies ? parseByteRange(request.headers.range, blob.size) : undefined;
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${blob.size}`).send();
  }
  const { start, end } = range ?? { start: 0, end: blob.size };
  reply.type(blob.mime).header('content-length', end - start);
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${blob.size}`);
  if (request.method === 'HEAD') {
    // The framework would count the bytes it sends, which are none.
    beginRaw(reply).end();
    return reply;
  }
  if (end - start > WHOLE_BYTES) return reply.send(await blobs.open(blob.sha256, { start, end }));
  const bytes = Buffer.allocUnsafeSlow(end - start);
  if (bytes.length > 0) await blobs.readInto(blob.sha256, bytes, start);
  reply.raw.once('finish', () => giveBack(bytes));
  return reply.send(bytes);
}

/** Quotes and control characters may not break out of the header; the second form carries every letter. */
export function disposition(kind: 'attachment' | 'inline', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
