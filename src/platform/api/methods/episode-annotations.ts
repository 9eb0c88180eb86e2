/** The one annotation of an episode: a dataset whose point clouds are frames. */
import { Type } from 'typebox';
import type { ObjectRow } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { frameOf } from '../entities/point-cloud.ts';
import { figuresOf } from '../figures/figure-pages.ts';
import { ids as idsOf, idsOfProjects } from '../figures/ids-of-projects.ts';
import { figureText, grouped, objectJson, tagJson } from '../figures/label-json.ts';
import { addedIds, NewTag, newTags, tagNames } from '../figures/new-tags.ts';
import { datasetOf } from '../found.ts';
import { sendJsonText } from '../http/json-text.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { AnyObject, Count, endpoint, Id, type MethodTable } from '../method.ts';

const PAGE = 1000;

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
  /** In the order of their frames. */
  async function cloudsOf(datasetId: number): Promise<{ row: ItemRow; frame: number }[]> {
    const clouds: { row: ItemRow; frame: number }[] = [];
    for (let after = 0; ; ) {
      const { entities } = await stores.items.list({ datasetId, perPage: PAGE, after });
      for (const row of entities) {
        const frame = frameOf(row);
        if (frame !== undefined) clouds.push({ row, frame });
      }
      const last = entities.at(-1);
      if (last === undefined || entities.length < PAGE) break;
      after = last.id;
    }
    return clouds.sort((a, b) => a.frame - b.frame || a.row.id - b.row.id);
  }

  async function* objectPages(datasetId: number): AsyncGenerator<ObjectRow[]> {
    for (let after = 0; ; ) {
      const page = await stores.objects.ofDataset(datasetId, { after, limit: PAGE });
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = last.id;
    }
  }

  async function* annotationText(dataset: { id: number; projectId: number }): AsyncGenerator<string> {
    const ids = (await idsOfProjects(stores, [dataset]))(dataset.projectId);
    const clouds = await cloudsOf(dataset.id);
    const frames = new Map(clouds.map(({ row, frame }) => [row.id, frame]));
    const own = await stores.entityTags.ofDataset(dataset.id);
    // A tag that was given to one cloud is one of the episode, for its frame.
    const ofClouds = await stores.entityTags.of('item', [...frames.keys()]);
    const tags = [
      ...own.map((tag) => tagJson(tag, ids)),
      ...ofClouds.map((tag) => {
        const frame = frames.get(tag.itemId ?? 0) ?? 0;
        return { frameRange: [frame, frame], ...tagJson(tag, ids) };
      }),
    ];
    const framesCount = Math.max(clouds.length, (clouds.at(-1)?.frame ?? -1) + 1);
    const head = { datasetId: dataset.id, description: '', framesCount, tags };
    yield `[${JSON.stringify(head).slice(0, -1)},"objects":[`;
    const known = new Set<number>();
    for await (const page of objectPages(dataset.id)) {
      const ofObject = grouped(await stores.entityTags.of('object', idsOf(page)), (tag) => tag.objectId);
      for (const object of page) {
        const json = JSON.stringify(objectJson(object, ofObject.get(object.id) ?? [], ids));
        yield known.size === 0 ? json : `,${json}`;
        known.add(object.id);
      }
    }
    yield '],"frames":[';
    let isFirst = true;
    for (const { row, frame } of clouds) {
      let begins = `${isFirst ? '' : ','}{"index":${frame},"pointCloudId":${row.id},"figures":[`;
      const before = begins;
      for await (const figure of figuresOf(stores.figures, { itemId: row.id, plane: '', objects: known })) {
        yield begins + figureText(figure);
        begins = ',';
      }
      if (begins === before) continue;
      yield ']}';
      isFirst = false;
    }
    yield ']}]';
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
      async ({ datasetId }, { reply }) =>
        sendJsonText(reply, annotationText(await datasetOf(stores, datasetId))),
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
