/** Users. Admins of the instance make and change them; everybody changes the own name and password. */
import { type Static, Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { UserRow } from '../../store/repositories/accounts.ts';
import type { ApiDeps } from '../api-deps.ts';
import { remoteOf } from '../auth/origin.ts';
import { PASSWORD_MAX } from '../auth/passwords.ts';
import { isInstanceAdmin, type Principal, visibleTo } from '../auth/principal.ts';
import { secretHash } from '../auth/secrets.ts';
import { sessionOf } from '../auth/session-cookie.ts';
import { RoleName, roleOfId, UserEntity, userEntity } from '../entities/account.ts';
import { found } from '../found.ts';
import { byId, ListRequest, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import { ById, type Call, endpoint, given, Id, type MethodTable, maybe } from '../method.ts';

const Login = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$' });
const FullName = Type.String({ maxLength: 200 });
const Email = Type.String({ maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$' });
const Password = Type.String({ maxLength: PASSWORD_MAX });
const InstanceRole = Type.Enum(['admin', 'user']);

const Changes = Type.Object({
  id: Id,
  name: maybe(FullName),
  email: maybe(Email),
  role: maybe(InstanceRole),
  password: maybe(Password),
  currentPassword: maybe(Password),
});

export function userMethods(deps: ApiDeps): MethodTable {
  const { auth, log, publicUrl } = deps;
  const { accounts, tokens } = deps.stores;

  /** Who is in no team of the caller is not there. */
  async function userFor(principal: Principal, id: number): Promise<UserRow> {
    if (id === principal.userId) return found(await accounts.user(id), `User with id: ${id}`);
    const { entities } = await accounts.users({ ...byId(id), ...visibleTo(principal) });
    return found(entities[0], `User with id: ${id}`);
  }

  async function change(input: Static<typeof Changes>, call: Call): Promise<unknown> {
    const { principal, request } = call;
    const user = await userFor(principal, input.id);
    const isSelf = user.id === principal.userId && principal.how !== 'task';
    if (!isInstanceAdmin(principal) && (!isSelf || input.role != null)) throw adminOnly('change a user');
    let password: string | undefined;
    if (input.password != null) {
      await assertMayReplacePassword(user, input.currentPassword, call);
      password = await auth.passwords.encode(input.password, user.login);
    }
    await accounts.updateUser(user.id, {
      ...(input.name != null && { name: input.name }),
      ...(input.email !== undefined && { email: input.email }),
      ...(input.role != null && { role: input.role }),
      ...(password !== undefined && { password }),
    });
    if (password !== undefined) {
      const own = isSelf ? sessionOf(request.headers) : undefined;
      await tokens.endSessions(user.id, own === undefined ? undefined : secretHash(own));
      log.info({ userId: user.id, by: principal.userId }, 'password changed');
    }
    return userEntity(await userFor(principal, user.id));
  }

  /** An open page or a token that got lost must not become the whole account. */
  async function assertMayReplacePassword(
    user: UserRow,
    current: string | null | undefined,
    { principal, request }: Call,
  ): Promise<void> {
    const isSelf = user.id === principal.userId;
    if (isInstanceAdmin(principal) && (!isSelf || principal.how === 'token')) return;
    if (!user.hasPassword && principal.how === 'session') return;
    if (current == null) {
      throw new SlyError('SLY_USAGE', { detail: 'currentPassword: expected the password there is now' });
    }
    await auth
      .checkPassword({ login: user.login, password: current }, remoteOf(request, publicUrl))
      .catch((error: unknown) => {
        if (!(error instanceof SlyError) || error.code !== 'SLY_UNAUTHORIZED') throw error;
        // Who asks is known: the session or the token is good, so this is no 401, which ends it for a client.
        throw new SlyError('SLY_USAGE', { detail: 'currentPassword: it is wrong', cause: error });
      });
  }

  async function setDisabled(id: number, disabled: boolean, principal: Principal): Promise<unknown> {
    const user = await userFor(principal, id);
    await accounts.updateUser(id, { disabled });
    if (disabled) await tokens.endSessions(id);
    log.info({ userId: id, by: principal.userId, disabled }, 'user changed');
    return userEntity({ ...user, disabled });
  }

  return {
    'users.list': endpoint(
      {
        about: 'Users in the teams of the caller; all of them for an admin of the instance.',
        needs: 'view',
        request: ListRequest,
        response: listOf(UserEntity),
      },
      async (input, { principal }) => {
        return listReply(
          input,
          await accounts.users({ ...listQuery(input), ...visibleTo(principal) }),
          userEntity,
        );
      },
    ),

    'users.info': endpoint(
      { about: 'One user.', needs: 'view', request: ById, response: UserEntity },
      async ({ id }, { principal }) => userEntity(await userFor(principal, id)),
    ),

    'users.add': endpoint(
      {
        about:
          'A new user, with teamId also a member of that team. Without a password there is no login yet.',
        needs: 'admin',
        request: Type.Object({
          login: Login,
          name: maybe(FullName),
          email: maybe(Email),
          password: maybe(Password),
          role: maybe(InstanceRole),
          teamId: maybe(Id),
          teamRole: maybe(RoleName),
          roleId: maybe(Type.Integer()),
        }),
        response: UserEntity,
      },
      async (input, { principal }) => {
        const { login } = input;
        for (const teamId of given(input.teamId))
          found((await accounts.teams(byId(teamId))).entities[0], `Team with id: ${teamId}`);
        const password = input.password == null ? null : await auth.passwords.encode(input.password, login);
        const id = await accounts.addUser({
          login,
          name: input.name ?? login,
          email: input.email ?? null,
          role: input.role ?? 'user',
          password,
        });
        if (input.teamId != null) {
          const role = input.teamRole ?? roleOfId(input.roleId ?? 0) ?? 'viewer';
          await accounts.putMember({ teamId: input.teamId, userId: id, role });
        }
        log.info({ userId: id, by: principal.userId }, 'user added');
        return userEntity(found(await accounts.user(id), `User with id: ${id}`));
      },
    ),

    'users.editInfo': endpoint(
      {
        about:
          'Changes a user. Admins of the instance change everybody; others the own name, address and password, for which currentPassword is needed.',
        needs: 'view',
        request: Changes,
        response: UserEntity,
      },
      change,
    ),

    'users.disable': endpoint(
      {
        about:
          'Ends the sessions of a user and lets it in no more; its tokens do not work until it is enabled.',
        needs: 'admin',
        request: ById,
        response: UserEntity,
      },
      ({ id }, { principal }) => setDisabled(id, true, principal),
    ),

    'users.enable': endpoint(
      { about: 'Lets a disabled user in again.', needs: 'admin', request: ById, response: UserEntity },
      ({ id }, { principal }) => setDisabled(id, false, principal),
    ),
  };
}

function adminOnly(what: string): SlyError {
  return new SlyError('SLY_FORBIDDEN', { detail: `only an admin of the instance may ${what}` });
}
