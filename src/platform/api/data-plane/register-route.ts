/** How an agent gets its token: by a code that is good once. Wrong ones count as failed logins of their sender. */
import type { FastifyInstance } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import { REGISTER_PATH, type RegisterReply, RegisterRequestSchema } from '../../../protocol/register.ts';
import { remoteOf } from '../auth/origin.ts';
import { sendDataError } from './data-errors.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';

const BODY_LIMIT = 16 << 10;
const registerRequest = createParser(RegisterRequestSchema);

export function registerRegistration(app: FastifyInstance, deps: DataPlaneDeps): void {
  const { agents, auth, log, publicUrl } = deps;
  app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => sendDataError(error, request, reply, log));
    scope.post(REGISTER_PATH, { bodyLimit: BODY_LIMIT }, async (request, reply): Promise<RegisterReply> => {
      reply.header('cache-control', 'no-store');
      const { code, name } = registerRequest.parse(request.body, 'request');
      const remote = remoteOf(request, publicUrl);
      const attempt = auth.limit.begin({ remote });
      const registered = await agents.register(code, name.trim());
      if (registered === undefined) {
        log.warn({ remote }, 'registration of an agent refused');
        throw new SlyError('SLY_FORBIDDEN', {
          detail: 'the registration code is wrong, was used before, or is older than an hour',
          hint: 'Ask an admin of the platform for a new one.',
        });
      }
      attempt.succeeded();
      log.info({ remote, agentId: registered.id }, 'agent registered');
      return { agentId: registered.id, name: registered.name, token: registered.token };
    });
  });
}
