/**
 * `figures.bulk.upload.geometry`: pairs of a text part `figureId` and a file part `geometry`, in this order. Small
 * files are held, large ones stream to the store.
 */
import type { FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import type { Sha256 } from '../../../lib/hash.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import { multipartParts, textOf } from '../http/multipart-body.ts';

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
  let figureId: number | undefined;
  for await (const part of multipartParts(request, { mostParts: MOST_PARTS })) {
    if (!part.isFile) {
      const text = await textOf(part);
      if (part.name !== 'figureId') continue;
      if (figureId !== undefined) throw wrongOrder(`figure ${figureId} has no geometry`);
      figureId = idOf(text);
      continue;
    }
    if (figureId === undefined) throw wrongOrder('a geometry comes before its figureId');
    yield { figureId, ...(await blobs.putStream(part.body)) };
    figureId = undefined;
  }
  if (figureId !== undefined) throw wrongOrder(`figure ${figureId} has no geometry`);
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
