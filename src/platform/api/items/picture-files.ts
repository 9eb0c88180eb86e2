/**
 * Small and shown pictures by plain GET, for `<img>`: made of the stored ones by `pictures/`, so that whatever is
 * answered here is a WebP of ours and never somebody's file. What cannot be shown is 404 with the reason.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { SlyError, toSlyError } from '../../../lib/errors.ts';
import type { Sha256 } from '../../../lib/hash.ts';
import { createParser } from '../../../lib/schema.ts';
import { RENDITION_KINDS, type RenditionKind } from '../../ports/pictures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { streamOfVideo } from '../entities/video.ts';
import { found } from '../found.ts';
import { publicError } from '../public-errors.ts';
import { itemOf } from './items-of.ts';

const MAX_AGE_SECONDS = 3600;
const LOCKED = "default-src 'none'; sandbox";
const params = createParser(
  Type.Object({ id: Type.String({ pattern: '^[1-9][0-9]{0,15}$' }) }),
  'SLY_NOT_FOUND',
);
const query = createParser(Type.Object({ size: Type.Optional(Type.String({ maxLength: 10 })) }), 'SLY_USAGE');

/** `Related image`: a picture beside a point cloud. */
type Pictured = 'Image' | 'Video' | 'Related image';

export function registerPictureFiles(app: FastifyInstance, deps: ApiDeps): void {
  const { auth, media, publicUrl, renditions, stores } = deps;

  /** The stream a video was made of, which may be chosen or not. */
  async function streamIndex(row: ItemRow): Promise<number> {
    const [reading] = row.sha256 === null ? [] : await media.videos([row.sha256]);
    return streamOfVideo(row, reading)?.index ?? 0;
  }

  /** The bytes a picture is made of. */
  async function sourceOf(
    of: Pictured,
    id: number,
  ): Promise<{ sha256: Sha256; size: number; stream?: number }> {
    if (of === 'Related image') {
      const [related] = await stores.relatedImages.get([id]);
      const { sha256, size } = found(related, `Image with id: ${id}`);
      return { sha256, size };
    }
    const row = await itemOf(stores, of, id);
    const { sha256, size } = row;
    if (sha256 === null) {
      throw new SlyError('SLY_NOT_FOUND', {
        detail: `${of.toLowerCase()} ${id} is a link, its bytes are not here`,
      });
    }
    return { sha256, size, ...(of === 'Video' && { stream: await streamIndex(row) }) };
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    of: Pictured,
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
    await auth.may(principal, 'view', of === 'Related image' ? { relatedImages: [id] } : { items: [id] });
    const source = await sourceOf(of, id);
    const etag = `"${renditions.version(source, kind)}"`;
    reply.headers({ etag, 'cache-control': `private, max-age=${MAX_AGE_SECONDS}` });
    if (request.headers['if-none-match']?.split(',').some((one) => one.trim() === etag) === true)
      return reply.code(304).send();
    // Nobody is left to show it to: a fast scroll asks for hundreds and looks at a few.
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    try {
      const picture = await renditions.open(source, kind, { signal: gone.signal });
      return reply.type('image/webp').header('content-length', picture.size).send(picture.body);
    } catch (error) {
      reply.removeHeader('etag').removeHeader('cache-control');
      if (toSlyError(error).code !== 'SLY_IMAGE_UNREADABLE') throw error;
      return reply.code(404).send(publicError(error).body);
    }
  }

  for (const [section, of] of [
    ['images', 'Image'],
    ['videos', 'Video'],
    ['related-images', 'Related image'],
  ] as const) {
    app.get(`/files/${section}/:id/thumbnail`, { exposeHeadRoute: false }, (request, reply) =>
      answer(request, reply, of, () => thumbnailKind(query.parse(request.query, 'query').size ?? '320')),
    );
  }
  for (const [section, of] of [
    ['images', 'Image'],
    ['related-images', 'Related image'],
  ] as const) {
    app.get(`/files/${section}/:id/display`, { exposeHeadRoute: false }, (request, reply) =>
      answer(request, reply, of, () => 'display'),
    );
  }
}

function thumbnailKind(size: string): RenditionKind {
  const kind = RENDITION_KINDS.find((one) => one === `thumbnail-${size}`);
  if (kind !== undefined) return kind;
  const sides = RENDITION_KINDS.flatMap((one) => /^thumbnail-(\d+)$/.exec(one)?.[1] ?? []);
  throw new SlyError('SLY_USAGE', { detail: `size: expected one of ${sides.join(', ')}, got ${size}` });
}
