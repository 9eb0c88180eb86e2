/** Datasets: flat rows with `parentId`. */
import { Type } from 'typebox';
import type { DatasetRow } from '../../store/repositories.ts';
import type { ApiDeps } from '../api-deps.ts';
import { datasetOf, projectOf } from '../found.ts';
import { listFields, listQuery, listReply } from '../list-shape.ts';
import { AnyObject, ById, Id, type MethodTable, maybe, method, Name } from '../method.ts';

const Text = Type.String({ maxLength: 1 << 20 });

export function datasetMethods(deps: ApiDeps): MethodTable {
  const { stores } = deps;
  const { datasets } = stores;

  return {
    'datasets.add': method(
      Type.Object({
        projectId: Id,
        name: Name,
        description: maybe(Text),
        parentId: maybe(Id),
        customData: maybe(AnyObject),
      }),
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

    'datasets.list': method(
      Type.Object({ projectId: Id, recursive: maybe(Type.Boolean()), ...listFields }),
      async (input) => {
        await projectOf(stores, input.projectId);
        const listed = await datasets.list({
          ...listQuery(input),
          projectId: input.projectId,
          recursive: input.recursive ?? false,
        });
        // The SDK keeps datasets as keys of a dictionary, which an object inside would break: only on request.
        const full = input.extraFields?.includes('customData') === true;
        return listReply(input, listed, (row) => {
          const entity = datasetEntity(row);
          return full ? entity : { ...entity, customData: null };
        });
      },
    ),

    'datasets.info': method(ById, async ({ id }) => datasetEntity(await datasetOf(stores, id))),

    'datasets.editInfo': method(
      Type.Object({
        id: Id,
        name: maybe(Name),
        description: maybe(Text),
        customData: maybe(AnyObject),
      }),
      async ({ id, name, description, customData }) => {
        await datasetOf(stores, id);
        return datasetEntity(
          await datasets.update(id, {
            ...(name != null && { name }),
            ...(description != null && { description }),
            ...(customData != null && { customData }),
          }),
        );
      },
    ),

    'datasets.archive': method(ById, async ({ id }) => {
      await datasetOf(stores, id);
      await datasets.archive(id);
      return { success: true };
    }),
  };
}

function datasetEntity(row: DatasetRow): Record<string, unknown> {
  return { ...row, imagesCount: row.itemsCount, referenceImageUrl: null };
}
