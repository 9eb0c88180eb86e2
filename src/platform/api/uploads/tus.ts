/**
 * Resumable uploads by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload): core, creation,
 * termination, checksum, expiration. `POST /uploads` names the upload and the file in Upload-Metadata (`upload`,
 * `path`, `modified`); the address in its answer takes HEAD, PATCH and DELETE. The statuses are the protocol's own.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { bodyChunks, drainBody } from '../data-plane/request-body.ts';
import { publicError } from '../public-errors.ts';
import { KEPT_MS, MOST_BYTES } from './browser-uploads.ts';
import { ALGORITHMS, checksumOf, metadataOf, numberOf } from './tus-headers.ts';

export const UPLOADS_PREFIX = '/uploads';
const VERSION = '1.0.0';
const EXTENSIONS = 'creation,termination,checksum,expiration';
const STATUS: Readonly<Record<string, number>> = {
  SLY_UPLOAD_OFFSET: 409,
  SLY_UPLOAD_BUSY: 423,
  SLY_HASH_MISMATCH: 460,
};

type ById = { Params: { id: string } };

export function registerTus(app: FastifyInstance, deps: ApiDeps): void {
  const { auth, clock, publicUrl, uploads } = deps;
  app.register(
    async (scope) => {
      scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      scope.setErrorHandler(async (error, request, reply) => {
        // Read to its end within bounds, else a browser sees a broken connection instead of the answer.
        if (!(await drainBody(request))) reply.header('connection', 'close');
        const { status, body } = publicError(error);
        const { code } = body.details as { code?: string };
        if (status >= 500) deps.log.error({ err: error, method: request.method }, 'upload failed');
        return reply.code(STATUS[code ?? ''] ?? status).send(body);
      });
      const callers = new WeakMap<FastifyRequest, number>();
      scope.addHook('onRequest', async (request, reply) => {
        reply.headers({ 'tus-resumable': VERSION, 'cache-control': 'no-store' });
        if (request.method === 'OPTIONS') return;
        const principal = await auth.authenticate(request.headers, 'call', publicUrl);
        await auth.may(principal, 'manage', undefined);
        callers.set(request, principal.userId);
        if (request.headers['tus-resumable'] === VERSION) return;
        await reply
          .code(412)
          .header('tus-version', VERSION)
          .send({ error: `expected Tus-Resumable: ${VERSION}` });
      });
      const caller = (request: FastifyRequest): number => {
        const userId = callers.get(request);
        if (userId === undefined) throw new SlyError('SLY_UNAUTHORIZED', { detail: 'nobody is calling' });
        return userId;
      };
      const expires = (reply: FastifyReply): FastifyReply =>
        reply.header('upload-expires', new Date(clock.now() + KEPT_MS).toUTCString());

      const options = (_request: FastifyRequest, reply: FastifyReply): FastifyReply =>
        reply
          .code(204)
          .headers({
            'tus-version': VERSION,
            'tus-extension': EXTENSIONS,
            'tus-max-size': String(MOST_BYTES),
            'tus-checksum-algorithm': ALGORITHMS.join(','),
          })
          .send();

      async function patch(request: FastifyRequest<ById>, reply: FastifyReply): Promise<FastifyReply> {
        if (request.headers['content-type'] !== 'application/offset+octet-stream') {
          await drainBody(request);
          return reply.code(415).send({ error: 'expected application/offset+octet-stream' });
        }
        const checksum = checksumOf(request.headers['upload-checksum']);
        const file = await uploads.append(
          caller(request),
          request.params.id,
          bodyChunks(request, MOST_BYTES),
          {
            from: numberOf(request.headers, 'upload-offset'),
            ...(checksum !== undefined && { checksum }),
            interrupt: () => request.raw.destroy(),
          },
        );
        return expires(reply.code(204).header('upload-offset', String(file.received))).send();
      }

      async function remove(request: FastifyRequest<ById>, reply: FastifyReply): Promise<FastifyReply> {
        await uploads.cancelFile(caller(request), request.params.id);
        return reply.code(204).send();
      }

      scope.options('/', options);
      scope.options('/:id', options);

      scope.post('/', async (request, reply) => {
        const { upload, path, modified } = metadataOf(request.headers['upload-metadata']);
        if (request.headers['upload-defer-length'] !== undefined)
          throw new SlyError('SLY_BAD_MESSAGE', { detail: 'the length must be known at the creation' });
        const file = await uploads.create(caller(request), upload, {
          path,
          modifiedAt: modified,
          size: numberOf(request.headers, 'upload-length'),
        });
        return expires(reply.code(201).header('location', `${UPLOADS_PREFIX}/${file.tusId}`)).send();
      });

      scope.head<ById>('/:id', async (request, reply) => {
        const file = await uploads.ask(caller(request), request.params.id);
        reply.headers({ 'upload-offset': String(file.received), 'upload-length': String(file.size) });
        return expires(reply.code(200)).send();
      });
      scope.patch<ById>('/:id', patch);
      scope.delete<ById>('/:id', remove);
      // For clients behind what lets only GET and POST through.
      scope.post<ById>('/:id', async (request, reply) => {
        const method = request.headers['x-http-method-override'];
        if (method === 'PATCH') return patch(request, reply);
        if (method === 'DELETE') return remove(request, reply);
        throw new SlyError('SLY_NOT_FOUND', { detail: `POST ${request.url}` });
      });
    },
    { prefix: UPLOADS_PREFIX },
  );
}
