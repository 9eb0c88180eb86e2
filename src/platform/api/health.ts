/** For supervisors and load balancers; no login, nothing told but that it works. */
import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from './api-deps.ts';

export function registerHealth(
  app: FastifyInstance,
  deps: Pick<ApiDeps, 'stores' | 'version' | 'log'>,
): void {
  app.get('/healthz', async () => ({ status: 'ok', version: deps.version }));

  /** Ready = the database answers. */
  app.get('/readyz', async (_request, reply) => {
    try {
      await deps.stores.accounts.teams({ perPage: 1 });
      return { status: 'ok' };
    } catch (error) {
      deps.log.error({ err: error }, 'the database does not answer');
      return reply.code(503).send({ status: 'database does not answer' });
    }
  });
}
