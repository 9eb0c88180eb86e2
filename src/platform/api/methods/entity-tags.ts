/** Tags of figures and objects by their ids. */
import { Type } from 'typebox';
import type { Tag } from '../../../format/model.ts';
import type { ApiDeps } from '../api-deps.ts';
import { metaIds } from '../figures/annotation-entity.ts';
import { changeLabels, labelsByIds, sameTag, tagsOfLabels } from '../figures/image-labels.ts';
import { isLabelId } from '../figures/label-ids.ts';
import { tagJson } from '../figures/label-json.ts';
import { figureScope } from '../figures/label-scope.ts';
import { NewTag, newTags, tagNames } from '../figures/new-tags.ts';
import { found, projectOf } from '../found.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import {
  AnyObject,
  ById,
  DONE,
  Done,
  endpoint,
  Id,
  Ids,
  type MethodTable,
  maybe,
  orNull,
} from '../method.ts';

const FigureTag = Type.Intersect([NewTag, Type.Object({ figureId: Id })]);
const MOST = 10_000;

export function entityTagMethods({ stores }: ApiDeps, lost: LostReplies): MethodTable {
  async function figureTags(id: number): Promise<Record<string, unknown>[]> {
    if (isLabelId(id)) {
      const tags = (await tagsOfLabels(stores, [id])).get(id);
      return found(tags, `Figure with id: ${id}`).map((tag) => ({ value: null, ...tag }));
    }
    const [figure] = await stores.figures.get([id]);
    const { projectId } = found(figure, `Figure with id: ${id}`);
    const ids = metaIds(await stores.projects.meta(projectId));
    return (await stores.entityTags.of('figure', [id])).map((tag) => tagJson(tag, ids));
  }

  return {
    'figures.tags.list': endpoint(
      {
        about: 'Tags of one figure.',
        needs: 'view',
        of: ({ id }) => figureScope([id]),
        request: ById,
        response: Type.Array(AnyObject),
      },
      async ({ id }) => figureTags(id),
    ),

    'figures.tags.bulk.add': endpoint(
      {
        about:
          'Tags of figures of one project, in the order given; the same one again is the one that is there.',
        needs: 'annotate',
        of: ({ projectId, tags }) => ({
          projects: [projectId],
          ...figureScope(tags.map(({ figureId }) => figureId)),
        }),
        request: Type.Object({ projectId: Id, tags: Type.Array(FigureTag, { maxItems: MOST }) }),
        response: Type.Array(
          Type.Object({ id: Id, tagId: orNull(Id), figureId: Id, value: Type.Optional(Type.Unknown()) }),
        ),
      },
      lost.once('figures.tags.bulk.add', async ({ projectId, tags }) => {
        await projectOf(stores, projectId);
        const ids = metaIds(await stores.projects.meta(projectId));
        const names = await tagNames(stores, projectId);
        const rows = tags.filter(({ figureId }) => !isLabelId(figureId));
        const figures = new Map(
          (await stores.figures.get([...new Set(rows.map(({ figureId }) => figureId))])).map((row) => [
            row.id,
            row,
          ]),
        );
        const datasetOfFigure = (figureId: number): number => {
          const figure = found(figures.get(figureId), `Figure with id: ${figureId}`);
          if (figure.projectId !== projectId)
            found(undefined, `Figure with id: ${figureId} of project ${projectId}`);
          return figure.datasetId;
        };
        const added = newTags(rows, names, ({ figureId }) => ({
          datasetId: datasetOfFigure(figureId),
          figureId,
        }));
        const onLabels = newTags(
          tags.filter(({ figureId }) => isLabelId(figureId)),
          names,
          ({ figureId }) => ({ datasetId: 0, figureId }),
        ).map(({ name, rest, figureId = 0 }) => ({ figureId, tag: { ...rest, name } }));
        await assertLabels(projectId, onLabels);
        const ofLabels = (await tagLabels(onLabels))[Symbol.iterator]();
        const ofRows = (await stores.entityTags.add(added))[Symbol.iterator]();
        return tags.map((tag, at) => ({
          id: (isLabelId(tag.figureId) ? ofLabels : ofRows).next().value,
          tagId: ids.tags.get(names(tag, `tags[${at}]`)) ?? null,
          figureId: tag.figureId,
          value: tag.value ?? null,
        }));
      }),
    ),

    'annotation-objects.tags.update': endpoint(
      {
        about: 'Changes value or frames of a tag of an object.',
        needs: 'annotate',
        of: ({ id }) => ({ entityTags: [id] }),
        request: Type.Object({
          id: Id,
          value: Type.Optional(Type.Unknown()),
          frameRange: maybe(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 2, maxItems: 2 })),
        }),
        response: Done,
      },
      async ({ id, value, frameRange }) => {
        const [tag] = await stores.entityTags.get([id]);
        const { rest } = found(tag, `Tag with id: ${id}`);
        await stores.entityTags.update(id, {
          ...rest,
          ...(value !== undefined && { value }),
          ...(frameRange != null && { frameRange }),
        });
        return DONE;
      },
    ),

    'annotation-objects.tags.remove': endpoint(
      {
        about: 'Removes tags of objects; those that are gone already are no error.',
        needs: 'annotate',
        of: ({ ids }) => ({ entityTags: ids }),
        request: Type.Object({ ids: Ids }),
        response: Done,
      },
      async ({ ids }) => {
        await stores.entityTags.remove(ids);
        return DONE;
      },
    ),
  };

  async function assertLabels(projectId: number, tags: readonly LabelTag[]): Promise<void> {
    const asked = [...new Set(tags.map(({ figureId }) => figureId))];
    const labels = await labelsByIds(stores, asked);
    for (const id of asked)
      if (labels.get(id)?.projectId !== projectId) found(undefined, `Figure with id: ${id}`);
  }

  /** Ids in the order given. */
  async function tagLabels(tags: readonly LabelTag[]): Promise<number[]> {
    const byLabel = Map.groupBy(tags, ({ figureId }) => figureId);
    await changeLabels(stores, [...byLabel.keys()], (label, id) => {
      const known = [...(label.tags ?? [])];
      for (const { tag } of byLabel.get(id) ?? [])
        if (!known.some((one) => sameTag(one, tag))) known.push(tag);
      return { ...label, tags: known };
    });
    const tagged = await tagsOfLabels(stores, [...byLabel.keys()]);
    return tags.map(({ figureId, tag }) => {
      const known = tagged.get(figureId)?.find((one) => sameTag(one, tag));
      return found(known, `Tag ${tag.name} of figure ${figureId}`).id;
    });
  }
}

interface LabelTag {
  figureId: number;
  tag: Tag;
}
