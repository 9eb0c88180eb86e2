/** Annotations of videos: objects, figures by frame, tags. */
import { Type } from 'typebox';
import type { FigurePlace } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { streamOfVideo } from '../entities/video.ts';
import type { MetaIds } from '../figures/annotation-entity.ts';
import { figuresByFrame } from '../figures/figure-pages.ts';
import { ids as idsOf } from '../figures/ids-of-projects.ts';
import { addItemTags, annotationHead, sendAnnotations } from '../figures/item-annotations.ts';
import { addedIds, NewTag } from '../figures/new-tags.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { itemsOf } from '../items/items-of.ts';
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
    const head = {
      videoId: row.id,
      videoName: row.name,
      size: { height: stream?.height ?? 0, width: stream?.width ?? 0 },
      ...(await annotationHead(stores, { row, objects, ids })),
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
        return sendAnnotations(stores, reply, rows, annotationText);
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
        return addItemTags(stores, 'Video', { itemId: videoId, tags });
      }),
    ),
  };
}
