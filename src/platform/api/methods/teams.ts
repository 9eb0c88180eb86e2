/** Teams and their members. */
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { Role } from '../../store/repositories/accounts.ts';
import type { ApiDeps } from '../api-deps.ts';
import { type Principal, roleIn, visibleTo } from '../auth/principal.ts';
import {
  MemberEntity,
  memberEntity,
  RoleName,
  roleOfId,
  TeamEntity,
  teamEntity,
} from '../entities/account.ts';
import { found } from '../found.ts';
import { byId, ListRequest, listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import { ById, DONE, Done, endpoint, Id, LongText, type MethodTable, maybe, Name, said } from '../method.ts';
import { archiving } from './removals.ts';

const RoleFields = { role: maybe(RoleName), roleId: maybe(Type.Integer({ minimum: 1, maximum: 4 })) };
const MemberRequest = Type.Object({ id: Id, teamId: Id });
const MemberWithRole = Type.Object({ id: Id, teamId: Id, ...RoleFields });
const ofTeam = ({ teamId }: { teamId: number }) => ({ teams: [teamId] });
const ofId = ({ id }: { id: number }) => ({ teams: [id] });

export function teamMethods(deps: ApiDeps): MethodTable {
  const { accounts } = deps.stores;

  async function info(id: number, principal: Principal): Promise<unknown> {
    const row = found((await accounts.teams(byId(id))).entities[0], `Team with id: ${id}`);
    return teamEntity(row, roleIn(principal, id) ?? 'viewer');
  }

  async function member(teamId: number, userId: number): Promise<Static<typeof MemberEntity>> {
    const { entities } = await accounts.members(teamId, byId(userId));
    return memberEntity(found(entities[0], `Member with id: ${userId}`));
  }

  return {
    'teams.list': endpoint(
      {
        about: 'The teams of the caller.',
        needs: 'view',
        request: ListRequest,
        response: listOf(TeamEntity),
      },
      async (input, { principal }) => {
        const listed = await accounts.teams({ ...listQuery(input), ...visibleTo(principal) });
        return listReply(input, listed, (row) => teamEntity(row, roleIn(principal, row.id) ?? 'viewer'));
      },
    ),

    'teams.info': endpoint(
      { about: 'One team.', needs: 'view', of: ofId, request: ById, response: TeamEntity },
      ({ id }, { principal }) => info(id, principal),
    ),

    'teams.add': endpoint(
      {
        about: 'A new team with a first workspace; the caller becomes its admin.',
        needs: 'admin',
        request: Type.Object({ name: Name, description: maybe(LongText) }),
        response: TeamEntity,
      },
      async ({ name, description }, { principal }) => {
        const id = await accounts.addTeam({
          name,
          description: description ?? '',
          adminId: principal.userId,
        });
        await accounts.addWorkspace({ teamId: id, name: 'main', description: '' });
        return info(id, principal);
      },
    ),

    'teams.editInfo': endpoint(
      {
        about: 'Changes name or description of a team.',
        needs: 'admin',
        of: ofId,
        request: Type.Object({ id: Id, name: maybe(Name), description: maybe(LongText) }),
        response: TeamEntity,
      },
      async ({ id, name, description }, { principal }) => {
        await info(id, principal);
        await accounts.updateTeam(id, said({ name, description }));
        return info(id, principal);
      },
    ),

    'teams.archive': archiving(
      {
        about: 'Takes a team away with its workspaces and projects.',
        needs: 'admin',
        of: (id) => ofId({ id }),
      },
      async (id) => {
        found((await accounts.teams(byId(id))).entities[0], `Team with id: ${id}`);
        await accounts.archiveTeam(id);
      },
    ),

    'members.list': endpoint(
      {
        about: 'Members of a team and their roles.',
        needs: 'view',
        of: ofTeam,
        request: Type.Object({ teamId: Id, ...listFields }),
        response: listOf(MemberEntity),
      },
      async (input) => {
        found((await accounts.teams(byId(input.teamId))).entities[0], `Team with id: ${input.teamId}`);
        return listReply(input, await accounts.members(input.teamId, listQuery(input)), memberEntity);
      },
    ),

    'members.add': endpoint(
      {
        about: 'Takes a user, by id or login, into a team.',
        needs: 'admin',
        of: ofTeam,
        request: Type.Object({
          id: maybe(Id),
          login: maybe(Type.String({ maxLength: 100 })),
          teamId: Id,
          ...RoleFields,
        }),
        response: MemberEntity,
      },
      async ({ id, login, teamId, ...role }) => {
        found((await accounts.teams(byId(teamId))).entities[0], `Team with id: ${teamId}`);
        const userId = id ?? (login == null ? undefined : (await accounts.credentials(login))?.userId);
        const user = userId === undefined ? undefined : await accounts.user(userId);
        const { id: known } = found(user, `User with id: ${id ?? JSON.stringify(login ?? '')}`);
        await accounts.putMember({ teamId, userId: known, role: roleFrom(role) ?? 'viewer' });
        return member(teamId, known);
      },
    ),

    'members.editInfo': endpoint(
      {
        about: 'Changes the role of a member.',
        needs: 'admin',
        of: ofTeam,
        request: MemberWithRole,
        response: MemberEntity,
      },
      async ({ id, teamId, ...asked }, { principal }) => {
        await info(teamId, principal);
        await member(teamId, id);
        const role = roleFrom(asked);
        if (role === undefined)
          throw new SlyError('SLY_USAGE', { detail: 'role: expected a role or a roleId' });
        await accounts.putMember({ teamId, userId: id, role });
        return member(teamId, id);
      },
    ),

    'members.remove': endpoint(
      {
        about: 'Takes a user out of a team; the user stays.',
        needs: 'admin',
        of: ofTeam,
        request: MemberRequest,
        response: Done,
      },
      async ({ id, teamId }) => {
        found((await accounts.teams(byId(teamId))).entities[0], `Team with id: ${teamId}`);
        await accounts.removeMember({ teamId, userId: id });
        return DONE;
      },
    ),
  };
}

function roleFrom(asked: { role?: Role | null; roleId?: number | null }): Role | undefined {
  return asked.role ?? roleOfId(asked.roleId ?? 0);
}
