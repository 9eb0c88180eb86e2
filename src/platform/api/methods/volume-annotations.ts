/** Annotations of volumes: objects, figures by plane and slice, figures in space. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { volumeText } from '../figures/annotation-texts.ts';
import { addItemTags, sendAnnotations } from '../figures/item-annotations.ts';
import { addedIds, NewTag } from '../figures/new-tags.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { itemsOf } from '../items/items-of.ts';
import { AnyObject, Count, endpoint, given, Id, type MethodTable, maybe } from '../method.ts';

const VolumeAnnotation = Type.Object(
  {
    volumeId: Id,
    volumeName: Type.String(),
    datasetId: Id,
    description: Type.String(),
    volumeMeta: AnyObject,
    tags: Type.Array(AnyObject),
    objects: Type.Array(AnyObject),
    planes: Type.Array(
      Type.Object({
        name: Type.String(),
        normal: AnyObject,
        slices: Type.Array(Type.Object({ index: Count, figures: Type.Array(AnyObject) })),
      }),
    ),
    spatialFigures: Type.Array(AnyObject),
  },
  { title: 'VolumeAnnotation' },
);

export function volumeAnnotationMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { stores } = deps;

  return {
    'volumes.annotations.bulk.info': endpoint(
      {
        about: 'Annotations of volumes, in the order asked.',
        needs: 'view',
        of: ({ datasetId, volumeIds }) => ({ datasets: given(datasetId), items: volumeIds }),
        request: Type.Object({ datasetId: maybe(Id), volumeIds: Type.Array(Id, { maxItems: 1000 }) }),
        response: Type.Array(VolumeAnnotation),
      },
      async ({ datasetId, volumeIds }, { reply }) => {
        const rows = await itemsOf(stores, 'Volume', volumeIds, datasetId);
        return sendAnnotations(deps, reply, rows, {
          text: volumeText,
          owner: ({ id, name }) => ({ volumeId: id, volumeName: name }),
        });
      },
    ),

    'volumes.tags.bulk.add': endpoint(
      {
        about: 'Tags of one volume.',
        needs: 'annotate',
        of: ({ volumeId, entityId }) => ({ items: given(volumeId, entityId) }),
        request: Type.Object({
          volumeId: maybe(Id),
          entityId: maybe(Id),
          tags: Type.Array(NewTag, { maxItems: 10_000 }),
        }),
        response: addedIds,
      },
      lost.once('volumes.tags.bulk.add', async ({ volumeId, entityId, tags }) => {
        return addItemTags(stores, 'Volume', { itemId: volumeId ?? entityId ?? 0, tags });
      }),
    ),
  };
}
