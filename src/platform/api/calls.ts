/**
 * `/public/api/v3/<method>`: POST with a JSON body; GET alike, with a query string or with a JSON body, since
 * both are documented for reads. An unknown method is 404 at once: the SDK would repeat anything else for minutes.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SlyError } from '../../lib/errors.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Principal } from './auth/principal.ts';
import { fromQuery } from './http/from-query.ts';
import type { ApiMethod, MethodTable } from './method.ts';

export const API_PREFIX = '/public/api/v3';
const GET_BODY_LIMIT = 1 << 20;

export function registerCalls(app: FastifyInstance, deps: ApiDeps, methods: MethodTable): void {
  app.register(
    async (scope) => {
      // Left to the method: it may be larger than memory.
      scope.addContentTypeParser(
        ['application/octet-stream', 'multipart/form-data'],
        (_request, payload, done) => done(null, payload),
      );
      const callers = new WeakMap<FastifyRequest, Principal>();
      scope.addHook('onRequest', async (request) => {
        callers.set(request, await deps.auth.authenticate(request.headers, 'call', deps.publicUrl));
      });
      scope.setNotFoundHandler((request, reply) => {
        const name = request.url.slice(API_PREFIX.length + 1).replace(/\?.*$/s, '');
        return reply
          .code(404)
          .send({ error: `There is no method ${name}`, details: { message: 'unknown method' } });
      });
      for (const [name, method] of Object.entries(methods)) {
        scope.route({
          method: ['GET', 'POST'],
          url: `/${name}`,
          bodyLimit: method.bodyLimit,
          exposeHeadRoute: false,
          handler: async (request, reply) => {
            const principal = callers.get(request);
            if (principal === undefined)
              throw new SlyError('SLY_UNAUTHORIZED', { detail: 'nobody is calling' });
            return answer(deps, { name, method, principal }, request, reply);
          },
        });
      }
    },
    { prefix: API_PREFIX },
  );
}

async function answer(
  { auth }: Pick<ApiDeps, 'auth'>,
  { name, method, principal }: { name: string; method: ApiMethod; principal: Principal },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const parsed = method.parse(await inputOf(method, request));
  await auth.may(principal, method.needs, method.scope(parsed), itemWord(name));
  const result = await method.handle(parsed, { principal, request, reply });
  // Whoever waits for a reply that is on its way gets nothing from it.
  if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return reply;
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(result ?? null));
}

/** What the handlers of a resource call an item that is missing. */
function itemWord(name: string): string {
  if (name.startsWith('videos.')) return 'Video';
  if (name.startsWith('volumes.')) return 'Volume';
  if (name.startsWith('point-clouds.')) return 'Point cloud';
  return 'Image';
}

async function inputOf(method: ApiMethod, request: FastifyRequest): Promise<unknown> {
  const query = fromQuery(method.request, { ...ownTask(request), ...(request.query as object) });
  const body = request.method === 'GET' ? await bodyOfGet(request) : request.body;
  if (body === undefined || body === null || body === request.raw) return query;
  if (typeof body !== 'object' || Array.isArray(body)) return body;
  return { ...query, ...body };
}

/** A script says which task it is once, in a header; a request that names a task says it again. */
function ownTask({ headers }: FastifyRequest): { taskId?: string } {
  const id = headers['x-task-id'];
  return typeof id === 'string' && /^[1-9]\d{0,14}$/.test(id) ? { taskId: id } : {};
}

/** The server framework reads no body of a GET. */
async function bodyOfGet(request: FastifyRequest): Promise<unknown> {
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
    return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.raw as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > GET_BODY_LIMIT)
      throw new SlyError('SLY_TOO_LARGE', { detail: `the body of a GET is over ${GET_BODY_LIMIT} bytes` });
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SlyError('SLY_BAD_MESSAGE', { detail: 'the body is not valid JSON', cause });
  }
}
