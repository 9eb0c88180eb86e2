/** Annotations of volumes: objects, figures by plane and slice, figures in space. */
import { Type } from 'typebox';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { MetaIds } from '../figures/annotation-entity.ts';
import { figuresByFrame } from '../figures/figure-pages.ts';
import { ids as idsOf } from '../figures/ids-of-projects.ts';
import { addItemTags, annotationHead, figureTexts, sendAnnotations } from '../figures/item-annotations.ts';
import { addedIds, NewTag } from '../figures/new-tags.ts';
import { PLANES } from '../figures/planes.ts';
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

export function volumeAnnotationMethods({ stores }: ApiDeps, lost: LostReplies): MethodTable {
  async function* annotationText(row: ItemRow, ids: MetaIds): AsyncGenerator<string> {
    const objects = await stores.objects.ofItem(row.id);
    const head = {
      volumeId: row.id,
      volumeName: row.name,
      volumeMeta: row.meta,
      ...(await annotationHead(stores, { row, objects, ids })),
    };
    yield `${JSON.stringify(head).slice(0, -1)},"planes":[`;
    const of = { itemId: row.id, objects: new Set(idsOf(objects)) };
    for (const [at, plane] of PLANES.entries()) {
      yield `${at === 0 ? '' : ','}${JSON.stringify(plane).slice(0, -1)},"slices":[`;
      for await (const { text } of figuresByFrame(stores.figures, { ...of, plane: plane.name })) yield text;
      yield ']}';
    }
    yield '],"spatialFigures":[';
    yield* figureTexts(stores, { ...of, plane: '' });
    yield ']}';
  }

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
        return sendAnnotations(stores, reply, rows, annotationText);
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
