/** API tokens: what programs get in with. The secret is in one answer and nowhere else. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { newToken } from '../../../lib/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { isInstanceAdmin, type Principal } from '../auth/principal.ts';
import { secretHash } from '../auth/secrets.ts';
import { RoleName, TokenEntity } from '../entities/account.ts';
import { found } from '../found.ts';
import { byId, listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import { ById, DONE, Done, endpoint, Id, type MethodTable, maybe } from '../method.ts';

const DAY_MS = 86_400_000;

export function tokenMethods(deps: ApiDeps): MethodTable {
  const { clock, log } = deps;
  const { accounts, tokens } = deps.stores;

  return {
    'tokens.list': endpoint(
      {
        about: "The caller's API tokens; admins of the instance see another user's, or with userId 0 all.",
        needs: 'view',
        request: Type.Object({ userId: maybe(Type.Integer({ minimum: 0 })), ...listFields }),
        response: listOf(TokenEntity),
      },
      async ({ userId, ...input }, { principal }) => {
        const wanted = userId ?? principal.userId;
        assertMayManage(principal, wanted);
        const query = { ...listQuery(input), ...(wanted !== 0 && { userId: wanted }) };
        return listReply(input, await tokens.list(query), (row) => ({ ...row }));
      },
    ),

    'tokens.add': endpoint(
      {
        about:
          'A new API token. `role` narrows it: it may do no more in any team; without days it does not expire.',
        needs: 'view',
        request: Type.Object({
          name: Type.String({ minLength: 1, maxLength: 100 }),
          role: maybe(RoleName),
          days: maybe(Type.Integer({ minimum: 1, maximum: 3650 })),
          userId: maybe(Id),
        }),
        response: Type.Object({ ...TokenEntity.properties, token: Type.String() }),
      },
      async ({ name, role, days, userId }, { principal }) => {
        const owner = userId ?? principal.userId;
        assertMayManage(principal, owner);
        found(await accounts.user(owner), `User with id: ${owner}`);
        const token = newToken();
        const id = await tokens.put({
          secretHash: secretHash(token),
          kind: 'api',
          userId: owner,
          name,
          ...(role != null && { role }),
          ...(days != null && { expiresAt: clock.now() + days * DAY_MS }),
        });
        log.info({ tokenId: id, userId: owner, by: principal.userId }, 'API token made');
        const { entities } = await tokens.list(byId(id));
        return { ...found(entities[0], `Token with id: ${id}`), token };
      },
    ),

    'tokens.remove': endpoint(
      {
        about: 'Ends an API token at once.',
        needs: 'view',
        request: ById,
        response: Done,
      },
      async ({ id }, { principal }) => {
        const all = isInstanceAdmin(principal);
        if (!all) assertMayManage(principal, principal.userId);
        const { entities } = await tokens.list({
          ...byId(id),
          ...(!all && { userId: principal.userId }),
        });
        found(entities[0], `Token with id: ${id}`);
        await tokens.revoke(id, all ? {} : { userId: principal.userId });
        log.info({ tokenId: id, by: principal.userId }, 'API token ended');
        return DONE;
      },
    ),
  };
}

/** A token that got lost must not make more of them: a person does that, on the page. */
function assertMayManage(principal: Principal, userId: number): void {
  if (isInstanceAdmin(principal)) return;
  if (principal.how === 'session' && userId === principal.userId) return;
  throw new SlyError('SLY_FORBIDDEN', {
    detail: 'API tokens are managed on the page, each person the own ones',
    hint: 'Log in to the page, or ask an admin of the instance.',
  });
}
