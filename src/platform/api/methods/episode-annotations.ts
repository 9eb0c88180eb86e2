/** The one annotation of an episode: a dataset whose point clouds are frames. */
import { Type } from 'typebox';
import type { DatasetRow } from '../../store/repositories/projects.ts';
import type { ApiDeps } from '../api-deps.ts';
import { apiForm } from '../figures/annotation-form.ts';
import { episodeText } from '../figures/episode-text.ts';
import { idsOfProjects } from '../figures/ids-of-projects.ts';
import { addedIds, NewTag, newTags, tagNames } from '../figures/new-tags.ts';
import { datasetOf } from '../found.ts';
import { sendJsonText } from '../http/json-text.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { AnyObject, Count, endpoint, Id, type MethodTable } from '../method.ts';

const EpisodeAnnotation = Type.Object(
  {
    datasetId: Id,
    description: Type.String(),
    framesCount: Count,
    tags: Type.Array(AnyObject),
    objects: Type.Array(AnyObject),
    frames: Type.Array(Type.Object({ index: Count, pointCloudId: Id, figures: Type.Array(AnyObject) })),
  },
  { title: 'EpisodeAnnotation' },
);

export function episodeAnnotationMethods({ stores }: ApiDeps, lost: LostReplies): MethodTable {
  async function* listOfOne(dataset: DatasetRow): AsyncGenerator<string> {
    const ids = (await idsOfProjects(stores, [dataset]))(dataset.projectId);
    yield '[';
    yield* episodeText(stores, dataset, apiForm(ids, { datasetId: dataset.id }));
    yield ']';
  }

  return {
    'point-clouds.episodes.annotations.info': endpoint(
      {
        about: 'The annotation of an episode: a list of one.',
        needs: 'view',
        of: ({ datasetId }) => ({ datasets: [datasetId] }),
        request: Type.Object({ datasetId: Id }),
        response: Type.Array(EpisodeAnnotation),
      },
      async ({ datasetId }, { reply }) => sendJsonText(reply, listOfOne(await datasetOf(stores, datasetId))),
    ),

    'point-clouds.episodes.tags.bulk.add': endpoint(
      {
        about: 'Tags of an episode, for all of it or a range of frames.',
        needs: 'annotate',
        of: ({ datasetId }) => ({ datasets: [datasetId] }),
        request: Type.Object({ datasetId: Id, tags: Type.Array(NewTag, { maxItems: 10_000 }) }),
        response: addedIds,
      },
      lost.once('point-clouds.episodes.tags.bulk.add', async ({ datasetId, tags }) => {
        const { projectId } = await datasetOf(stores, datasetId);
        const names = await tagNames(stores, projectId);
        const added = newTags(tags, names, () => ({ datasetId }));
        return (await stores.entityTags.add(added)).map((id) => ({ id }));
      }),
    ),

    'point-clouds.episodes.notify-annotation-tool': endpoint(
      {
        about: 'Progress of a tracker; nobody here waits for it, so it is never told to stop.',
        needs: 'annotate',
        request: AnyObject,
        response: Type.Object({ stopped: Type.Boolean() }),
      },
      async () => ({ stopped: false }),
    ),
  };
}
