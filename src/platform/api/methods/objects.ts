/** Objects that figures of videos, volumes and point clouds belong to, and their tags. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { ObjectRow } from '../../store/repositories/figures.ts';
import type { ApiDeps } from '../api-deps.ts';
import { metaIds } from '../figures/annotation-entity.ts';
import { ids as idsOf, idsOfProjects } from '../figures/ids-of-projects.ts';
import { grouped, objectJson } from '../figures/label-json.ts';
import { entitiesOfFilter } from '../figures/label-scope.ts';
import { addedIds, NewTag, newTags, tagNames } from '../figures/new-tags.ts';
import { datasetOf, found } from '../found.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import {
  AnyObject,
  ById,
  DONE,
  Done,
  endpoint,
  given,
  Id,
  Ids,
  type MethodTable,
  maybe,
  orNull,
  Time,
} from '../method.ts';

const ObjectEntity = Type.Object(
  {
    id: Id,
    key: Type.String(),
    description: Type.String(),
    datasetId: Id,
    entityId: orNull(Id),
    classId: orNull(Id),
    classTitle: Type.String(),
    tags: Type.Array(AnyObject),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'AnnotationObject' },
);

/** Every other key is kept as it came. */
const NewObject = Type.Object({
  classId: Id,
  entityId: maybe(Id),
  key: maybe(Type.String({ minLength: 1, maxLength: 100 })),
});
const NewObjectTag = Type.Intersect([NewTag, Type.Object({ objectId: Id })]);
const NOT_KEPT = new Set([
  ...['id', 'key', 'classId', 'classTitle', 'entityId', 'datasetId', 'projectId', 'tags'],
  ...['createdAt', 'updatedAt'],
]);

export function objectMethods({ stores }: ApiDeps, lost: LostReplies): MethodTable {
  async function withTags(objects: readonly ObjectRow[]) {
    const ids = await idsOfProjects(stores, objects);
    const tags = grouped(await stores.entityTags.of('object', idsOf(objects)), (tag) => tag.objectId);
    return objects.map((object) => ({
      ...objectJson(object, tags.get(object.id) ?? [], ids(object.projectId)),
      id: object.id,
    }));
  }

  return {
    'annotation-objects.bulk.add': endpoint(
      {
        about: 'New objects of items, or of the dataset where no item is named, in the order given.',
        needs: 'annotate',
        of: ({ datasetId, annotationObjects }) => ({
          datasets: [datasetId],
          items: annotationObjects.flatMap(({ entityId }) => entityId ?? []),
        }),
        request: Type.Object({
          datasetId: Id,
          annotationObjects: Type.Array(NewObject, { maxItems: 100_000 }),
        }),
        response: addedIds,
      },
      lost.once('annotation-objects.bulk.add', async ({ datasetId, annotationObjects }) => {
        const { projectId } = await datasetOf(stores, datasetId);
        const { classes } = metaIds(await stores.projects.meta(projectId));
        const titles = new Map([...classes].map(([title, id]) => [id, title]));
        const objects = annotationObjects.map(({ classId, entityId, key, ...others }, at) => {
          const rest = Object.entries(others).filter(([name, value]) => !NOT_KEPT.has(name) && value != null);
          const classTitle = titles.get(classId);
          if (classTitle === undefined) throw unknownClass(`annotationObjects[${at}]`, classId, projectId);
          return {
            itemId: entityId ?? null,
            classTitle,
            ...(key != null && { key }),
            rest: Object.fromEntries(rest),
          };
        });
        return (await stores.objects.add(datasetId, objects)).map((id) => ({ id }));
      }),
    ),

    'annotation-objects.list': endpoint(
      {
        about: 'Objects of a dataset.',
        needs: 'view',
        of: ({ datasetId, filter }) => ({ datasets: [datasetId], items: entitiesOfFilter(filter) }),
        request: Type.Object({ datasetId: Id, ...listFields }),
        response: listOf(ObjectEntity),
      },
      async ({ datasetId, ...input }) => {
        await datasetOf(stores, datasetId);
        const { total, entities } = await stores.objects.list({ ...listQuery(input), datasetId });
        return listReply(input, { total, entities: await withTags(entities) }, (one) => one);
      },
    ),

    'annotation-objects.info': endpoint(
      {
        about: 'One object.',
        needs: 'view',
        of: ({ id }) => ({ objects: [id] }),
        request: ById,
        response: ObjectEntity,
      },
      async ({ id }) => {
        const [object] = await withTags(await stores.objects.get([id]));
        return found(object, `Object with id: ${id}`);
      },
    ),

    'annotation-objects.bulk.remove': endpoint(
      {
        about: 'Removes objects with their figures; those that are gone already are no error.',
        needs: 'annotate',
        of: (input) => ({ objects: removedIds(input) }),
        request: Type.Union([Ids, Type.Object({ annotationObjectIds: Ids }), Type.Object({ ids: Ids })]),
        response: Done,
      },
      async (input) => {
        await stores.objects.remove(removedIds(input));
        return DONE;
      },
    ),

    'annotation-objects.tags.bulk.add': endpoint(
      {
        about: 'Tags of objects of one project, in the order given.',
        needs: 'annotate',
        of: ({ projectId, entityId, tags }) => ({
          projects: given(projectId),
          items: given(entityId),
          objects: tags.map(({ objectId }) => objectId),
        }),
        request: Type.Object({
          projectId: maybe(Id),
          entityId: maybe(Id),
          tags: Type.Array(NewObjectTag, { maxItems: 10_000 }),
        }),
        response: addedIds,
      },
      lost.once('annotation-objects.tags.bulk.add', async ({ tags }) => {
        const asked = [...new Set(tags.map(({ objectId }) => objectId))];
        const objects = new Map((await stores.objects.get(asked)).map((object) => [object.id, object]));
        const first = objects.values().next().value;
        if (first === undefined) {
          if (tags.length > 0) found(undefined, `Object with id: ${asked[0]}`);
          return [];
        }
        const names = await tagNames(stores, first.projectId);
        const added = newTags(tags, names, ({ objectId }) => {
          const object = found(objects.get(objectId), `Object with id: ${objectId}`);
          if (object.projectId !== first.projectId)
            found(undefined, `Object with id: ${objectId} of project ${first.projectId}`);
          return { datasetId: object.datasetId, objectId };
        });
        return (await stores.entityTags.add(added)).map((id) => ({ id }));
      }),
    ),
  };
}

const removedIds = (input: number[] | { annotationObjectIds: number[] } | { ids: number[] }): number[] =>
  Array.isArray(input) ? input : 'ids' in input ? input.ids : input.annotationObjectIds;

export function unknownClass(place: string, classId: number, projectId: number): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', {
    detail: `${place}: project ${projectId} has no class of id ${classId}`,
    hint: 'Send the meta first (projects.meta.update).',
  });
}
