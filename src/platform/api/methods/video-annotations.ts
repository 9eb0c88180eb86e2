/** Annotations of videos: objects, figures by frame, tags. */
import { Type } from 'typebox';
import type { FigurePlace, ItemRow } from '../../store/repositories.ts';
import type { ApiDeps } from '../api-deps.ts';
import { streamOfVideo } from '../entities/video.ts';
import type { MetaIds } from '../figures/annotation-entity.ts';
import { figuresByFrame } from '../figures/figure-pages.ts';
import { ids as idsOf, idsOfProjects } from '../figures/ids-of-projects.ts';
import { grouped, objectJson, tagJson } from '../figures/label-json.ts';
import { addedIds, NewTag, newTags, tagNames } from '../figures/new-tags.ts';
import { sendJsonText } from '../http/json-text.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { itemOf, itemsOf } from '../items/items-of.ts';
import { AnyObject, Count, endpoint, given, Id, type MethodTable, maybe } from '../method.ts';

const VideoAnnotation = Type.Object(
  {
    videoId: Id,
    videoName: Type.String(),
    datasetId: Id,
    description: Type.String(),
    size: Type.Object({ height: Count, width: Count }),
    framesCount: Count,
    tags: Type.Array(AnyObject),
    objects: Type.Array(AnyObject),
    frames: Type.Array(Type.Object({ index: Count, figures: Type.Array(AnyObject) })),
  },
  { title: 'VideoAnnotation' },
);

export function videoAnnotationMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { media, stores } = deps;

  async function* annotationText(row: ItemRow, ids: MetaIds): AsyncGenerator<string> {
    const [reading] = row.sha256 === null ? [] : await media.videos([row.sha256]);
    const stream = streamOfVideo(row, reading);
    const objects = await stores.objects.ofItem(row.id);
    const tags = grouped(await stores.entityTags.of('object', idsOf(objects)), (tag) => tag.objectId);
    const head = {
      videoId: row.id,
      videoName: row.name,
      datasetId: row.datasetId,
      description: '',
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      size: { height: stream?.height ?? 0, width: stream?.width ?? 0 },
      tags: (await stores.entityTags.of('item', [row.id])).map((tag) => tagJson(tag, ids)),
      objects: objects.map((object) => objectJson(object, tags.get(object.id) ?? [], ids)),
    };
    yield `${JSON.stringify(head).slice(0, -1)},"frames":[`;
    const of = { itemId: row.id, plane: '', objects: new Set(idsOf(objects)) };
    let last: FigurePlace | undefined;
    for await (const { text, place } of figuresByFrame(stores.figures, of)) {
      yield text;
      last = place;
    }
    // Of a video whose bytes are elsewhere nothing more is known than what was drawn on it.
    const framesCount = Math.max(stream?.framesCount ?? 0, (last?.frame ?? -1) + 1);
    yield `],"framesCount":${framesCount}}`;
  }

  return {
    'videos.annotations.bulk.info': endpoint(
      {
        about: 'Annotations of videos, in the order asked.',
        needs: 'view',
        of: ({ datasetId, videoIds }) => ({ datasets: given(datasetId), items: videoIds }),
        request: Type.Object({ datasetId: maybe(Id), videoIds: Type.Array(Id, { maxItems: 1000 }) }),
        response: Type.Array(VideoAnnotation),
      },
      async ({ datasetId, videoIds }, { reply }) => {
        const rows = await itemsOf(stores, 'Video', videoIds, datasetId);
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

    'videos.tags.bulk.add': endpoint(
      {
        about: 'Tags of one video, for all of it or a range of frames.',
        needs: 'annotate',
        of: ({ videoId }) => ({ items: [videoId] }),
        request: Type.Object({ videoId: Id, tags: Type.Array(NewTag, { maxItems: 10_000 }) }),
        response: addedIds,
      },
      lost.once('videos.tags.bulk.add', async ({ videoId, tags }) => {
        const row = await itemOf(stores, 'Video', videoId);
        const names = await tagNames(stores, row.projectId);
        const added = newTags(tags, names, () => ({ datasetId: row.datasetId, itemId: row.id }));
        return (await stores.entityTags.add(added)).map((id) => ({ id }));
      }),
    ),
  };
}
