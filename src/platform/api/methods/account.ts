/** Handshake, the caller, teams and workspaces. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { ListRequest, listFields, listQuery, listReply } from '../list-shape.ts';
import { ById, Id, type MethodTable, maybe, method, Name } from '../method.ts';

export function accountMethods(deps: ApiDeps): MethodTable {
  const { accounts } = deps.stores;
  const byId = (id: number) => ({ perPage: 1, filter: [{ field: 'id', operator: '=' as const, value: id }] });
  const team = (row: object) => ({ ...row, role: 'admin', usage: { plan: 'free' } });

  async function workspace(id: number): Promise<unknown> {
    const { entities } = await accounts.workspaces(byId(id));
    return found(entities[0], `Workspace with id: ${id}`);
  }

  return {
    'instance.version': method(Type.Object({}), async () => ({
      version: SERVICE_VERSION,
      program: deps.version,
    })),

    'users.me': method(Type.Object({}), async (_input, { principal }) => {
      const user = found(await accounts.user(principal.userId), `User with id: ${principal.userId}`);
      return { ...user, email: null, disabled: false };
    }),

    'teams.list': method(ListRequest, async (input) =>
      listReply(input, await accounts.teams(listQuery(input)), team),
    ),

    'teams.info': method(ById, async ({ id }) => {
      const { entities } = await accounts.teams(byId(id));
      return team(found(entities[0], `Team with id: ${id}`));
    }),

    'workspaces.list': method(
      Type.Object({ teamId: maybe(Id), groupId: maybe(Id), ...listFields }),
      async (input) => {
        const teamId = input.teamId ?? input.groupId;
        const query = { ...listQuery(input), ...(teamId != null && { teamId }) };
        return listReply(input, await accounts.workspaces(query), (row) => ({ ...row }));
      },
    ),

    'workspaces.info': method(ById, ({ id }) => workspace(id)),

    'workspaces.add': method(
      Type.Object({ teamId: Id, name: Name, description: maybe(Type.String()) }),
      async ({ teamId, name, description }) =>
        workspace(await accounts.addWorkspace({ teamId, name, description: description ?? '' })),
    ),
  };
}

/** The version of the service whose API this is; a lower one makes the SDK print warnings. */
const SERVICE_VERSION = '6.17.8';
