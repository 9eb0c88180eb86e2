/** Annotations of single point clouds. Those of episodes: episode-annotations.ts. */
import { Type } from 'typebox';
import type { ObjectRow } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { MetaIds } from '../figures/annotation-entity.ts';
import { ids as idsOf } from '../figures/ids-of-projects.ts';
import { addItemTags, annotationHead, figureTexts, sendAnnotations } from '../figures/item-annotations.ts';
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

export function pointCloudAnnotationMethods({ stores }: ApiDeps, lost: LostReplies): MethodTable {
  /** Objects of the cloud, and those of the dataset that have figures in it. */
  async function objectsOf(itemId: number): Promise<ObjectRow[]> {
    const own = await stores.objects.ofItem(itemId);
    const used = await stores.objects.usedBy(itemId);
    const byId = new Map([...own, ...used].map((object) => [object.id, object]));
    return [...byId.values()].sort((a, b) => a.id - b.id);
  }

  async function* annotationText(row: ItemRow, ids: MetaIds): AsyncGenerator<string> {
    const objects = await objectsOf(row.id);
    const head = {
      name: row.name,
      pointCloudId: row.id,
      ...(await annotationHead(stores, { row, objects, ids })),
    };
    yield `${JSON.stringify(head).slice(0, -1)},"figures":[`;
    yield* figureTexts(stores, { itemId: row.id, plane: '', objects: new Set(idsOf(objects)) });
    yield ']}';
  }

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
        return sendAnnotations(stores, reply, rows, annotationText);
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
