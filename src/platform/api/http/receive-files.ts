/**
 * `*.bulk.upload`: many files in one multipart body of any size. Bodies are never held whole: a small file is gathered
 * in one piece of memory and goes to the batch that becomes durable at the end, a large one streams to the store.
 * Hashes are answered in the order of the parts.
 */
import type { FastifyRequest } from 'fastify';
import { toSlyError } from '../../../lib/errors.ts';
import { hexToBase64 } from '../../../lib/hash.ts';
import { BATCHED_BYTES, type BlobBatch, type BlobStore } from '../../ports/blobs.ts';
import { multipartParts, type Part, textOf } from './multipart-body.ts';

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
  const receive = createReceiver(blobs, batch);
  try {
    for await (const part of multipartParts(request, { mostParts: MOST_PARTS })) {
      if (part.isFile) {
        listener.file?.(part.name);
        received.push(await receive(part));
      } else {
        listener.field?.(part.name, await textOf(part));
      }
    }
    await batch.commit();
    return received;
  } catch (error) {
    await batch.abort();
    throw error;
  }
}

/** Takes one file after the other, all through the same memory. */
function createReceiver(
  blobs: Pick<BlobStore, 'putStream'>,
  batch: BlobBatch,
): (part: Part) => Promise<ReceivedFile> {
  let memory: Buffer | undefined;

  return async ({ body }) => {
    memory ??= Buffer.allocUnsafeSlow(BATCHED_BYTES);
    const pieces = body[Symbol.asyncIterator]();
    let size = 0;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      if (size + next.value.length > BATCHED_BYTES)
        return storeLarge(blobs, [memory.subarray(0, size), next.value], pieces);
      next.value.copy(memory, size);
      size += next.value.length;
    }
    const sha256 = await batch.add(memory.subarray(0, size));
    return { hash: hexToBase64(sha256), size };
  };
}

async function storeLarge(
  blobs: Pick<BlobStore, 'putStream'>,
  head: readonly Buffer[],
  rest: AsyncIterator<Buffer>,
): Promise<ReceivedFile> {
  async function* whole(): AsyncGenerator<Buffer> {
    yield* head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
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
