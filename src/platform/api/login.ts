/** `/login?code=...` makes a session of a one-time code and goes on to the page; `/logout` ends it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { toSlyError } from '../../lib/errors.ts';
import type { ApiDeps } from './api-deps.ts';

export function registerLogin(app: FastifyInstance, deps: Pick<ApiDeps, 'auth' | 'publicUrl'>): void {
  const { auth, publicUrl } = deps;

  app.get('/login', { exposeHeadRoute: false }, async (request, reply) => {
    // The code is in the address: it must not travel on in a Referer or stay in a cache.
    reply.headers({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    const { code } = request.query as { code?: unknown };
    try {
      const { session } = await auth.login(typeof code === 'string' ? code : '', request.ip);
      return reply.header('set-cookie', auth.cookie(session, request.headers, publicUrl)).redirect('/', 303);
    } catch (thrown) {
      if (toSlyError(thrown).code === 'SLY_FORBIDDEN') return reply.redirect('/?login=refused', 303);
      throw thrown;
    }
  });

  const isThePage = async (request: FastifyRequest): Promise<void> => {
    await auth.authenticate(request.headers, 'call', publicUrl);
  };
  app.post('/logout', { onRequest: isThePage }, async (request, reply) => {
    await auth.logout(request.headers);
    return reply.header('set-cookie', auth.cookie('', request.headers, publicUrl)).send({ success: true });
  });
}
