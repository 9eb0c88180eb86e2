/** What every kind of item that has no more to say is read by: a list, one of them, its bytes. */
import type { TObject } from 'typebox';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { listOf, listReply } from '../lists/list-shape.ts';
import { type ApiMethod, ById, endpoint } from '../method.ts';
import { sendItem } from './item-bytes.ts';
import { ItemListRequest, listItems, scopeOfList } from './item-list.ts';
import { type ItemKind, itemOf } from './items-of.ts';

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
        of: scopeOfList,
        request: ItemListRequest,
        response: listOf(schema),
      },
      async (input) => listReply(input, await listItems(stores, kind, input), entity),
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
