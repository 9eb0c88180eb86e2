/**
 * Bytes by plain GET, for `<img>`, browsers' downloads and curl: pictures and videos.
 * Such a file is somebody's upload on our own origin. It may be shown, never run: only types that cannot hold
 * script are shown inline, everything else is a download, and all of it is in a sandbox.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import type { ApiDeps } from '../api-deps.ts';
import { disposition, sendBlob } from '../http/send-blob.ts';
import { itemOf } from './items-of.ts';

const SHOWN = new Set([
  ...['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/bmp', 'image/avif'],
  ...['video/mp4', 'video/webm', 'video/quicktime', 'video/x-msvideo'],
]);
const LOCKED = "default-src 'none'; sandbox";
const params = createParser(
  Type.Object({ id: Type.String({ pattern: '^[1-9][0-9]{0,15}$' }), name: Type.Optional(Type.String()) }),
  'SLY_NOT_FOUND',
);

export function registerFiles(app: FastifyInstance, deps: ApiDeps): void {
  const { auth, blobs, publicUrl, stores } = deps;

  async function open(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ id: number; name: string | undefined }> {
    const principal = await auth.authenticate(request.headers, 'bytes', publicUrl);
    reply.headers({
      'content-security-policy': LOCKED,
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    const { id, name } = params.parse(request.params, request.url);
    await auth.may(principal, 'view', { items: [Number(id)] });
    return { id: Number(id), name };
  }

  for (const [section, of] of [
    ['images', 'Image'],
    ['videos', 'Video'],
    ['clouds', 'Point cloud'],
    ['volumes', 'Volume'],
  ] as const) {
    app.get(`/files/${section}/:id`, async (request, reply) => {
      const { id } = await open(request, reply);
      const { sha256, size, mime, name } = await itemOf(stores, of, id);
      if (sha256 === null) {
        throw new SlyError('SLY_NOT_FOUND', {
          detail: `${of.toLowerCase()} ${id} is a link, its bytes are not here`,
        });
      }
      const shown = mime !== null && SHOWN.has(mime);
      const blob = {
        sha256,
        size,
        mime: shown ? mime : 'application/octet-stream',
        disposition: disposition(shown ? 'inline' : 'attachment', name),
        maxAge: 3600,
      };
      return sendBlob(blobs, blob, request, reply);
    });
  }
}
