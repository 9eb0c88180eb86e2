/** Who is calling and what it reaches: roles by team, cut by the token's ceiling. Pure. */
import { type Bearer, ROLES, type Role, type Visible } from '../../store/repositories/accounts.ts';

export interface Principal {
  userId: number;
  how: 'token' | 'session' | 'task';
  /** Role in every team there is: admins of the instance. */
  everywhere: Role | null;
  /** Roles in single teams. */
  teams: ReadonlyMap<number, Role>;
  /** A task's own token reaches this task and this project alone; without a project, the task's team. */
  task: { id: number; projectId: number | null } | null;
}

export function principalOf(bearer: Bearer): Principal {
  const { ceiling, task, userId } = bearer;
  const how = bearer.kind === 'session' ? 'session' : bearer.kind === 'task' ? 'task' : 'token';
  const cut = (role: Role): Role => (ceiling === null ? role : lower(role, ceiling));
  if (task !== null) {
    const own = bearer.isAdmin ? 'admin' : bearer.teams.get(task.teamId);
    return {
      userId,
      how,
      everywhere: null,
      teams: new Map(own === undefined ? [] : [[task.teamId, cut(own)]]),
      task: { id: task.id, projectId: task.projectId },
    };
  }
  return {
    userId,
    how,
    everywhere: bearer.isAdmin ? cut('admin') : null,
    teams: new Map([...bearer.teams].map(([team, role]) => [team, cut(role)])),
    task: null,
  };
}

export function roleIn(principal: Principal, teamId: number): Role | undefined {
  return principal.everywhere ?? principal.teams.get(teamId);
}

/** The highest role it has in any team. */
export function highestRole(principal: Principal): Role | undefined {
  if (principal.everywhere !== null) return principal.everywhere;
  const ranks = [...principal.teams.values()].map((role) => ROLES.indexOf(role));
  return ROLES[Math.max(-1, ...ranks)];
}

/** Admin of the instance, by a token that is not narrower. */
export function isInstanceAdmin(principal: Principal): boolean {
  return principal.everywhere === 'admin';
}

/** What its lists are cut to; nothing for who sees every team. Spread into a query. */
export function visibleTo(principal: Principal): { visible?: Visible } {
  if (principal.everywhere !== null) return {};
  const projectId = principal.task?.projectId ?? null;
  return { visible: { teams: [...principal.teams.keys()], ...(projectId !== null && { projectId }) } };
}

export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

function lower(a: Role, b: Role): Role {
  return isAtLeast(a, b) ? b : a;
}
