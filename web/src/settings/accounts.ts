/** People, teams and roles as the API answers them, and what the one who looks may do. */
import { call } from '../api.ts';
import { type Loaded, useLoaded } from '../loaded.ts';

export type Role = 'admin' | 'manager' | 'annotator' | 'viewer';

/** From the lowest, with what each adds. */
export const ROLES: readonly (readonly [Role, string])[] = [
  ['viewer', 'viewer: sees and downloads'],
  ['annotator', 'annotator: changes labels and tags'],
  ['manager', 'manager: imports, exports, projects'],
  ['admin', 'admin: people, agents, settings'],
];

export interface User {
  id: number;
  login: string;
  name: string;
  email: string | null;
  role: 'admin' | 'user';
  disabled: boolean;
  hasPassword: boolean;
  lastLogin: string | null;
}

export type Member = Omit<User, 'role'> & { role: Role };

export interface Team {
  id: number;
  name: string;
  role: Role;
}

export interface Me extends User {
  isAdmin: boolean;
  teams: Team[];
}

export function useMe(): Loaded<Me> {
  return useLoaded<Me>((signal) => call('users.me', {}, signal), 'me');
}

export function isAdminOf(me: Me | undefined, teamId: number | null): boolean {
  if (me === undefined) return false;
  return me.isAdmin || me.teams.some((team) => team.id === teamId && team.role === 'admin');
}

/** What belongs to every team is managed by who manages one. */
export function isManagerOf(me: Me, teamId: number | null): boolean {
  if (teamId === null) return mayManage(me);
  const role = me.teams.find((team) => team.id === teamId)?.role;
  return me.isAdmin || role === 'admin' || role === 'manager';
}

/** In any team: what the page offers; the server looks at the one it is about. */
export function mayManage(me: Me | undefined): boolean {
  if (me === undefined) return false;
  return me.isAdmin || me.teams.some(({ role }) => role === 'admin' || role === 'manager');
}
