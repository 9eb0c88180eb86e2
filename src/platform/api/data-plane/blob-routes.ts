/** Small blobs in packs, the question which are missing, and bytes back. */
import type { FastifyInstance } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import type { Sha256 } from '../../../lib/hash.ts';
import { createParser } from '../../../lib/schema.ts';
import { MissingRequestSchema } from '../../../protocol/publish.ts';
import { disposition, sendBlob } from '../http/send-blob.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';
import { type PackedBlob, readPack } from './read-pack.ts';
import { bodyChunks } from './request-body.ts';

const MISSING_BODY = 1 << 20;
const PACK_BODY = 64 << 20;
/** Stored with one wait for the disk. */
const GROUP_BYTES = 8 << 20;
const GROUP_BLOBS = 500;

const missingRequest = createParser(MissingRequestSchema);

export function registerBlobRoutes(app: FastifyInstance, { blobs }: DataPlaneDeps): void {
  app.post('/blobs/missing', { bodyLimit: MISSING_BODY }, async (request) => {
    const { hashes } = missingRequest.parse(request.body, 'request');
    return { missing: await blobs.missing([...new Set(hashes)]) };
  });

  app.post('/blobs/pack', async (request) => {
    const mismatched: Sha256[] = [];
    let stored = 0;
    let group: PackedBlob[] = [];
    let groupBytes = 0;
    const storeGroup = async (): Promise<void> => {
      const storing = group;
      group = [];
      groupBytes = 0;
      const bad = await blobs.putMany(storing);
      mismatched.push(...bad);
      stored += storing.length - bad.length;
    };
    for await (const blob of readPack(bodyChunks(request, PACK_BODY), PACK_BODY)) {
      group.push(blob);
      groupBytes += blob.bytes.length;
      if (groupBytes >= GROUP_BYTES || group.length >= GROUP_BLOBS) await storeGroup();
    }
    if (group.length > 0) await storeGroup();
    return { stored, mismatched };
  });

  app.get<{ Params: { sha256: string } }>('/blobs/:sha256', async (request, reply) => {
    const { sha256 } = request.params;
    const size = await blobs.size(sha256);
    if (size === undefined) throw new SlyError('SLY_NOT_FOUND', { detail: `blob ${sha256}` });
    const answer = {
      sha256,
      size,
      mime: 'application/octet-stream',
      disposition: disposition('attachment', sha256),
    };
    return sendBlob(blobs, answer, request, reply);
  });
}
