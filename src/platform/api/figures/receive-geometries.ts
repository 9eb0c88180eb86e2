/**
 * `figures.bulk.upload.geometry`: pairs of a text part `figureId` and a file part `geometry`, in this order. Small
 * files are held, large ones stream to the store.
 */
import type { Multipart } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import type { Sha256 } from '../../../lib/hash.ts';
import type { BlobStore } from '../../ports.ts';

const MOST_PARTS = 20_000;

export interface ReceivedGeometry {
  figureId: number;
  sha256: Sha256;
  size: number;
}

/** Each pair as it comes; its bytes are stored. */
export async function* receiveGeometries(
  blobs: Pick<BlobStore, 'putStream'>,
  request: FastifyRequest,
): AsyncGenerator<ReceivedGeometry> {
  if (!request.isMultipart()) {
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `expected multipart/form-data, got ${request.headers['content-type'] ?? 'no content type'}`,
    });
  }
  const parts = request.parts({ limits: { fileSize: Number.POSITIVE_INFINITY, parts: MOST_PARTS } });
  let figureId: number | undefined;
  for (;;) {
    const part = await nextPart(parts);
    if (part === undefined) break;
    if (part.type === 'field') {
      if (part.fieldname !== 'figureId') continue;
      if (figureId !== undefined) throw wrongOrder(`figure ${figureId} has no geometry`);
      figureId = idOf(part.value);
      continue;
    }
    if (figureId === undefined) throw wrongOrder('a geometry comes before its figureId');
    yield { figureId, ...(await blobs.putStream(part.file)) };
    figureId = undefined;
  }
  if (figureId !== undefined) throw wrongOrder(`figure ${figureId} has no geometry`);
}

async function nextPart(parts: AsyncIterableIterator<Multipart>): Promise<Multipart | undefined> {
  try {
    const next = await parts.next();
    return next.done === true ? undefined : next.value;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `the body is not valid multipart/form-data: ${said}`,
      cause,
    });
  }
}

function idOf(value: unknown): number {
  const id = Number(value);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new SlyError('SLY_BAD_MESSAGE', {
    detail: `figureId: expected a whole number from 1, got ${JSON.stringify(value)?.slice(0, 100)}`,
  });
}

const wrongOrder = (what: string): SlyError =>
  new SlyError('SLY_BAD_MESSAGE', {
    detail: `expected pairs of figureId and geometry, but ${what}`,
  });
