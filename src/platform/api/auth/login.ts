/**
 * How a browser gets its session: `GET /login?code=...` makes it of a one-time code and goes on to the page,
 * `POST /login` of login and password; `POST /logout` ends it. `POST /api/account` gives programs an API token for
 * login and password. A session that the browser had before ends with a new login.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { toSlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import type { ApiDeps } from '../api-deps.ts';
import { accountToken } from './account-token.ts';
import { assertSameOrigin } from './auth.ts';
import { remoteOf } from './origin.ts';

/** Longer than any of either; what is in between is the check's business. */
const Word = Type.String({ minLength: 1, maxLength: 1000 });
const credentials = createParser(Type.Object({ login: Word, password: Word }));
const BODY_LIMIT = 16 << 10;

export function registerLogin(
  app: FastifyInstance,
  deps: Pick<ApiDeps, 'auth' | 'publicUrl' | 'stores' | 'clock'>,
): void {
  const { auth, publicUrl } = deps;

  app.get('/login', { exposeHeadRoute: false }, async (request, reply) => {
    // The code is in the address: it must not travel on in a Referer or stay in a cache.
    reply.headers({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    const { code } = request.query as { code?: unknown };
    try {
      const { session } = await auth.login(
        typeof code === 'string' ? code : '',
        remoteOf(request, publicUrl),
      );
      await auth.logout(request.headers);
      return reply.header('set-cookie', auth.cookie(session, request.headers, publicUrl)).redirect('/', 303);
    } catch (thrown) {
      if (toSlyError(thrown).code === 'SLY_FORBIDDEN') return reply.redirect('/?login=refused', 303);
      throw thrown;
    }
  });

  // Only the page itself: another site must not log its visitor in as somebody else.
  const fromThePage = async (request: FastifyRequest): Promise<void> =>
    assertSameOrigin(request.headers, 'call', publicUrl);
  app.post('/login', { onRequest: fromThePage, bodyLimit: BODY_LIMIT }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const given = credentials.parse(request.body, 'request');
    const { session } = await auth.loginByPassword(given, remoteOf(request, publicUrl));
    await auth.logout(request.headers);
    return reply
      .header('set-cookie', auth.cookie(session, request.headers, publicUrl))
      .send({ success: true });
  });

  const isThePage = async (request: FastifyRequest): Promise<void> => {
    await auth.authenticate(request.headers, 'call', publicUrl);
  };
  app.post('/logout', { onRequest: isThePage }, async (request, reply) => {
    await auth.logout(request.headers);
    return reply.header('set-cookie', auth.cookie('', request.headers, publicUrl)).send({ success: true });
  });

  app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: BODY_LIMIT },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    scope.post('/api/account', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const given = credentials.parse(request.body, 'request');
      const userId = await auth.checkPassword(given, remoteOf(request, publicUrl));
      return { token: await accountToken(deps, userId) };
    });
  });
}
