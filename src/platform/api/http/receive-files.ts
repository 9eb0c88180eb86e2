/**
 * `*.bulk.upload`: many files in one multipart body of any size. Bodies are never held whole: a small file
 * waits in memory for others so that one wait for the disk serves many, a large one streams to the store.
 * What is held is bounded (blob-group.ts). Hashes are answered in the order of the parts.
 */
import type { FastifyRequest } from 'fastify';
import { SlyError, toSlyError } from '../../../lib/errors.ts';
import { hexToBase64 } from '../../../lib/hash.ts';
import type { BlobStore } from '../../ports.ts';
import { createBlobGroup, SMALL_BYTES } from './blob-group.ts';

const MOST_PARTS = 10_000;

export type ReceivedFile = { hash: string; size: number } | { errors: { message: string }[] };

export interface PartListener {
  /** A text part, in the order of the body. May throw; then nothing more is read. */
  field?(name: string, value: string): void;
  /** A file begins, before any of its bytes is read. May throw. */
  file?(name: string): void;
}

export async function receiveFiles(
  blobs: Pick<BlobStore, 'putMany' | 'putStream'>,
  request: FastifyRequest,
  listener: PartListener = {},
): Promise<ReceivedFile[]> {
  if (!request.isMultipart()) {
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `expected multipart/form-data, got ${request.headers['content-type'] ?? 'no content type'}`,
    });
  }
  const received: ReceivedFile[] = [];
  const group = createBlobGroup(blobs);
  const parts = request.parts({ limits: { fileSize: Number.POSITIVE_INFINITY, parts: MOST_PARTS } });
  for (;;) {
    const next = await readable(() => parts.next());
    if (next.done === true) break;
    const part = next.value;
    if (part.type !== 'file') {
      listener.field?.(part.fieldname, String(part.value));
      continue;
    }
    listener.file?.(part.fieldname);
    const { head, rest } = await readHead(part.file);
    if (rest === undefined) {
      received.push({ hash: hexToBase64(await group.add(head)), size: head.length });
    } else {
      received.push(await storeLarge(blobs, head, rest));
    }
  }
  await group.flush();
  return received;
}

async function storeLarge(
  blobs: Pick<BlobStore, 'putStream'>,
  head: Buffer,
  rest: AsyncIterator<Buffer>,
): Promise<ReceivedFile> {
  try {
    const { sha256, size } = await blobs.putStream(joined(head, rest));
    return { hash: hexToBase64(sha256), size };
  } catch (thrown) {
    const error = toSlyError(thrown);
    // What may succeed later concerns the whole request: the client sends it again.
    if (error.retryable || error.code === 'SLY_INTERNAL') throw thrown;
    for await (const _left of joined(Buffer.alloc(0), rest));
    return { errors: [{ message: error.message }] };
  }
}

/** What goes wrong while the body is read is the client's doing: cut off, or no multipart at all. */
async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const detail = `the body is not valid multipart/form-data: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new SlyError('SLY_BAD_MESSAGE', { detail, cause });
  }
}

/** The whole file when it is small; else what was read and the iterator over what follows. */
async function readHead(
  file: AsyncIterable<Buffer>,
): Promise<{ head: Buffer; rest: AsyncIterator<Buffer> | undefined }> {
  const chunks: Buffer[] = [];
  let size = 0;
  const rest = file[Symbol.asyncIterator]();
  while (size <= SMALL_BYTES) {
    const next = await readable(() => rest.next());
    if (next.done === true) return { head: Buffer.concat(chunks), rest: undefined };
    chunks.push(next.value);
    size += next.value.length;
  }
  return { head: Buffer.concat(chunks), rest };
}

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (;;) {
    const next = await readable(() => rest.next());
    if (next.done === true) return;
    yield next.value;
  }
}
