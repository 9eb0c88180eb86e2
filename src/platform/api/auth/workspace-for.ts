/** Where something new goes when the request does not say. */
import { SlyError } from '../../../lib/errors.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { found } from '../found.ts';
import { byId } from '../lists/list-shape.ts';
import { isAtLeast, type Principal, visibleTo } from './principal.ts';

/** The workspace named, which must be there; else the first one of the teams where the caller is a manager. */
export async function workspaceFor(
  { accounts }: Pick<Stores, 'accounts'>,
  principal: Principal,
  named: number | null | undefined,
): Promise<number> {
  if (named != null) {
    const [workspace] = (await accounts.workspaces(byId(named))).entities;
    return found(workspace, `Workspace with id: ${named}`).id;
  }
  const managed = [...principal.teams].filter(([, role]) => isAtLeast(role, 'manager')).map(([team]) => team);
  const all = visibleTo(principal).visible === undefined;
  const { entities } = await accounts.workspaces({
    perPage: 1,
    ...(!all && { visible: { teams: managed } }),
  });
  if (entities[0] !== undefined) return entities[0].id;
  throw new SlyError('SLY_FORBIDDEN', {
    detail: 'there is no workspace in a team where you are a manager',
    hint: 'Ask an admin of a team.',
  });
}
