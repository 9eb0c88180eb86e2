/** Files of team files by plain GET, for links in the page and in answers: somebody's upload, so always a download. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { createParser } from '../../../lib/schema.ts';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { disposition, sendBlob } from '../http/send-blob.ts';

const params = createParser(
  Type.Object({ id: Type.String({ pattern: '^[1-9][0-9]{0,15}$' }), name: Type.String() }),
  'SLY_NOT_FOUND',
);

export function registerTeamFileRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { auth, blobs, publicUrl, stores } = deps;

  app.get('/files/team/:id/:name', async (request, reply) => {
    const principal = await auth.authenticate(request.headers, 'bytes', publicUrl);
    const { id: idText, name } = params.parse(request.params, request.url);
    const id = Number(idText);
    await auth.may(principal, 'view', { teamFiles: [id] });
    const row = found(await stores.teamFiles.get(id), `File with id: ${id}`);
    if (!row.path.endsWith(`/${name}`)) found(undefined, `File ${id} named ${name}`);
    reply.headers({
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    const { sha256, size } = row;
    const mime = 'application/octet-stream';
    return sendBlob(
      blobs,
      { sha256, size, mime, disposition: disposition('attachment', name) },
      request,
      reply,
    );
  });
}
