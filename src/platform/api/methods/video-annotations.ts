/** Annotations of videos: objects, figures by frame, tags. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { videoText } from '../figures/annotation-texts.ts';
import { addItemTags, sendAnnotations } from '../figures/item-annotations.ts';
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
  const { stores } = deps;

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
        return sendAnnotations(deps, reply, rows, {
          text: videoText,
          owner: ({ id, name }) => ({ videoId: id, videoName: name }),
        });
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
