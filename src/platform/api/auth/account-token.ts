/**
 * What `POST /api/account` answers: a JWT whose payload has an API token and the ids a client starts with. Clients
 * read the payload and check no signature; it is signed with a key of this process, which no one relies on.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { SlyError } from '../../../lib/errors.ts';
import { newToken } from '../../../lib/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { found } from '../found.ts';
import { secretHash } from './secrets.ts';

const NAME = 'login';
const LIFE_MS = 90 * 24 * 3600_000;
/** A program that logs in at every start leaves no more than these behind. */
const MOST_KEPT = 20;
const key = randomBytes(32);

/** A new API token each time: the ones before are kept as hashes only. SLY_FORBIDDEN for who is in no team. */
export async function accountToken(
  { stores, clock }: Pick<ApiDeps, 'stores' | 'clock'>,
  userId: number,
): Promise<string> {
  const { accounts, tokens } = stores;
  const user = found(await accounts.user(userId), `User with id: ${userId}`);
  const teams = await accounts.teams({ perPage: 1, ...(user.role !== 'admin' && { memberId: userId }) });
  const [team] = teams.entities;
  if (team === undefined) {
    throw new SlyError('SLY_FORBIDDEN', {
      detail: 'this account is in no team',
      hint: 'An admin can add it to one: sly-agent user role LOGIN --team TEAM --role ROLE',
    });
  }
  const [workspace] = (await accounts.workspaces({ perPage: 1, teamId: team.id })).entities;
  const apiToken = newToken();
  const now = clock.now();
  const expiresAt = now + LIFE_MS;
  await tokens.put({ secretHash: secretHash(apiToken), kind: 'api', userId, name: NAME, expiresAt });
  await tokens.keepNewest(userId, NAME, MOST_KEPT);
  return jwt({
    id: user.id,
    login: user.login,
    apiToken,
    group: { id: team.id, name: team.name },
    workspace: workspace === undefined ? null : { id: workspace.id, name: workspace.name },
    iat: Math.floor(now / 1000),
    exp: Math.floor(expiresAt / 1000),
  });
}

function jwt(payload: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
