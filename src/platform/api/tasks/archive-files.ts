/** Archives by plain GET, for browsers and curl: with a token or session, or by a signed link to this one archive. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { createParser } from '../../../lib/schema.ts';
import type { ArchiveRow } from '../../store/repositories/publications.ts';
import type { ApiDeps } from '../api-deps.ts';
import { expiryOf } from '../entities/archive.ts';
import { found } from '../found.ts';
import { disposition, sendBlob } from '../http/send-blob.ts';

const LOCKED = "default-src 'none'; sandbox";
const params = createParser(
  Type.Object({ id: Type.String({ pattern: '^[1-9][0-9]{0,15}$' }), name: Type.String() }),
  'SLY_NOT_FOUND',
);
const query = createParser(
  Type.Object({
    expires: Type.Optional(Type.String({ maxLength: 20 })),
    signature: Type.Optional(Type.String({ maxLength: 100 })),
  }),
  'SLY_USAGE',
);

export function registerArchiveFiles(app: FastifyInstance, deps: ApiDeps): void {
  const { auth, blobs, links, publicUrl, stores } = deps;

  app.get('/archives/:id/:name', async (request, reply) => {
    reply.headers({
      'content-security-policy': LOCKED,
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      // A signed address must not travel on.
      'referrer-policy': 'no-referrer',
    });
    const { id: idText, name } = params.parse(request.params, request.url);
    const { expires, signature } = query.parse(request.query, 'query');
    const id = Number(idText);
    let archive: ArchiveRow | undefined;
    if (expires !== undefined && signature !== undefined) {
      archive = await stores.archives.get(id);
      // Who cannot sign does not learn what there is.
      if (archive === undefined || !links.verify(archive, { expires, signature })) throw badLink();
    } else {
      const principal = await auth.authenticate(request.headers, 'bytes', publicUrl);
      await auth.may(principal, 'view', { archives: [id] });
      archive = await stores.archives.get(id);
    }
    const { sha256, size, ...row } = found(archive, `Archive with id: ${id}`);
    if (row.name !== name) found(undefined, `Archive ${id} named ${name}`);
    const expiresAt = expiryOf(row, deps.retention);
    if (expiresAt <= deps.clock.now()) {
      throw new SlyError('SLY_NOT_FOUND', {
        detail: `archive ${id} (${name}) expired at ${new Date(expiresAt).toISOString()}`,
        hint: 'Start the export again.',
      });
    }
    const mime = /\.zip$/i.test(name) ? 'application/zip' : 'application/x-tar';
    const blob = { sha256, size, mime, disposition: disposition('attachment', name) };
    reply.header('expires', new Date(expiresAt).toUTCString());
    return sendBlob(blobs, blob, request, reply);
  });
}

function badLink(): SlyError {
  return new SlyError('SLY_FORBIDDEN', {
    detail: 'the link is not valid (any more)',
    hint: 'Copy a new one from the page of the archive, or send a token in the header x-api-key.',
  });
}
