/** Handshake, the caller, and where a task belongs. */
import { Type } from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import { isInstanceAdmin, roleIn, visibleTo } from '../auth/principal.ts';
import { MeEntity, TeamEntity, teamEntity, userEntity, WorkspaceEntity } from '../entities/account.ts';
import { found } from '../found.ts';
import { byId } from '../lists/list-shape.ts';
import { ById, endpoint, type MethodTable } from '../method.ts';

/** A person is in a handful of teams; the admin may see them all by teams.list. */
const MOST_TEAMS = 1000;

export function accountMethods(deps: ApiDeps): MethodTable {
  const { accounts } = deps.stores;

  return {
    'instance.version': endpoint(
      {
        about: 'Version of the service whose API this is, and of this program.',
        needs: 'view',
        request: Type.Object({}),
        response: Type.Object({ version: Type.String(), program: Type.String() }),
      },
      async () => ({ version: SERVICE_VERSION, program: deps.version }),
    ),

    'users.me': endpoint(
      {
        about: 'The caller, its teams and its role in each.',
        needs: 'view',
        request: Type.Object({}),
        response: MeEntity,
      },
      async (_input, { principal }) => {
        const user = found(await accounts.user(principal.userId), `User with id: ${principal.userId}`);
        const { entities } = await accounts.teams({ perPage: MOST_TEAMS, ...visibleTo(principal) });
        return {
          ...userEntity(user),
          isAdmin: isInstanceAdmin(principal),
          teams: entities.map(({ id, name }) => ({ id, name, role: roleIn(principal, id) ?? 'viewer' })),
        };
      },
    ),

    GetTaskContext: endpoint(
      {
        about: 'Team and workspace of a task.',
        needs: 'view',
        of: ({ id }) => ({ tasks: [id] }),
        request: ById,
        response: Type.Object({ team: TeamEntity, workspace: WorkspaceEntity }),
      },
      async ({ id }, { principal }) => {
        const task = found(await deps.tasks.get({ id }), `Task with id: ${id}`);
        const [workspace] = (await accounts.workspaces(byId(task.workspaceId ?? 0))).entities;
        const [team] = (await accounts.teams(byId(task.teamId ?? 0))).entities;
        const row = found(team, `Team with id: ${task.teamId}`);
        return {
          team: teamEntity(row, roleIn(principal, row.id) ?? 'viewer'),
          workspace: found(workspace, `Workspace with id: ${task.workspaceId}`),
        };
      },
    ),
  };
}

/** The version of the service whose API this is; a lower one makes the SDK print warnings. */
const SERVICE_VERSION = '6.17.8';
