/**
 * Uploads from the browser. Small files: images.internal.hashes.list, images.bulk.upload for what is missing, then
 * uploads.files.put; large ones by tus at /uploads. When all are here, imports.start takes the upload.
 */
import { Type } from 'typebox';
import { base64ToHex, sha256Of } from '../../../lib/hash.ts';
import type { UploadRow } from '../../store/repositories/uploads.ts';
import type { ApiDeps } from '../api-deps.ts';
import { hashesOf } from '../items/new-items.ts';
import {
  ById,
  Count,
  DONE,
  Done,
  endpoint,
  Hash,
  Id,
  type MethodTable,
  maybe,
  Name,
  Time,
} from '../method.ts';
import { KEPT_MS } from '../uploads/browser-uploads.ts';
import { sampleDataset } from '../uploads/sample-dataset.ts';

const MOST_PUT = 1000;
const MOST_LISTED = 5000;
const Path = Type.String({ minLength: 1, maxLength: 1024 });

const UploadEntity = Type.Object({
  id: Id,
  name: Type.String(),
  /** What the sender said there would be, and what is here. */
  expectedFiles: Count,
  expectedBytes: Count,
  files: Count,
  bytes: Count,
  /** Of files that are not whole yet. */
  partialBytes: Count,
  /** Files whose bytes are here and are being checked. */
  checking: Count,
  createdAt: Time,
  /** It is removed then, unless something comes before. */
  expiresAt: Time,
});

const FileEntity = Type.Object({
  path: Path,
  size: Count,
  modifiedAt: Type.Integer(),
  received: Count,
  stored: Type.Boolean(),
  /** Where a file that came part of the way goes on, by tus. */
  address: maybe(Type.String()),
});

export function uploadMethods(deps: ApiDeps): MethodTable {
  const { blobs, log, stores, uploads } = deps;

  async function entity(upload: UploadRow): Promise<Record<string, unknown>> {
    const { id, name, expectedFiles, expectedBytes, files, bytes, createdAt, touchedAt } = upload;
    const landing = await stores.uploads.landing(id);
    // A restart may have come between the last byte and its check: whoever asks sets it going again.
    if (landing.length > 0)
      uploads
        .settle(id)
        .catch((error: unknown) => log.warn({ err: error, upload: id }, 'upload not checked'));
    return {
      ...{ id, name, expectedFiles, expectedBytes, files, bytes },
      partialBytes: await stores.uploads.partialBytes(id),
      checking: landing.length,
      createdAt: new Date(createdAt).toISOString(),
      expiresAt: new Date(touchedAt + KEPT_MS).toISOString(),
    };
  }

  return {
    'uploads.begin': endpoint(
      {
        about: 'Begins an upload of files, which an import takes when all are here.',
        needs: 'manage',
        request: Type.Object({ name: Name, files: Count, bytes: Count }),
        response: UploadEntity,
      },
      async (input, { principal }) => entity(await uploads.begin(principal.userId, input)),
    ),

    'uploads.list': endpoint(
      {
        about: "The caller's uploads that no time has ended, the newest first, at most a hundred.",
        needs: 'manage',
        request: Type.Object({}),
        response: Type.Object({ entities: Type.Array(UploadEntity) }),
      },
      async (_input, { principal }) => {
        const rows = await uploads.listOf(principal.userId);
        return { entities: await Promise.all(rows.map(entity)) };
      },
    ),

    'uploads.info': endpoint(
      { about: 'One upload of the caller.', needs: 'manage', request: ById, response: UploadEntity },
      async ({ id }, { principal }) => entity(await uploads.get(principal.userId, id)),
    ),

    'uploads.remove': endpoint(
      {
        about: 'Ends an upload; its bytes go, unless something else has them.',
        needs: 'manage',
        request: ById,
        response: Done,
      },
      async ({ id }, { principal }) => {
        await uploads.remove(principal.userId, id);
        return DONE;
      },
    ),

    'uploads.files.list': endpoint(
      {
        about: 'Files of an upload in the order of their paths, as far as they are here.',
        needs: 'manage',
        request: Type.Object({
          id: Id,
          after: maybe(Path),
          limit: maybe(Type.Integer({ minimum: 1, maximum: MOST_LISTED })),
        }),
        response: Type.Object({ entities: Type.Array(FileEntity), next: maybe(Path) }),
      },
      async ({ id, after, limit }, { principal }) => {
        const most = limit ?? MOST_LISTED;
        const rows = await uploads.files(principal.userId, id, {
          limit: most,
          ...(after != null && { after }),
        });
        return {
          entities: rows.map(({ path, size, modifiedAt, received, stored, tusId }) => ({
            ...{ path, size, modifiedAt, received, stored },
            address: tusId === null || stored ? null : `/uploads/${tusId}`,
          })),
          next: rows.length < most ? null : (rows.at(-1)?.path ?? null),
        };
      },
    ),

    'uploads.files.put': endpoint(
      {
        about: 'Files of an upload whose bytes are stored already, by their hashes; may be repeated.',
        needs: 'manage',
        of: ({ files }) => ({ hashes: hashesOf(files) }),
        request: Type.Object({
          id: Id,
          files: Type.Array(
            Type.Object({ path: Path, size: Count, modifiedAt: maybe(Type.Integer()), hash: Hash }),
            { maxItems: MOST_PUT },
          ),
        }),
        response: Done,
      },
      async ({ id, files }, { principal }) => {
        const rows = files.map(({ path, size, modifiedAt, hash }) => ({
          path,
          size,
          modifiedAt: modifiedAt ?? 0,
          sha256: base64ToHex(hash),
        }));
        await uploads.putStored(principal.userId, id, rows);
        return DONE;
      },
    ),

    'uploads.sample': endpoint(
      {
        about: 'An upload that is here already: twelve drawn pictures with their shapes, to try things with.',
        needs: 'manage',
        request: Type.Object({}),
        response: UploadEntity,
      },
      async (_input, { principal }) => {
        const files = sampleDataset().map((file) => ({ ...file, sha256: sha256Of(file.bytes) }));
        await blobs.putMany(files);
        const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
        const { id } = await uploads.begin(principal.userId, {
          name: 'Drawn shapes',
          files: files.length,
          bytes,
        });
        const rows = files.map(({ path, bytes: content, sha256 }) => ({
          ...{ path, sha256, modifiedAt: 0 },
          size: content.length,
        }));
        await uploads.putStored(principal.userId, id, rows);
        return entity(await uploads.get(principal.userId, id));
      },
    ),
  };
}
