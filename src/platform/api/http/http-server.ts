/**
 * The one HTTP server of the platform, before any route. What must hold for every route is set here:
 * - bytes that are no HTTP (a TLS hello on the plain port: the SDK tries that first) are answered with 400
 *   and the socket is closed at once;
 * - idle connections outlive the clients' own 5 s, so that a reused one is never reset under the client;
 * - a body may take as long as it takes (uploads), headers may not.
 */
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import { sendError } from '../public-errors.ts';

const KEEP_ALIVE_MS = 20_000;

export function createHttpServer(deps: { log: Logger; clock: Clock }): FastifyInstance {
  const { log, clock } = deps;
  const app = Fastify({
    logger: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 400 },
    // Methods check their own requests: the framework's compilers of schemas are not even loaded.
    schemaController: { compilersFactory: { buildValidator: unused, buildSerializer: unused } },
    clientErrorHandler(error, socket) {
      refuseGarbage(socket);
      log.debug({ err: error }, 'a client did not speak HTTP');
    },
  });
  // Node's own, made plain: the wait for headers must be longer than the wait between two requests.
  app.server.headersTimeout = KEEP_ALIVE_MS + 10_000;

  const began = new WeakMap<object, number>();
  app.addHook('onRequest', async (request, reply) => {
    began.set(request, clock.now());
    reply.header('x-content-type-options', 'nosniff');
  });
  app.addHook('onResponse', async (request, reply) => {
    const ms = clock.now() - (began.get(request) ?? clock.now());
    log.debug(
      { method: request.method, url: withoutQuery(request.url), status: reply.statusCode, ms },
      'http',
    );
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: `There is nothing at ${withoutQuery(request.url)}`, details: { message: 'not found' } }),
  );
  return app;
}

function unused(): never {
  throw new Error('expected a route without a schema');
}

/** The query may hold a login code, which must not reach a log. */
export function withoutQuery(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? url : url.slice(0, at);
}

function refuseGarbage(socket: Socket): void {
  if (socket.destroyed) return;
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () =>
    socket.destroy(),
  );
}
