/** Volumes as rows and bytes. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex } from '../../../lib/hash.ts';
import type { ApiDeps } from '../api-deps.ts';
import { VolumeEntity, volumeEntity } from '../entities/volume.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { itemReads } from '../items/item-reads.ts';
import { itemOf } from '../items/items-of.ts';
import { addItems, assertHolds, NewItem, nameOf, scopeOfNew, withBytes } from '../items/new-items.ts';
import { endpoint, Hash, Id, type MethodTable } from '../method.ts';

const Axis = Type.Object({ x: Type.Number(), y: Type.Number(), z: Type.Number() });
const Slice = Type.Object({ hash: Hash, sliceIndex: Type.Integer({ minimum: 0 }), normal: Axis });

export function volumeMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { media, stores } = deps;

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
        of: ({ datasetId, volumes }) => scopeOfNew(datasetId, volumes),
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

    ...itemReads(deps, {
      prefix: 'volumes',
      kind: 'Volume',
      schema: VolumeEntity,
      entity: volumeEntity,
    }),
  };
}
