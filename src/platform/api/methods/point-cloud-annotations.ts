/** Annotations of single point clouds. Those of episodes: episode-annotations.ts. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { pointCloudText } from '../figures/annotation-texts.ts';
import { addItemTags, sendAnnotations } from '../figures/item-annotations.ts';
import { addedIds, NewTag } from '../figures/new-tags.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { itemsOf } from '../items/items-of.ts';
import { AnyObject, endpoint, given, Id, type MethodTable, maybe } from '../method.ts';

const PointCloudAnnotation = Type.Object(
  {
    name: Type.String(),
    pointCloudId: Id,
    datasetId: Id,
    description: Type.String(),
    tags: Type.Array(AnyObject),
    objects: Type.Array(AnyObject),
    figures: Type.Array(AnyObject),
  },
  { title: 'PointCloudAnnotation' },
);

export function pointCloudAnnotationMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { stores } = deps;

  return {
    'point-clouds.annotations.bulk.info': endpoint(
      {
        about: 'Annotations of point clouds, in the order asked.',
        needs: 'view',
        of: ({ datasetId, pointCloudIds }) => ({ datasets: given(datasetId), items: pointCloudIds }),
        request: Type.Object({
          datasetId: maybe(Id),
          pointCloudIds: Type.Array(Id, { maxItems: 1000 }),
        }),
        response: Type.Array(PointCloudAnnotation),
      },
      async ({ datasetId, pointCloudIds }, { reply }) => {
        const rows = await itemsOf(stores, 'Point cloud', pointCloudIds, datasetId);
        return sendAnnotations(deps, reply, rows, {
          text: pointCloudText,
          owner: ({ id, name }) => ({ name, pointCloudId: id }),
        });
      },
    ),

    'point-clouds.tags.bulk.add': endpoint(
      {
        about: 'Tags of one point cloud.',
        needs: 'annotate',
        of: ({ entityId }) => ({ items: [entityId] }),
        request: Type.Object({ entityId: Id, tags: Type.Array(NewTag, { maxItems: 10_000 }) }),
        response: addedIds,
      },
      lost.once('point-clouds.tags.bulk.add', async ({ entityId, tags }) => {
        return addItemTags(stores, 'Point cloud', { itemId: entityId, tags });
      }),
    ),
  };
}
