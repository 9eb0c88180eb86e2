/** Where an agent sends the support bundle it was asked for. */
import type { FastifyInstance } from 'fastify';
import { MAX_SUPPORT_BYTES } from '../../../protocol/support-bundle.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';
import { bodyChunks } from './request-body.ts';

export function registerSupportRoute(app: FastifyInstance, { agents }: DataPlaneDeps): void {
  app.put<{ Params: { upload: string } }>('/support-bundles/:upload', async (request) => {
    await agents.support.put(request.agentId, request.params.upload, bodyChunks(request, MAX_SUPPORT_BYTES));
    return {};
  });
}
