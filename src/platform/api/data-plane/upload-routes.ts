/** Large blobs in parts. The name of an upload is the agent's own: two agents never write into one. */
import type { FastifyInstance } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import {
  PART_CRC_HEADER,
  UploadCompleteSchema,
  type UploadReply,
  UploadRequestSchema,
} from '../../../protocol/publish.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';
import { pathNumber } from './path-number.ts';
import { bodyChunks } from './request-body.ts';

const SMALL_BODY = 64 << 10;
/** The store knows its own part size and refuses more. */
const PART_BODY = 1 << 30;
const CRC_MAX = 0xffff_ffff;

const uploadRequest = createParser(UploadRequestSchema);
const completeRequest = createParser(UploadCompleteSchema);

export function registerUploadRoutes(app: FastifyInstance, { blobs }: DataPlaneDeps): void {
  app.post('/uploads', { bodyLimit: SMALL_BODY }, async (request): Promise<UploadReply> => {
    const { sha256, resumeKey } = uploadRequest.parse(request.body, 'request');
    if (sha256 !== undefined && (await blobs.missing([sha256])).length === 0)
      return { uploadId: '', partSize: 1, received: [], done: true };
    return { ...(await blobs.beginUpload(`${request.agentId}:${resumeKey}`)), done: false };
  });

  app.put<{ Params: { uploadId: string; part: string } }>(
    '/uploads/:uploadId/parts/:part',
    async (request) => {
      const { uploadId } = request.params;
      const part = pathNumber(request.params.part, 'part', 0);
      const crc32 = Number(request.headers[PART_CRC_HEADER] ?? Number.NaN);
      if (!Number.isInteger(crc32) || crc32 < 0 || crc32 > CRC_MAX) {
        throw new SlyError('SLY_BAD_MESSAGE', {
          detail: `${PART_CRC_HEADER}: expected a CRC-32 in decimal, got ${String(request.headers[PART_CRC_HEADER])}`,
        });
      }
      await blobs.putPart(uploadId, part, bodyChunks(request, PART_BODY), crc32);
      return {};
    },
  );

  app.post<{ Params: { uploadId: string } }>(
    '/uploads/:uploadId/complete',
    { bodyLimit: SMALL_BODY },
    async (request) => {
      await blobs.completeUpload(request.params.uploadId, completeRequest.parse(request.body, 'request'));
      return {};
    },
  );
}
