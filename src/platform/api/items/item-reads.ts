/** What every kind of item that has no more to say is read by: a list, one of them, its bytes. */
import { type TObject, Type } from 'typebox';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import { type ApiMethod, ById, endpoint, given, Id, maybe } from '../method.ts';
import { sendItem } from './item-bytes.ts';
import { type ItemKind, itemOf } from './items-of.ts';
import { assertHolds } from './new-items.ts';

interface Kind<P extends string, S extends TObject> {
  /** `volumes` of `volumes.list`. */
  prefix: P;
  kind: ItemKind;
  schema: S;
  entity: (row: ItemRow) => Record<string, unknown>;
}

export function itemReads<P extends string, S extends TObject>(
  { blobs, stores }: Pick<ApiDeps, 'blobs' | 'stores'>,
  { prefix, kind, schema, entity }: Kind<P, S>,
): Record<`${P}.${'list' | 'info' | 'download'}`, ApiMethod> {
  const word = kind.toLowerCase();
  const methods = {
    list: endpoint(
      {
        about: `${kind}s of a dataset or a project.`,
        needs: 'view',
        of: ({ datasetId, projectId }) => ({ datasets: given(datasetId), projects: given(projectId) }),
        request: Type.Object({
          datasetId: maybe(Id),
          projectId: maybe(Id),
          recursive: maybe(Type.Boolean()),
          ...listFields,
        }),
        response: listOf(schema),
      },
      async ({ datasetId, projectId, ...input }) => {
        await assertHolds(stores, kind, { datasetId, projectId });
        const listed = await stores.items.list({
          ...listQuery(input),
          ...(datasetId != null ? { datasetId } : projectId != null && { projectId }),
          recursive: input.recursive ?? false,
        });
        return listReply(input, listed, entity);
      },
    ),
    info: endpoint(
      {
        about: `One ${word}.`,
        needs: 'view',
        of: ({ id }) => ({ items: [id] }),
        request: ById,
        response: schema,
      },
      async ({ id }) => entity(await itemOf(stores, kind, id)),
    ),
    download: endpoint(
      {
        about: `The bytes of one ${word}, or a range of them.`,
        needs: 'view',
        of: ({ id }) => ({ items: [id] }),
        request: ById,
        response: 'bytes',
      },
      async ({ id }, call) => sendItem(blobs, await itemOf(stores, kind, id), call),
    ),
  };
  return {
    [`${prefix}.list`]: methods.list,
    [`${prefix}.info`]: methods.info,
    [`${prefix}.download`]: methods.download,
  } as Record<`${P}.${'list' | 'info' | 'download'}`, ApiMethod>;
}
