/** Datasets: flat rows with `parentId`. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { visibleTo } from '../auth/principal.ts';
import {
  DatasetEntity,
  datasetEntity,
  ListedDatasetEntity,
  listedDatasetEntity,
} from '../entities/dataset.ts';
import { datasetOf, projectOf } from '../found.ts';
import { listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import {
  AnyObject,
  ById,
  endpoint,
  given,
  Id,
  LongText,
  type MethodTable,
  maybe,
  Name,
  said,
} from '../method.ts';
import { archiving, removing } from './removals.ts';

export function datasetMethods(deps: ApiDeps): MethodTable {
  const { stores } = deps;
  const { datasets } = stores;

  return {
    'datasets.add': endpoint(
      {
        about: 'A new dataset in a project, or in another dataset of it.',
        needs: 'manage',
        of: ({ projectId, parentId }) => ({ projects: [projectId], datasets: given(parentId) }),
        request: Type.Object({
          projectId: Id,
          name: Name,
          description: maybe(LongText),
          parentId: maybe(Id),
          customData: maybe(AnyObject),
        }),
        response: DatasetEntity,
      },
      async (input, { principal }) => {
        await projectOf(stores, input.projectId);
        const dataset = await datasets.add({
          projectId: input.projectId,
          parentId: input.parentId ?? null,
          name: input.name,
          description: input.description ?? '',
          customData: input.customData ?? {},
          createdBy: principal.userId,
        });
        return datasetEntity(dataset);
      },
    ),

    'datasets.list': endpoint(
      {
        about:
          'Datasets of a project: the top level, those of one parent (filter parentId), or all (recursive).',
        needs: 'view',
        of: ({ projectId }) => ({ projects: [projectId] }),
        request: Type.Object({ projectId: Id, recursive: maybe(Type.Boolean()), ...listFields }),
        response: listOf(ListedDatasetEntity),
      },
      async (input) => {
        await projectOf(stores, input.projectId);
        const listed = await datasets.list({
          ...listQuery(input),
          projectId: input.projectId,
          recursive: input.recursive ?? false,
        });
        return listReply(input, listed, (row) => listedDatasetEntity(row, input.extraFields));
      },
    ),

    'datasets.list.all': endpoint(
      {
        about: 'Datasets of every depth and project the caller may see.',
        needs: 'view',
        of: ({ projectId }) => ({ projects: given(projectId) }),
        request: Type.Object({ projectId: maybe(Id), ...listFields }),
        response: listOf(ListedDatasetEntity),
      },
      async (input, { principal }) => {
        const listed = await datasets.listAll({
          ...listQuery(input),
          ...said({ projectId: input.projectId }),
          ...visibleTo(principal),
        });
        return listReply(input, listed, (row) => listedDatasetEntity(row, input.extraFields));
      },
    ),

    'datasets.move': endpoint(
      {
        about:
          'Moves a dataset with all below it into another one of its project; without destId to the top.',
        needs: 'manage',
        of: ({ srcId, destId }) => ({ datasets: given(srcId, destId) }),
        request: Type.Object({ srcId: Id, destId: maybe(Id) }),
        response: DatasetEntity,
      },
      async ({ srcId, destId }) => {
        await datasetOf(stores, srcId);
        await datasets.move(srcId, destId ?? null);
        return datasetEntity(await datasetOf(stores, srcId));
      },
    ),

    'datasets.remove.permanently': removing('datasets', datasets.removePermanently),

    'datasets.info': endpoint(
      {
        about: 'One dataset.',
        needs: 'view',
        of: ({ id }) => ({ datasets: [id] }),
        request: ById,
        response: DatasetEntity,
      },
      async ({ id }) => datasetEntity(await datasetOf(stores, id)),
    ),

    'datasets.editInfo': endpoint(
      {
        about: 'Changes name, description or custom data of a dataset.',
        needs: 'manage',
        of: ({ id }) => ({ datasets: [id] }),
        request: Type.Object({
          id: Id,
          name: maybe(Name),
          description: maybe(LongText),
          customData: maybe(AnyObject),
        }),
        response: DatasetEntity,
      },
      async ({ id, name, description, customData }) => {
        await datasetOf(stores, id);
        return datasetEntity(await datasets.update(id, said({ name, description, customData })));
      },
    ),

    'datasets.archive': archiving(
      {
        about: 'Takes a dataset and all below it out of sight; its data is collected later.',
        needs: 'manage',
        of: (id) => ({ datasets: [id] }),
      },
      async (id) => {
        await datasetOf(stores, id);
        await datasets.archive(id);
      },
    ),
  };
}
