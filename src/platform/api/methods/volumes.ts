/** Volumes as rows and bytes. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex } from '../../../lib/hash.ts';
import type { ApiDeps } from '../api-deps.ts';
import { VolumeEntity, volumeEntity } from '../entities/volume.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { sendItem } from '../items/item-bytes.ts';
import { itemOf } from '../items/items-of.ts';
import {
  addItems,
  assertHolds,
  hashesOf,
  NewItem,
  nameOf,
  teamFilesOf,
  withBytes,
} from '../items/new-items.ts';
import { listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import { ById, endpoint, given, Hash, Id, type MethodTable, maybe } from '../method.ts';

const Axis = Type.Object({ x: Type.Number(), y: Type.Number(), z: Type.Number() });
const Slice = Type.Object({ hash: Hash, sliceIndex: Type.Integer({ minimum: 0 }), normal: Axis });

export function volumeMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { blobs, media, stores } = deps;

  /** Nobody can read the annotation of a volume of unknown size: the header of the file says what the request does not. */
  async function withMeta(volume: NewItem, at: number): Promise<NewItem> {
    if (volume.meta?.dimensionsIJK !== undefined) return volume;
    const header = volume.hash == null ? undefined : await media.volumeMeta(base64ToHex(volume.hash));
    if (header !== undefined) return { ...volume, meta: { ...header, ...volume.meta } };
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `${nameOf(volume, at)}: expected an NRRD file or meta.dimensionsIJK, got neither`,
      hint: 'Convert it to NRRD first.',
    });
  }

  return {
    'volumes.bulk.add': endpoint(
      {
        about:
          'New volumes of stored bytes, in the order given; all or none. What meta lacks is read from the file.',
        needs: 'manage',
        of: ({ datasetId, volumes }) => ({
          datasets: [datasetId],
          teamFiles: teamFilesOf(volumes),
          hashes: hashesOf(volumes),
        }),
        request: Type.Object({ datasetId: Id, volumes: Type.Array(NewItem, { maxItems: 1000 }) }),
        response: Type.Array(VolumeEntity),
      },
      lost.once('volumes.bulk.add', async ({ datasetId, volumes }) => {
        await assertHolds(stores, 'Volume', { datasetId });
        const complete = await Promise.all((await withBytes(stores, volumes)).map(withMeta));
        return (await addItems(stores, datasetId, complete)).map(volumeEntity);
      }),
    ),

    'volumes.slices.bulk.add': endpoint(
      {
        about: 'Pictures of slices; they are not kept, since the volume itself has them.',
        needs: 'manage',
        of: ({ volumeId }) => ({ items: [volumeId] }),
        request: Type.Object({ volumeId: Id, volumeSlices: Type.Array(Slice, { maxItems: 10_000 }) }),
        response: Type.Array(Slice),
      },
      async ({ volumeId, volumeSlices }) => {
        await itemOf(stores, 'Volume', volumeId);
        return volumeSlices;
      },
    ),

    'volumes.list': endpoint(
      {
        about: 'Volumes of a dataset or a project.',
        needs: 'view',
        of: ({ datasetId, projectId }) => ({ datasets: given(datasetId), projects: given(projectId) }),
        request: Type.Object({
          datasetId: maybe(Id),
          projectId: maybe(Id),
          recursive: maybe(Type.Boolean()),
          ...listFields,
        }),
        response: listOf(VolumeEntity),
      },
      async ({ datasetId, projectId, ...input }) => {
        await assertHolds(stores, 'Volume', { datasetId, projectId });
        const listed = await stores.items.list({
          ...listQuery(input),
          ...(datasetId != null ? { datasetId } : projectId != null && { projectId }),
          recursive: input.recursive ?? false,
        });
        return listReply(input, listed, volumeEntity);
      },
    ),

    'volumes.info': endpoint(
      {
        about: 'One volume.',
        needs: 'view',
        of: ({ id }) => ({ items: [id] }),
        request: ById,
        response: VolumeEntity,
      },
      async ({ id }) => volumeEntity(await itemOf(stores, 'Volume', id)),
    ),

    'volumes.download': endpoint(
      {
        about: 'The bytes of one volume, or a range of them.',
        needs: 'view',
        of: ({ id }) => ({ items: [id] }),
        request: ById,
        response: 'bytes',
      },
      async ({ id }, call) => sendItem(blobs, await itemOf(stores, 'Volume', id), call),
    ),
  };
}
