/** Pictures beside point clouds. */
import { Type } from 'typebox';
import { base64ToHex } from '../../../lib/hash.ts';
import type { ApiDeps } from '../api-deps.ts';
import { RelatedImageEntity, relatedImageEntity } from '../entities/point-cloud.ts';
import { entitiesOfFilter } from '../figures/label-scope.ts';
import { datasetOf, found } from '../found.ts';
import { sendItem } from '../items/item-bytes.ts';
import { itemsOf } from '../items/items-of.ts';
import { hashesOf } from '../items/new-items.ts';
import { listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import {
  AnyObject,
  ById,
  DONE,
  Done,
  endpoint,
  Hash,
  Id,
  Ids,
  type MethodTable,
  maybe,
  Name,
} from '../method.ts';

const NewRelatedImage = Type.Object({ entityId: Id, name: Name, hash: Hash, meta: maybe(AnyObject) });

export function relatedImageMethods({ blobs, stores }: ApiDeps): MethodTable {
  return {
    'point-clouds.images.add': endpoint(
      {
        about:
          'New pictures beside point clouds, in the order given; the same one again is the one that is there.',
        needs: 'manage',
        of: ({ images }) => ({
          items: images.map(({ entityId }) => entityId),
          hashes: hashesOf(images),
        }),
        request: Type.Object({ images: Type.Array(NewRelatedImage, { maxItems: 10_000 }) }),
        response: Type.Array(RelatedImageEntity),
      },
      async ({ images }) => {
        await itemsOf(
          stores,
          'Point cloud',
          images.map(({ entityId }) => entityId),
        );
        const added = images.map(({ entityId, name, hash, meta }) => ({
          entityId,
          name,
          sha256: base64ToHex(hash),
          meta: meta ?? {},
        }));
        return (await stores.relatedImages.add(added)).map(relatedImageEntity);
      },
    ),

    'point-clouds.images.list': endpoint(
      {
        about: 'Pictures beside the point clouds of a dataset.',
        needs: 'view',
        of: ({ datasetId, filter }) => ({ datasets: [datasetId], items: entitiesOfFilter(filter) }),
        request: Type.Object({ datasetId: Id, ...listFields }),
        response: listOf(RelatedImageEntity),
      },
      async ({ datasetId, ...input }) => {
        await datasetOf(stores, datasetId);
        const listed = await stores.relatedImages.list({ ...listQuery(input), datasetId });
        return listReply(input, listed, relatedImageEntity);
      },
    ),

    'point-clouds.images.download': endpoint(
      {
        about: 'The bytes of a picture beside a point cloud, or a range of them.',
        needs: 'view',
        of: ({ id }) => ({ relatedImages: [id] }),
        request: ById,
        response: 'bytes',
      },
      async ({ id }, call) => {
        const [row] = await stores.relatedImages.get([id]);
        return sendItem(blobs, found(row, `Image with id: ${id}`), call);
      },
    ),

    'point-clouds.images.remove': endpoint(
      {
        about: 'Removes pictures beside point clouds; those that are gone already are no error.',
        needs: 'manage',
        of: ({ ids }) => ({ relatedImages: ids }),
        request: Type.Object({ ids: Ids }),
        response: Done,
      },
      async ({ ids }) => {
        await stores.relatedImages.remove(ids);
        return DONE;
      },
    ),
  };
}
