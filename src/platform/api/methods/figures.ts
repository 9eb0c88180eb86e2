/** Figures of every kind of item: added, listed, changed, removed. Their bytes: figure-geometry.ts. */
import { Type } from 'typebox';
import type { FigureRow, NewFigure } from '../../store/repositories/figures.ts';
import type { ApiDeps } from '../api-deps.ts';
import { FigureEntity } from '../entities/figure.ts';
import { metaIds } from '../figures/annotation-entity.ts';
import { createFigureEntities } from '../figures/figure-entities.ts';
import { createFigureList } from '../figures/figure-list.ts';
import { createFigureOwners } from '../figures/figure-owners.ts';
import { changeLabels, labelById, withGeometry } from '../figures/image-labels.ts';
import { isLabelId } from '../figures/label-ids.ts';
import { entitiesOfFilter, entityScope, figureScope } from '../figures/label-scope.ts';
import { assertSound, newFigure, SentFigure } from '../figures/new-figures.ts';
import { addedIds, NewTag, newTags, tagNames } from '../figures/new-tags.ts';
import { datasetOf, found } from '../found.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { listFields, listOf, listQuery } from '../lists/list-shape.ts';
import { streamList } from '../lists/list-stream.ts';
import { AnyObject, DONE, Done, endpoint, given, Id, Ids, type MethodTable, maybe } from '../method.ts';
import { unknownClass } from './objects.ts';

/** A thousand figures with masks are tens of megabytes. */
const BODY_LIMIT = 256 << 20;
const FIGURES_A_PAGE = 20_000;

