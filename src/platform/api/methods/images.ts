/** Images: bytes in and out, rows, names. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex, hexToBase64 } from '../../../lib/hash.ts';
import { type ItemRow, NameClash, type NewItemRow } from '../../store/repositories.ts';
import type { ApiDeps } from '../api-deps.ts';
import { datasetOf, found, projectOf } from '../found.ts';
import { listFields, listQuery, listReply } from '../list-shape.ts';
import { AnyObject, ById, Hash, Id, type MethodTable, maybe, method, Name } from '../method.ts';
import { quoted, sendParts } from '../multipart-reply.ts';
import { receiveFiles } from '../receive-files.ts';
import { disposition, sendBlob } from '../send-blob.ts';

const MOST_AT_ONCE = 10_000;
const Ids = Type.Array(Id, { maxItems: MOST_AT_ONCE });

const NewImage = Type.Object({
  title: maybe(Name),
  name: maybe(Name),
  hash: maybe(Hash),
  link: maybe(Type.String({ minLength: 1, maxLength: 8192 })),
  imageId: maybe(Id),
  meta: maybe(AnyObject),
});

export function imageMethods(deps: ApiDeps): MethodTable {
  const { blobs, stores } = deps;
  const { items } = stores;

  async function imageOf(id: number): Promise<ItemRow> {
    const [row] = await items.get([id]);
    return found(row, `Image with id: ${id}`);
  }

  /** In the order asked; every one must be there, and in the dataset when one is named. */
  async function imagesOf(ids: readonly number[], datasetId: number | null | undefined): Promise<ItemRow[]> {
    const rows = await items.get(ids);
    const byId = new Map(
      rows.filter((row) => datasetId == null || row.datasetId === datasetId).map((row) => [row.id, row]),
    );
    return ids.map((id) => found(byId.get(id), `Image with id: ${id}`));
  }

  /** Copies (`imageId`) take over what the other image is made of. */
  async function newRows(images: readonly Static<typeof NewImage>[]): Promise<NewItemRow[]> {
    const copied = images.flatMap((image) => (image.imageId == null ? [] : [image.imageId]));
    const originals = new Map((await imagesOf([...new Set(copied)], null)).map((row) => [row.id, row]));
    return images.map((image, at) =>
      newRow(image, at, image.imageId == null ? undefined : originals.get(image.imageId)),
    );
  }

  return {
    'images.internal.hashes.list': method(Type.Array(Hash, { maxItems: MOST_AT_ONCE }), async (hashes) => {
      const missing = new Set(await blobs.missing([...new Set(hashes.map(base64ToHex))]));
      return hashes.filter((hash) => !missing.has(base64ToHex(hash)));
    }),

    'images.bulk.upload': method(Type.Unknown(), (_input, { request }) => receiveFiles(blobs, request)),

    'images.bulk.add': method(
      Type.Object({ datasetId: Id, images: Type.Array(NewImage, { maxItems: MOST_AT_ONCE }) }),
      async ({ datasetId, images }) => {
        await datasetOf(stores, datasetId);
        const rows = await newRows(images);
        assertDistinct(rows);
        return (await items.add(datasetId, rows)).map(imageEntity);
      },
    ),

    'images.list': method(
      Type.Object({
        datasetId: maybe(Id),
        projectId: maybe(Id),
        recursive: maybe(Type.Boolean()),
        ...listFields,
      }),
      async (input) => {
        const query = listQuery(input);
        const recursive = input.recursive ?? false;
        if (input.datasetId != null) {
          await datasetOf(stores, input.datasetId);
          const listed = await items.list({ ...query, datasetId: input.datasetId, recursive });
          return listReply(input, listed, imageEntity);
        }
        if (input.projectId == null) {
          throw new SlyError('SLY_BAD_MESSAGE', { detail: 'expected datasetId or projectId, got neither' });
        }
        await projectOf(stores, input.projectId);
        return listReply(
          input,
          await items.list({ ...query, projectId: input.projectId, recursive }),
          imageEntity,
        );
      },
    ),

    'images.info': method(ById, async ({ id }) => imageEntity(await imageOf(id))),

    'images.download': method(ById, async ({ id }, { request, reply }) => {
      const row = await imageOf(id);
      const blob = {
        sha256: bytesOf(row),
        size: row.size,
        mime: mimeOf(row),
        disposition: disposition('attachment', row.name),
      };
      return sendBlob(blobs, blob, request, reply);
    }),

    'images.bulk.download': method(
      Type.Object({ datasetId: maybe(Id), imageIds: Ids }),
      async ({ datasetId, imageIds }, { reply }) => {
        const rows = await imagesOf([...new Set(imageIds)], datasetId);
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

    'images.bulk.download-by-hash': method(
      Type.Object({ hashes: Type.Array(Hash, { maxItems: MOST_AT_ONCE }) }),
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

    'images.editInfo': method(
      Type.Object({ id: Id, name: maybe(Name), meta: maybe(AnyObject) }),
      async ({ id, name, meta }) => {
        await imageOf(id);
        return imageEntity(
          await items.update(id, { ...(name != null && { name }), ...(meta != null && { meta }) }),
        );
      },
    ),

    'images.bulk.remove': method(Type.Object({ imageIds: Ids }), async ({ imageIds }) => {
      await items.remove(imageIds);
      return { success: true };
    }),
  };
}

function newRow(image: Static<typeof NewImage>, at: number, original: ItemRow | undefined): NewItemRow {
  const name = image.title ?? image.name ?? original?.name;
  if (name === undefined) {
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `images[${at}]: expected a title or a name, got neither`,
    });
  }
  if (name.includes('/') || name.includes('\0') || name === '.' || name === '..') {
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `images[${at}]: expected a name without a slash, got ${JSON.stringify(name)}`,
    });
  }
  const meta = image.meta ?? original?.meta ?? {};
  if (original !== undefined) {
    return {
      name,
      meta,
      ...(original.sha256 !== null && { sha256: original.sha256 }),
      ...(original.link !== null && { link: original.link }),
      ...(original.mime !== null && { mime: original.mime }),
      ...(original.width !== null && { width: original.width }),
      ...(original.height !== null && { height: original.height }),
    };
  }
  if (image.hash != null) return { name, meta, sha256: base64ToHex(image.hash) };
  if (image.link != null) return { name, meta, link: image.link };
  throw new SlyError('SLY_BAD_MESSAGE', {
    detail: `images[${at}]: expected one of hash, link, imageId, got none`,
  });
}

