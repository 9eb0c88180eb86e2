/** Workspaces of teams. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { visibleTo } from '../auth/principal.ts';
import { WorkspaceEntity } from '../entities/account.ts';
import { found } from '../found.ts';
import { byId, listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import { ById, endpoint, given, Id, LongText, type MethodTable, maybe, Name, said } from '../method.ts';
import { archiving } from './removals.ts';

const ofId = ({ id }: { id: number }) => ({ workspaces: [id] });

export function workspaceMethods(deps: ApiDeps): MethodTable {
  const { accounts } = deps.stores;

  async function info(id: number): Promise<unknown> {
    return found((await accounts.workspaces(byId(id))).entities[0], `Workspace with id: ${id}`);
  }

  return {
    'workspaces.list': endpoint(
      {
        about: 'Workspaces of a team, or of all teams of the caller.',
        needs: 'view',
        of: ({ teamId, groupId }) => ({ teams: given(teamId ?? groupId) }),
        request: Type.Object({ teamId: maybe(Id), groupId: maybe(Id), ...listFields }),
        response: listOf(WorkspaceEntity),
      },
      async (input, { principal }) => {
        const teamId = input.teamId ?? input.groupId;
        const query = { ...listQuery(input), ...said({ teamId }), ...visibleTo(principal) };
        return listReply(input, await accounts.workspaces(query), (row) => ({ ...row }));
      },
    ),

    'workspaces.info': endpoint(
      { about: 'One workspace.', needs: 'view', of: ofId, request: ById, response: WorkspaceEntity },
      ({ id }) => info(id),
    ),

    'workspaces.add': endpoint(
      {
        about: 'A new workspace in a team.',
        needs: 'manage',
        of: ({ teamId }) => ({ teams: [teamId] }),
        request: Type.Object({ teamId: Id, name: Name, description: maybe(LongText) }),
        response: WorkspaceEntity,
      },
      async ({ teamId, name, description }) => {
        found((await accounts.teams(byId(teamId))).entities[0], `Team with id: ${teamId}`);
        return info(await accounts.addWorkspace({ teamId, name, description: description ?? '' }));
      },
    ),

    'workspaces.editInfo': endpoint(
      {
        about: 'Changes name or description of a workspace.',
        needs: 'manage',
        of: ofId,
        request: Type.Object({ id: Id, name: maybe(Name), description: maybe(LongText) }),
        response: WorkspaceEntity,
      },
      async ({ id, name, description }) => {
        await info(id);
        await accounts.updateWorkspace(id, said({ name, description }));
        return info(id);
      },
    ),

    'workspaces.visibility.set': endpoint(
      {
        about: 'Hides a workspace from people, or shows it again.',
        needs: 'manage',
        of: ofId,
        request: Type.Object({ id: Id, hidden: Type.Boolean() }),
        response: WorkspaceEntity,
      },
      async ({ id, hidden }) => {
        await info(id);
        await accounts.updateWorkspace(id, { hidden });
        return info(id);
      },
    ),

    'workspaces.archive': archiving(
      { about: 'Takes a workspace away with its projects.', needs: 'admin', of: (id) => ofId({ id }) },
      async (id) => {
        await info(id);
        await accounts.archiveWorkspace(id);
      },
    ),
  };
}