export function figureMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { stores } = deps;
  const owners = createFigureOwners(deps);
  const entities = createFigureEntities(stores);
  const list = createFigureList(stores);

  async function figureOf(id: number): Promise<FigureRow> {
    const [row] = await stores.figures.get([id]);
    return found(row, `Figure with id: ${id}`);
  }

  return {
    'figures.bulk.add': endpoint(
      {
        about:
          'New figures on items of one dataset, in the order given. Their key tells a replay from a new figure.',
        needs: 'annotate',
        of: ({ datasetId, entityId, figures }) => ({
          datasets: given(datasetId),
          ...entityScope([...given(entityId), ...figures.flatMap((one) => one.entityId ?? [])]),
          objects: figures.flatMap((one) => one.objectId ?? []),
        }),
        request: Type.Object({
          datasetId: maybe(Id),
          entityId: maybe(Id),
          figures: Type.Array(SentFigure, { maxItems: 10_000 }),
        }),
        response: addedIds,
        bodyLimit: BODY_LIMIT,
      },
      lost.once('figures.bulk.add', async ({ datasetId, entityId, figures }) => {
        if (figures.length === 0) return [];
        const of = await owners.find(figures, { datasetId, entityId });
        const { classes } = metaIds(await stores.projects.meta(of.projectId));
        const titles = new Map([...classes].map(([title, id]) => [id, title]));
        const rows = figures.map((sent, at): NewFigure => {
          const place = `figures[${at}]`;
          const owner = of.entity(sent.entityId ?? entityId ?? 0, place);
          const row = newFigure(sent, place, owner);
          owner.assertFrame?.(row.frame, place);
          if (owner.type !== 'images') return row;
          const title = sent.classId == null ? sent.classTitle : titles.get(sent.classId);
          if (title != null && classes.has(title)) return { ...row, classTitle: title };
          throw unknownClass(place, sent.classId ?? 0, of.projectId);
        });
        const ids = await stores.figures.add(of.datasetId, rows);
        const tags = figures.flatMap(({ tags }, at) =>
          (tags ?? []).map((tag) => ({ ...tag, figureId: ids[at] ?? 0 })),
        );
        if (tags.length > 0) {
          const names = await tagNames(stores, of.projectId);
          const ownerOf = ({ figureId }: { figureId: number }) => ({ datasetId: of.datasetId, figureId });
          await stores.entityTags.add(newTags(tags, names, ownerOf));
        }
        return ids.map((id) => ({ id }));
      }),
    ),

    'figures.list': endpoint(
      {
        about: 'Figures of a dataset, or of some of its items.',
        needs: 'view',
        of: ({ datasetId, filter }) => ({ datasets: [datasetId], ...entityScope(entitiesOfFilter(filter)) }),
        request: Type.Object({ datasetId: Id, integerCoords: maybe(Type.Boolean()), ...listFields }),
        response: listOf(FigureEntity),
      },
      async ({ datasetId, integerCoords, ...input }, { reply }) => {
        const dataset = await datasetOf(stores, datasetId);
        const paged = { ...input, per_page: Math.min(input.per_page ?? FIGURES_A_PAGE, FIGURES_A_PAGE) };
        const query = { ...listQuery(paged), datasetId };
        const project = found(
          await stores.projects.get(dataset.projectId),
          `Project with projectId: ${dataset.projectId}`,
        );
        const listed =
          project.type === 'images'
            ? await list.ofImages(query, integerCoords ?? true)
            : await list.ofItems(query);
        return streamList(reply, paged, listed);
      },
    ),

    'figures.info': endpoint(
      {
        about: 'One figure.',
        needs: 'view',
        of: ({ id }) => figureScope([id]),
        request: Type.Object({ id: Id, integerCoords: maybe(Type.Boolean()) }),
        response: FigureEntity,
      },
      async ({ id, integerCoords }) => {
        const [entity] = isLabelId(id)
          ? await entities.ofLabels([await labelById(stores, id)], integerCoords ?? true)
          : await entities.ofRows([await figureOf(id)]);
        return entity;
      },
    ),

    'figures.editInfo': endpoint(
      {
        about: 'Changes geometry, tags or custom data of a figure; what is not named stays.',
        needs: 'annotate',
        of: ({ id }) => figureScope([id]),
        request: Type.Object({
          id: Id,
          geometry: maybe(AnyObject),
          tags: maybe(Type.Array(NewTag)),
          customData: maybe(AnyObject),
          meta: maybe(AnyObject),
        }),
        response: FigureEntity,
      },
      async ({ id, geometry, tags, customData, meta }) => {
        const changes = { ...(customData != null && { customData }), ...(meta != null && { meta }) };
        if (isLabelId(id)) {
          const { label, projectId, datasetId } = await labelById(stores, id);
          if (geometry != null) assertSound(label.geometryType, geometry, 'figure');
          const names = tags == null ? undefined : await tagNames(stores, projectId);
          const named =
            names === undefined
              ? undefined
              : newTags(tags ?? [], names, () => ({ datasetId })).map(({ rest, name }) => ({
                  ...rest,
                  name,
                }));
          await changeLabels(stores, [id], (one, _id, subpixel) => ({
            ...(geometry == null ? one : withGeometry(one, geometry, subpixel)),
            ...changes,
            ...(named !== undefined && { tags: named }),
          }));
          const [entity] = await entities.ofLabels([await labelById(stores, id)], true);
          return entity;
        }
        const row = await figureOf(id);
        if (geometry != null) assertSound(row.geometryType, geometry, 'figure');
        await stores.figures.update(id, {
          ...(geometry != null && { geometry: JSON.stringify(geometry) }),
          rest: { ...(JSON.parse(row.rest) as Record<string, unknown>), ...changes },
        });
        if (tags != null) {
          const names = await tagNames(stores, row.projectId);
          const owner = { datasetId: row.datasetId, figureId: id };
          await stores.entityTags.replaceOfFigure(
            id,
            newTags(tags, names, () => owner),
          );
        }
        const [entity] = await entities.ofRows([await figureOf(id)]);
        return entity;
      },
    ),

    'figures.priority.update': endpoint(
      {
        about: 'Sets which figure lies above which: the higher number.',
        needs: 'annotate',
        of: ({ id }) => figureScope([id]),
        request: Type.Object({ id: Id, priority: Type.Integer() }),
        response: Done,
      },
      async ({ id, priority }) => {
        if (isLabelId(id)) {
          const left = await changeLabels(stores, [id], (label) => ({ ...label, priority }));
          if (left.size > 0) found(undefined, `Figure with id: ${id}`);
        } else {
          const { rest } = await figureOf(id);
          await stores.figures.update(id, { rest: { ...(JSON.parse(rest) as object), priority } });
        }
        return DONE;
      },
    ),

    'figures.bulk.remove': endpoint(
      {
        about: 'Removes figures; those that are gone already are no error.',
        needs: 'annotate',
        of: ({ figureIds }) => figureScope(figureIds),
        request: Type.Object({ figureIds: Ids }),
        response: Done,
      },
      async ({ figureIds }) => {
        const labels = figureIds.filter(isLabelId);
        if (labels.length > 0) await changeLabels(stores, labels, () => undefined);
        await stores.figures.remove(figureIds.filter((id) => !isLabelId(id)));
        return DONE;
      },
    ),
  };
}
