/** Annotations of volumes: objects, figures by plane and slice, figures in space. */
import { Type } from 'typebox';
import type { ItemRow } from '../../store/repositories.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { MetaIds } from '../figures/annotation-entity.ts';
import { figuresByFrame, figuresOf } from '../figures/figure-pages.ts';
import { ids as idsOf, idsOfProjects } from '../figures/ids-of-projects.ts';
import { figureText, grouped, objectJson, tagJson } from '../figures/label-json.ts';
import { addedIds, NewTag, newTags, tagNames } from '../figures/new-tags.ts';
import { PLANES } from '../figures/planes.ts';
import { sendJsonText } from '../http/json-text.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { itemOf, itemsOf } from '../items/items-of.ts';
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
    const tags = grouped(await stores.entityTags.of('object', idsOf(objects)), (tag) => tag.objectId);
    const head = {
      volumeId: row.id,
      volumeName: row.name,
      datasetId: row.datasetId,
      description: '',
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      volumeMeta: row.meta,
      tags: (await stores.entityTags.of('item', [row.id])).map((tag) => tagJson(tag, ids)),
      objects: objects.map((object) => objectJson(object, tags.get(object.id) ?? [], ids)),
    };
    yield `${JSON.stringify(head).slice(0, -1)},"planes":[`;
    const of = { itemId: row.id, objects: new Set(idsOf(objects)) };
    for (const [at, plane] of PLANES.entries()) {
      yield `${at === 0 ? '' : ','}${JSON.stringify(plane).slice(0, -1)},"slices":[`;
      for await (const { text } of figuresByFrame(stores.figures, { ...of, plane: plane.name })) yield text;
      yield ']}';
    }
    yield '],"spatialFigures":[';
    let comma = '';
    for await (const figure of figuresOf(stores.figures, { ...of, plane: '' })) {
      yield comma + figureText(figure);
      comma = ',';
    }
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
        const ids = await idsOfProjects(stores, rows);
        async function* text(): AsyncGenerator<string> {
          yield '[';
          for (const [at, row] of rows.entries()) {
            if (at > 0) yield ',';
            yield* annotationText(row, ids(row.projectId));
          }
          yield ']';
        }
        return sendJsonText(reply, text());
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
        const row = await itemOf(stores, 'Volume', volumeId ?? entityId ?? 0);
        const names = await tagNames(stores, row.projectId);
        const added = newTags(tags, names, () => ({ datasetId: row.datasetId, itemId: row.id }));
        return (await stores.entityTags.add(added)).map((id) => ({ id }));
      }),
    ),
  };
}
