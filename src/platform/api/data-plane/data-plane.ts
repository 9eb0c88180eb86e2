/**
 * The data plane: what agents send and ask over HTTP (src/protocol/publish.ts). Every call carries a bearer
 * token of an agent; what belongs to an attempt is refused with SLY_LEASE_LOST unless that agent holds it now.
 * Bodies of blobs, parts, segments and reports are streams here: nothing is held whole but single JSON calls.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import { PACK_CONTENT_TYPE } from '../../../protocol/publish.ts';
import { registerBlobRoutes } from './blob-routes.ts';
import { sendDataError } from './data-errors.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';
import { registerExportRoutes } from './export-routes.ts';
import { registerPublicationRoutes } from './publication-routes.ts';
import { registerRegistration } from './register-route.ts';
import { registerSupportRoute } from './support-routes.ts';
import { registerTaskTokenRoute } from './task-token-route.ts';
import { registerUploadRoutes } from './upload-routes.ts';

const STREAMED = [PACK_CONTENT_TYPE, 'application/octet-stream', 'application/x-ndjson'];

export function registerDataPlane(app: FastifyInstance, deps: DataPlaneDeps): void {
  registerRegistration(app, deps);
  app.register(
    async (scope) => {
      scope.decorateRequest('agentId', 0);
      scope.decorateRequest('agentTeamId', null);
      scope.addContentTypeParser(STREAMED, (_request, payload, done) => done(null, payload));
      scope.setErrorHandler((error, request, reply) => sendDataError(error, request, reply, deps.log));
      scope.setNotFoundHandler((request) => {
        throw new SlyError('SLY_NOT_FOUND', { detail: `${request.method} ${request.url}` });
      });
      scope.addHook('onRequest', async (request) => {
        const { agentId, teamId } = await authenticate(deps, request);
        request.agentId = agentId;
        request.agentTeamId = teamId;
      });
      registerBlobRoutes(scope, deps);
      registerUploadRoutes(scope, deps);
      registerPublicationRoutes(scope, deps);
      registerExportRoutes(scope, deps);
      registerTaskTokenRoute(scope, deps);
      registerSupportRoute(scope, deps);
    },
    { prefix: '/agents/v1' },
  );
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling; only on the data plane. */
    agentId: number;
    /** The only team it works for; null: every team. */
    agentTeamId: number | null;
  }
}

async function authenticate(
  deps: DataPlaneDeps,
  request: FastifyRequest,
): Promise<{ agentId: number; teamId: number | null }> {
  const [scheme, token] = request.headers.authorization?.split(' ') ?? [];
  const known =
    scheme?.toLowerCase() === 'bearer' && token !== undefined && token !== ''
      ? await deps.agents.authenticate(token)
      : undefined;
  if (known !== undefined) return known;
  throw new SlyError('SLY_UNAUTHORIZED', {
    detail: 'expected the bearer token of an agent',
    hint: 'Make a new agent token on the platform.',
  });
}
