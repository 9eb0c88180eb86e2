/**
 * Small and shown pictures by plain GET, for `<img>`: made of the stored ones by `pictures/`, so that whatever is
 * answered here is a WebP of ours and never somebody's file. What cannot be shown is 404 with the reason.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { SlyError, toSlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import { RENDITION_KINDS, type RenditionKind } from '../../ports.ts';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { publicError } from '../public-errors.ts';

const MAX_AGE_SECONDS = 3600;
const LOCKED = "default-src 'none'; sandbox";
const params = createParser(
  Type.Object({ id: Type.String({ pattern: '^[1-9][0-9]{0,15}$' }) }),
  'SLY_NOT_FOUND',
);
const query = createParser(Type.Object({ size: Type.Optional(Type.String({ maxLength: 10 })) }), 'SLY_USAGE');

export function registerPictureFiles(app: FastifyInstance, deps: ApiDeps): void {
  const { auth, publicUrl, renditions, stores } = deps;

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    kindOf: () => RenditionKind,
  ): Promise<FastifyReply> {
    const principal = await auth.authenticate(request.headers, 'bytes', publicUrl);
    reply.headers({
      'content-security-policy': LOCKED,
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    const id = Number(params.parse(request.params, request.url).id);
    const kind = kindOf();
    await auth.may(principal, 'view', { items: [id] });
    const [item] = await stores.items.get([id]);
    const { sha256, size } = found(item, `Image with id: ${id}`);
    if (sha256 === null)
      throw new SlyError('SLY_NOT_FOUND', { detail: `image ${id} is a link, its bytes are not here` });
    const etag = `"${renditions.version(sha256, kind)}"`;
    reply.headers({ etag, 'cache-control': `private, max-age=${MAX_AGE_SECONDS}` });
    if (request.headers['if-none-match']?.split(',').some((one) => one.trim() === etag) === true)
      return reply.code(304).send();
    // Nobody is left to show it to: a fast scroll asks for hundreds and looks at a few.
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    try {
      const picture = await renditions.open({ sha256, size }, kind, { signal: gone.signal });
      return reply.type('image/webp').header('content-length', picture.size).send(picture.body);
    } catch (error) {
      reply.removeHeader('etag').removeHeader('cache-control');
      if (toSlyError(error).code !== 'SLY_IMAGE_UNREADABLE') throw error;
      return reply.code(404).send(publicError(error).body);
    }
  }

  app.get('/files/images/:id/thumbnail', { exposeHeadRoute: false }, (request, reply) =>
    answer(request, reply, () => thumbnailKind(query.parse(request.query, 'query').size ?? '320')),
  );
  app.get('/files/images/:id/display', { exposeHeadRoute: false }, (request, reply) =>
    answer(request, reply, () => 'display'),
  );
}

function thumbnailKind(size: string): RenditionKind {
  const kind = RENDITION_KINDS.find((one) => one === `thumbnail-${size}`);
  if (kind !== undefined) return kind;
  const sides = RENDITION_KINDS.flatMap((one) => /^thumbnail-(\d+)$/.exec(one)?.[1] ?? []);
  throw new SlyError('SLY_USAGE', { detail: `size: expected one of ${sides.join(', ')}, got ${size}` });
}
