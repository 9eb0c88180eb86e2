/**
 * `*.bulk.upload`: many files in one multipart body of any size. Bodies are never held whole: a small file is gathered
 * in one piece of memory and goes to the batch that becomes durable at the end, a large one streams to the store.
 * Hashes are answered in the order of the parts.
 */
import type { FastifyRequest } from 'fastify';
import { toSlyError } from '../../../lib/errors.ts';
import { giveBack } from '../../../lib/give-back.ts';
import { hexToBase64 } from '../../../lib/hash.ts';
import { BATCHED_BYTES, type BlobStore } from '../../ports/blobs.ts';
import { multipartParts, textOf } from './multipart-body.ts';

const MOST_PARTS = 10_000;

export type ReceivedFile = { hash: string; size: number } | { errors: { message: string }[] };

export interface PartListener {
  /** A text part, in the order of the body. May throw; then nothing more is read. */
  field?(name: string, value: string): void;
  /** A file begins, before any of its bytes is read. May throw. */
  file?(name: string): void;
}

export async function receiveFiles(
  blobs: Pick<BlobStore, 'batch' | 'putStream'>,
  request: FastifyRequest,
  listener: PartListener = {},
): Promise<ReceivedFile[]> {
  const received: ReceivedFile[] = [];
  const batch = blobs.batch();
  /** All small files go through it, one after the other. */
  const memory = Buffer.allocUnsafeSlow(BATCHED_BYTES + 1);
  try {
    for await (const part of multipartParts(request, { mostParts: MOST_PARTS })) {
      if (part.isFile) {
        listener.file?.(part.name);
        const size = await part.body.fill(memory);
        const bytes = memory.subarray(0, size);
        received.push(
          size > BATCHED_BYTES
            ? await storeLarge(blobs, bytes, part.body)
            : { hash: hexToBase64(await batch.add(bytes)), size },
        );
      } else {
        listener.field?.(part.name, await textOf(part));
      }
    }
    await batch.commit();
    return received;
  } catch (error) {
    await batch.abort();
    throw error;
  } finally {
    giveBack(memory);
  }
}

async function storeLarge(
  blobs: Pick<BlobStore, 'putStream'>,
  head: Buffer,
  rest: AsyncIterable<Buffer>,
): Promise<ReceivedFile> {
  async function* whole(): AsyncGenerator<Buffer> {
    yield head;
    yield* rest;
  }
  try {
    const { sha256, size } = await blobs.putStream(whole());
    return { hash: hexToBase64(sha256), size };
  } catch (thrown) {
    const error = toSlyError(thrown);
    // What may succeed later, or breaks the body itself, concerns the whole request: the client sends it again.
    if (error.retryable || error.code === 'SLY_INTERNAL' || error.code === 'SLY_BAD_MESSAGE') throw thrown;
    return { errors: [{ message: error.message }] };
  }
}
