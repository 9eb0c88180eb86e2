/** Point clouds as rows and bytes, also those of episodes. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { ReceivedEntity } from '../entities/image.ts';
import { frameOf, PointCloudEntity, pointCloudEntity } from '../entities/point-cloud.ts';
import { datasetOf, projectOf } from '../found.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { receiveOwn } from '../http/receive-own.ts';
import { itemReads } from '../items/item-reads.ts';
import { addItems, assertHolds, NewItem, nameOf, scopeOfNew, withBytes } from '../items/new-items.ts';
import { DONE, Done, endpoint, Id, type MethodTable, Multipart } from '../method.ts';

export function pointCloudMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { stores } = deps;
  return {
    'point-clouds.bulk.upload': endpoint(
      {
        about:
          'Stores clouds and pictures of a multipart body and answers their hashes in the order of the parts.',
        needs: 'manage',
        request: Multipart(),
        response: Type.Array(ReceivedEntity),
      },
      (_input, call) => receiveOwn(deps, call),
    ),

    'point-clouds.bulk.add': endpoint(
      {
        about: 'New point clouds of stored bytes, team files or links, in the order given; all or none.',
        needs: 'manage',
        of: ({ datasetId, pointClouds }) => scopeOfNew(datasetId, pointClouds),
        request: Type.Object({ datasetId: Id, pointClouds: Type.Array(NewItem, { maxItems: 10_000 }) }),
        response: Type.Array(PointCloudEntity),
      },
      lost.once('point-clouds.bulk.add', async ({ datasetId, pointClouds }) => {
        await assertHolds(stores, 'Point cloud', { datasetId });
        const { projectId } = await datasetOf(stores, datasetId);
        if ((await projectOf(stores, projectId)).type === 'point_cloud_episodes') assertFrames(pointClouds);
        return (await addItems(stores, datasetId, await withBytes(stores, pointClouds))).map(
          pointCloudEntity,
        );
      }),
    ),

    'point-clouds.episodes.frames.update-order': endpoint(
      {
        about: 'Puts the clouds of an episode into another order: all of them, the one of frame 0 first.',
        needs: 'manage',
        of: ({ datasetId, pointCloudIds }) => ({ datasets: [datasetId], items: pointCloudIds }),
        request: Type.Object({
          datasetId: Id,
          pointCloudIds: Type.Array(Id, { maxItems: 100_000 }),
        }),
        response: Done,
      },
      async ({ datasetId, pointCloudIds }) => {
        const { projectId } = await datasetOf(stores, datasetId);
        const { type } = await projectOf(stores, projectId);
        if (type !== 'point_cloud_episodes') {
          throw new SlyError('SLY_USAGE', {
            detail: `dataset ${datasetId}: expected an episode, got a dataset of ${type}`,
          });
        }
        await stores.items.setFrames(datasetId, pointCloudIds);
        return DONE;
      },
    ),

    ...itemReads(deps, {
      prefix: 'point-clouds',
      kind: 'Point cloud',
      schema: PointCloudEntity,
      entity: pointCloudEntity,
    }),
  };
}

/** Clients order the clouds of an episode by it, and fail without. */
function assertFrames(clouds: readonly NewItem[]): void {
  for (const [at, cloud] of clouds.entries()) {
    if (frameOf({ meta: cloud.meta ?? {} }) !== undefined) continue;
    throw new SlyError('SLY_USAGE', {
      detail: `${nameOf(cloud, at)}: meta.frame: expected a whole number from 0, got ${JSON.stringify(cloud.meta?.frame ?? null)}`,
      hint: 'Clouds of an episode are numbered.',
    });
  }
}
