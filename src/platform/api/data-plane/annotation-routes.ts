/** Annotations of what is no image, as their files in Supervisely Format, read while they are sent. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import type { FigureStore } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import { fileForm } from '../figures/annotation-form.ts';
import { pointCloudText, videoText, volumeText } from '../figures/annotation-texts.ts';
import { episodeText } from '../figures/episode-text.ts';
import { ids as idsOf } from '../figures/ids-of-projects.ts';
import { grouped } from '../figures/label-json.ts';
import { joinObjects, sendJsonText } from '../http/json-text.ts';
import type { DataPlaneDeps } from './data-plane-deps.ts';
import { pathNumber } from './path-number.ts';

const TEXTS = { videos: videoText, point_clouds: pointCloudText, volumes: volumeText } as const;

type ById = { Params: { id: string } };

/** `needProject`: the project is there for the agent, else SLY_NOT_FOUND. */
export function registerAnnotationRoutes(
  app: FastifyInstance,
  deps: DataPlaneDeps,
  needProject: (id: number, request: FastifyRequest) => Promise<void>,
): void {
  const { media } = deps;
  const stores = { ...deps.stores, figures: withFigureTags(deps.stores) };

  app.get<ById>('/items/:id/annotation', async (request, reply) => {
    const id = pathNumber(request.params.id, 'item');
    const [row] = await stores.items.get([id]);
    if (row === undefined) throw new SlyError('SLY_NOT_FOUND', { detail: `item ${id}` });
    await needProject(row.projectId, request);
    return sendJsonText(reply, textOf(row));
  });

  function textOf(row: ItemRow): AsyncGenerator<string> {
    const { id, type } = row;
    if (type in TEXTS) return TEXTS[type as keyof typeof TEXTS]({ stores, media }, row, fileForm);
    throw new SlyError('SLY_USAGE', {
      detail: `item ${id}: expected one of ${Object.keys(TEXTS).join(', ')}, got one of ${type}`,
      hint: 'Annotations of images come with the items; an episode has one for its dataset.',
    });
  }

  app.get<ById>('/datasets/:id/annotation', async (request, reply): Promise<FastifyReply> => {
    const id = pathNumber(request.params.id, 'dataset');
    const dataset = await stores.datasets.get(id);
    if (dataset === undefined) throw new SlyError('SLY_NOT_FOUND', { detail: `dataset ${id}` });
    await needProject(dataset.projectId, request);
    return sendJsonText(reply, episodeText(stores, dataset, fileForm));
  });
}

/** A file has the tags of a figure in the figure. */
function withFigureTags({
  figures,
  entityTags,
}: Pick<DataPlaneDeps['stores'], 'figures' | 'entityTags'>): FigureStore {
  return {
    ...figures,
    async page(itemId, from) {
      const rows = await figures.page(itemId, from);
      const tags = grouped(await entityTags.of('figure', idsOf(rows)), (tag) => tag.figureId);
      return rows.map((row) => {
        const own = tags.get(row.id);
        if (own === undefined) return row;
        return { ...row, rest: joinObjects(row.rest, JSON.stringify({ tags: own.map(fileForm.tag) })) };
      });
    },
  };
}