/** The store refuses names that are taken; two equal ones in one request are the caller's own clash. */
function assertDistinct(rows: readonly NewItemRow[]): void {
  const seen = new Set<string>();
  for (const { name } of rows) {
    if (seen.has(name)) {
      throw new SlyError('SLY_NOT_UNIQUE', {
        detail: `the name ${JSON.stringify(name)} is asked for twice`,
        cause: new NameClash([{ name, id: 0 }]),
      });
    }
    seen.add(name);
  }
}

function bytesOf(row: ItemRow): string {
  if (row.sha256 !== null) return row.sha256;
  throw new SlyError('SLY_USAGE', {
    detail: `image ${row.id} (${row.name}) is a link, its bytes are not here`,
    hint: `Fetch it from ${row.link}`,
  });
}

const mimeOf = (row: ItemRow): string => row.mime ?? 'application/octet-stream';

function imageEntity(row: ItemRow): Record<string, unknown> {
  return {
    id: row.id,
    name: row.name,
    title: row.name,
    description: '',
    datasetId: row.datasetId,
    projectId: row.projectId,
    hash: row.sha256 === null ? null : hexToBase64(row.sha256),
    link: row.link,
    // Null rather than a guess: from a wrong type the SDK makes a wrong name.
    mime: row.mime,
    ext: path.extname(row.name).slice(1).toLowerCase(),
    size: row.size,
    width: row.width,
    height: row.height,
    meta: row.meta,
    tags: [],
    pathOriginal: row.link ?? `/files/images/${row.id}`,
    fullStorageUrl: row.link ?? `/files/images/${row.id}`,
    relatedDataId: null,
    downloadId: null,
    offsetStart: null,
    offsetEnd: null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
