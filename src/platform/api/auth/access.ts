/**
 * May this caller do this to these? Between a request's parsing and its handler. What belongs to a team the
 * caller is not in looks as if it did not exist: 404 in the words a missing id gets. A role that is too low is 403
 * and says which is needed. Ids that do not exist beside others are left to the handler. Costs one query by primary keys, for
 * admins of the instance none.
 */
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex } from '../../../lib/hash.ts';
import {
  type AccessStore,
  type Reached,
  type ReachKind,
  ROLES,
  type Role,
} from '../../store/repositories/accounts.ts';
import { found } from '../found.ts';
import type { Need, Scope } from '../method.ts';
import { highestRole, isAtLeast, type Principal, roleIn, visibleTo } from './principal.ts';

const ROLE_FOR: Record<Need, Role> = {
  view: 'viewer',
  annotate: 'annotator',
  manage: 'manager',
  admin: 'admin',
};

export interface Access {
  /**
   * `item`: what the method calls an item (`Image`, `Video`). Throws SLY_NOT_FOUND for what is of another team,
   * SLY_FORBIDDEN for a role that is too low.
   */
  check(principal: Principal, needs: Need, scope: Scope | undefined, item?: string): Promise<void>;
}

export function createAccess(store: AccessStore): Access {
  /** Bytes of others look as if they were not here: who really has them can send them. */
  async function assertKnown(principal: Principal, hashes: readonly string[], item: string): Promise<void> {
    const asked = new Set(hashes);
    const known = await knownHashes(store, principal, [...asked]);
    for (const hash of known) asked.delete(hash);
    const [unknown] = asked;
    if (unknown !== undefined) found(undefined, `${item} with hash: ${unknown}`);
  }

  return {
    async check(principal, needs, scope, item = 'Image') {
      const needed = ROLE_FOR[needs];
      if (principal.everywhere !== null) return assertRole(principal.everywhere, needed, 'everywhere');
      const { hashes = [], ...asked } = scope ?? {};
      const [first] = namesOf(asked, item);
      if (first === undefined) {
        assertAnywhere(principal, needs);
        return assertKnown(principal, hashes, item);
      }
      const rows = await store.reach(asked);
      const [reached, foreign] = split(rows, (row) => isReached(principal, row));
      // A role that is too low is said first: beside what the caller reaches, a missing id and a foreign one are alike.
      for (const { teamId, projectId } of reached) {
        if (teamId === null) assertAnywhere(principal, needs);
        else assertRole(roleIn(principal, teamId), needed, `in team ${teamId}`);
        if (principal.task !== null && needs !== 'view' && projectId !== principal.task.projectId)
          throw new SlyError('SLY_FORBIDDEN', { detail: "a task's token may change its own project only" });
      }
      const hidden = foreign[0];
      if (hidden !== undefined) found(undefined, nameOf(hidden.kind, hidden.id, item));
      // Nothing of it exists. To read it, to add bytes to it, or for who may do this nowhere, that is the same answer as
      // for what is foreign; to change it is left to the handler, for which it may be done already.
      const mayNowhere = !isAtLeast(highestRole(principal) ?? 'viewer', needed);
      if (rows.length === 0 && (needs === 'view' || hashes.length > 0 || mayNowhere)) found(undefined, first);
      await assertKnown(principal, hashes, item);
    },
  };
}

/** Of these hashes (base64), the ones whose bytes the caller may name; all of them for who sees every team. */
export async function knownHashes(
  store: Pick<AccessStore, 'knownHashes'>,
  principal: Principal,
  hashes: readonly string[],
): Promise<string[]> {
  const { visible } = visibleTo(principal);
  if (visible === undefined) return [...hashes];
  const known = new Set(await store.knownHashes(principal.userId, visible, hashes.map(base64ToHex)));
  return hashes.filter((hash) => known.has(base64ToHex(hash)));
}

/** What is nobody's in particular: any team's role is enough, but what is of the whole instance is the admin's. */
function assertAnywhere(principal: Principal, needs: Need): void {
  if (needs === 'admin') assertRole(principal.everywhere ?? undefined, 'admin', 'of the instance');
  else if (needs !== 'view') assertRole(highestRole(principal), ROLE_FOR[needs], 'in a team');
}

function isReached(principal: Principal, row: Reached): boolean {
  const { task } = principal;
  if (row.teamId !== null && roleIn(principal, row.teamId) === undefined) return false;
  if (task === null) return true;
  if (row.kind === 'tasks') return row.id === task.id;
  return task.projectId === null || row.projectId === null || row.projectId === task.projectId;
}

function assertRole(role: Role | undefined, needed: Role, where: string): void {
  if (role !== undefined && isAtLeast(role, needed)) return;
  throw new SlyError('SLY_FORBIDDEN', {
    detail: `this needs the role ${needed} ${where}, yours is ${role ?? 'none'}`,
    hint: `Roles, from the lowest: ${ROLES.join(', ')}. A token may have a lower one than its user.`,
  });
}

function namesOf(asked: Partial<Record<ReachKind, readonly number[]>>, item: string): string[] {
  const names: string[] = [];
  for (const [kind, [id]] of Object.entries(asked) as [ReachKind, readonly number[]][])
    if (id !== undefined) names.push(nameOf(kind, id, item));
  return names;
}

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function nameOf(kind: ReachKind, id: number, item: string): string {
  return `${kind === 'items' ? `${item} with id` : NAMES[kind]}: ${id}`;
}

/** The words of `found.ts` and the handlers for the same that is missing. */
const NAMES: Record<Exclude<ReachKind, 'items'>, string> = {
  teams: 'Team with id',
  workspaces: 'Workspace with id',
  projects: 'Project with projectId',
  datasets: 'Dataset with datasetId',
  objects: 'Object with id',
  figures: 'Figure with id',
  entityTags: 'Tag with id',
  relatedImages: 'Related image with id',
  tasks: 'Task with id',
  archives: 'Archive with id',
  agents: 'Agent with id',
  teamFiles: 'File with id',
  reports: 'Report with id',
};
