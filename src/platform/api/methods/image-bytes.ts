/** Bytes of images: which are known, in by multipart, out one by one and many at once. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex } from '../../../lib/hash.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { knownHashes } from '../auth/access.ts';
import { ReceivedEntity } from '../entities/image.ts';
import { found, imageOf, imagesOf } from '../found.ts';
import { quoted, sendParts } from '../http/multipart-reply.ts';
import { receiveOwn } from '../http/receive-own.ts';
import { disposition, sendBlob } from '../http/send-blob.ts';
import { ById, endpoint, given, Hash, Id, Ids, type MethodTable, Multipart, maybe } from '../method.ts';

const Hashes = Type.Array(Hash, { maxItems: 10_000 });

export function imageBytesMethods(deps: ApiDeps): MethodTable {
  const { blobs, stores } = deps;

  return {
    'images.internal.hashes.list': endpoint(
      {
        about: 'Of these hashes, the ones whose bytes are here and need not be sent.',
        needs: 'view',
        request: Hashes,
        response: Type.Array(Hash),
      },
      async (hashes, { principal }) => {
        const missing = new Set(await blobs.missing([...new Set(hashes.map(base64ToHex))]));
        const stored = hashes.filter((hash) => !missing.has(base64ToHex(hash)));
        return knownHashes(stores.access, principal, stored);
      },
    ),

    'images.bulk.upload': endpoint(
      {
        about: 'Stores the files of a multipart body and answers their hashes in the order of the parts.',
        needs: 'manage',
        request: Multipart(),
        response: Type.Array(ReceivedEntity),
      },
      (_input, call) => receiveOwn(deps, call),
    ),

    'images.download': endpoint(
      {
        about: 'The bytes of one image, or a range of them.',
        needs: 'view',
        of: ({ id }) => ({ items: [id] }),
        request: ById,
        response: 'bytes',
      },
      async ({ id }, { request, reply }) => {
        const row = await imageOf(stores, id);
        const blob = {
          sha256: bytesOf(row),
          size: row.size,
          mime: mimeOf(row),
          disposition: disposition('attachment', row.name),
        };
        return sendBlob(blobs, blob, request, reply);
      },
    ),

    'images.bulk.download': endpoint(
      {
        about: 'The bytes of many images; each part is named by the id.',
        needs: 'view',
        of: ({ datasetId, imageIds }) => ({ datasets: given(datasetId), items: imageIds }),
        request: Type.Object({ datasetId: maybe(Id), imageIds: Ids }),
        response: 'multipart',
      },
      async ({ datasetId, imageIds }, { reply }) => {
        const rows = await imagesOf(stores, [...new Set(imageIds)], datasetId);
        const parts = rows.map((row) => ({
          sha256: bytesOf(row),
          size: row.size,
          headers: [
            `Content-Disposition: form-data; name="${row.id}"; filename=${quoted(row.name)}`,
            `Content-Type: ${mimeOf(row)}`,
          ],
        }));
        return sendParts(blobs, parts, reply);
      },
    ),

    'images.bulk.download-by-hash': endpoint(
      {
        about: 'The bytes behind hashes; each part is named by the hash.',
        needs: 'view',
        of: ({ hashes }) => ({ hashes }),
        request: Type.Object({ hashes: Hashes }),
        response: 'multipart',
      },
      async ({ hashes }, { reply }) => {
        const parts = [];
        for (const hash of new Set(hashes)) {
          const sha256 = base64ToHex(hash);
          const size = found(await blobs.size(sha256), `Image with hash: ${hash}`);
          // Nothing may follow the name: the SDK cuts the line at fixed places.
          parts.push({ sha256, size, headers: [`Content-Disposition: form-data; name="${hash}"`] });
        }
        return sendParts(blobs, parts, reply);
      },
    ),
  };
}

function bytesOf(row: ItemRow): string {
  if (row.sha256 !== null) return row.sha256;
  throw new SlyError('SLY_USAGE', {
    detail: `image ${row.id} (${row.name}) is a link, its bytes are not here`,
    hint: `Fetch it from ${row.link}`,
  });
}

const mimeOf = (row: ItemRow): string => row.mime ?? 'application/octet-stream';
