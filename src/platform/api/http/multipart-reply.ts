/**
 * A multipart answer from the store, one part a blob. The SDK splits the whole body at the boundary, so the boundary
 * is long and random: content that holds it by chance or on purpose cannot be made. One of two pieces of memory is
 * filled from the store while the other is on its way to the client, which sets the pace.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { giveBack } from '../../../lib/give-back.ts';
import type { Sha256 } from '../../../lib/hash.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import { beginRaw, writeRaw } from './raw-reply.ts';

export type ReplyPart = {
  /** Lines between boundary and blank line, without line ends. */
  headers: readonly string[];
} & (StoredBytes | { bytes: Uint8Array });

interface StoredBytes {
  sha256: Sha256;
  size: number;
}

const MEMORY_BYTES = 512 << 10;
/** Small blobs that are read at once. */
const READS_AT_ONCE = 16;
const CRLF = Buffer.from('\r\n');

export async function sendParts(
  blobs: Pick<BlobStore, 'readInto'>,
  parts: readonly ReplyPart[],
  reply: FastifyReply,
): Promise<FastifyReply> {
  const boundary = `sly-${randomBytes(24).toString('hex')}`;
  const body = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${part.headers.join('\r\n')}\r\n\r\n`),
    'bytes' in part ? part.bytes : part,
    CRLF,
  ]);
  body.push(Buffer.from(`--${boundary}--\r\n`));
  const length = body.reduce((sum, piece) => sum + sizeOf(piece), 0);
  reply.header('content-type', `multipart/form-data; boundary=${boundary}`).header('content-length', length);

  const fill = createFiller(blobs, body);
  const [one, other] = [1, 2].map(() => Buffer.allocUnsafeSlow(Math.min(length, MEMORY_BYTES))) as [
    Buffer,
    Buffer,
  ];
  // What is missing in the store is an error as usual as long as nothing is sent.
  let filled = await fill(one);
  const raw = beginRaw(reply);
  try {
    for (let memory = other; filled.length > 0; memory = memory === one ? other : one)
      [filled] = await Promise.all([fill(memory), writeRaw(raw, filled)]);
    raw.end();
    for (const memory of [one, other]) giveBack(memory);
  } catch {
    // The length is promised already: only a broken connection tells the client.
    raw.destroy();
  }
  return reply;
}

/** Each call gives what comes next of the body, as much as fits; nothing at its end. */
function createFiller(
  blobs: Pick<BlobStore, 'readInto'>,
  body: readonly (Uint8Array | StoredBytes)[],
): (memory: Buffer) => Promise<Buffer> {
  let at = 0;
  let offset = 0;

  return async (memory) => {
    const reads: Promise<void>[] = [];
    let used = 0;
    for (let piece = body[at]; piece !== undefined; piece = body[at]) {
      const into = memory.subarray(used, used + sizeOf(piece) - offset);
      if (piece instanceof Uint8Array) into.set(piece.subarray(offset, offset + into.length));
      else if (into.length > 0) reads.push(blobs.readInto(piece.sha256, into, offset));
      used += into.length;
      offset += into.length;
      if (offset < sizeOf(piece)) break;
      at += 1;
      offset = 0;
      if (reads.length === READS_AT_ONCE) break;
    }
    await Promise.all(reads);
    return memory.subarray(0, used);
  };
}

const sizeOf = (piece: Uint8Array | StoredBytes): number =>
  piece instanceof Uint8Array ? piece.length : piece.size;

/** Inside a quoted parameter: as browsers write it. */
export function quoted(text: string): string {
  return `"${text.replace(/[\r\n]/g, ' ').replaceAll('"', '%22')}"`;
}
