/**
 * Images that lie in team files: whole files, or pieces of one large file (`sourceBlob`), as the SDK's quick import
 * sends them. A piece becomes a blob of its own, so that it is read, hashed and kept as any other image.
 */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { hexToBase64, type Sha256 } from '../../../lib/hash.ts';
import { BATCHED_BYTES, type BlobStore } from '../../ports/blobs.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import type { TeamFileRow } from '../../store/repositories/team-files.ts';
import { found } from '../found.ts';
import { Id, maybe } from '../method.ts';

const Offset = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** Spread into the request. */
export const teamFileFields = {
  teamFileId: maybe(Id),
  /** Bytes `[offsetStart, offsetEnd)` of the file. */
  sourceBlob: maybe(Type.Object({ offsetStart: Offset, offsetEnd: Offset })),
};
const Source = Type.Object(teamFileFields);
type Image = Static<typeof Source> & {
  title?: string | null | undefined;
  name?: string | null | undefined;
  hash?: string | null | undefined;
};

export const teamFilesOf = (images: readonly Image[]): number[] => [
  ...new Set(images.flatMap((image) => image.teamFileId ?? [])),
];

interface Deps {
  stores: Pick<Stores, 'teamFiles'>;
  blobs: Pick<BlobStore, 'open' | 'batch' | 'putStream'>;
}

/** The same images with the hash of their bytes, which are stored when this resolves. */
export async function withTeamFiles<T extends Image>(
  { stores, blobs }: Deps,
  images: readonly T[],
): Promise<T[]> {
  const files = new Map<number, TeamFileRow>();
  for (const id of teamFilesOf(images))
    files.set(id, found(await stores.teamFiles.get(id), `File with id: ${id}`));

  const batch = blobs.batch();

  async function piece(file: TeamFileRow, start: number, end: number): Promise<Sha256> {
    const body = await blobs.open(file.sha256, { start, end });
    if (end - start > BATCHED_BYTES) return (await blobs.putStream(body as AsyncIterable<Uint8Array>)).sha256;
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk as Uint8Array);
    return batch.add(Buffer.concat(chunks));
  }

  async function filled(image: T, at: number): Promise<T> {
    const file = image.teamFileId == null ? undefined : files.get(image.teamFileId);
    if (file === undefined) return image;
    let { sha256 } = file;
    if (image.sourceBlob != null) {
      const { offsetStart, offsetEnd } = image.sourceBlob;
      if (offsetStart >= offsetEnd || offsetEnd > file.size) {
        throw new SlyError('SLY_USAGE', {
          detail: `images[${at}].sourceBlob: expected a part of the ${file.size} bytes of ${file.path}, got ${offsetStart} to ${offsetEnd}`,
        });
      }
      sha256 = await piece(file, offsetStart, offsetEnd);
    }
    const title = image.title ?? image.name ?? path.posix.basename(file.path);
    return { ...image, title, hash: hexToBase64(sha256) };
  }

  try {
    const all: T[] = [];
    for (const [at, image] of images.entries()) all.push(await filled(image, at));
    await batch.commit();
    return all;
  } catch (error) {
    await batch.abort();
    throw error;
  }
}
