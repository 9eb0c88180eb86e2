/** People, teams, workspaces and tokens as replies have them. */
import { type Static, Type } from 'typebox';
import {
  type MemberRow,
  ROLES,
  type Role,
  type TeamRow,
  type UserRow,
} from '../../store/repositories/accounts.ts';
import { Id, orNull, Time } from '../method.ts';

export const RoleName = Type.Enum([...ROLES]);

/** The SDK counts roles instead of naming them. */
const ROLE_IDS: Record<Role, number> = { admin: 1, manager: 2, annotator: 3, viewer: 4 };

export function roleOfId(id: number): Role | undefined {
  return ROLES.find((role) => ROLE_IDS[role] === id);
}

const userFields = {
  id: Id,
  login: Type.String(),
  name: Type.String(),
  email: orNull(Type.String()),
  disabled: Type.Boolean(),
  hasPassword: Type.Boolean({ description: 'Can log in by password.' }),
  lastLogin: orNull(Time),
  createdAt: Time,
  updatedAt: Time,
};

export const UserEntity = Type.Object(
  {
    ...userFields,
    role: Type.Enum(['admin', 'user'], {
      description: 'admin: of the whole instance, with every right in every team.',
    }),
  },
  { title: 'User' },
);

/** The caller, with what it may do by the token it came with. */
export const MeEntity = Type.Object(
  {
    ...userFields,
    role: Type.Enum(['admin', 'user']),
    isAdmin: Type.Boolean({ description: 'May do everything, with this token.' }),
    teams: Type.Array(Type.Object({ id: Id, name: Type.String(), role: RoleName })),
  },
  { title: 'Me' },
);

export const MemberEntity = Type.Object(
  {
    ...userFields,
    role: RoleName,
    roleId: Type.Integer({ minimum: 1, maximum: 4 }),
    teamId: Id,
  },
  { title: 'Member' },
);

export const TeamEntity = Type.Object(
  {
    id: Id,
    name: Type.String(),
    description: Type.String(),
    role: Type.Enum([...ROLES], { description: "The caller's role." }),
    usage: Type.Object({ plan: Type.String() }),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Team' },
);

export const WorkspaceEntity = Type.Object(
  {
    id: Id,
    teamId: Id,
    name: Type.String(),
    description: Type.String(),
    hidden: Type.Boolean({ description: 'Not offered to people; whoever names it may use it.' }),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Workspace' },
);

export const TokenEntity = Type.Object(
  {
    id: Id,
    userId: Id,
    login: Type.String(),
    name: Type.String(),
    role: Type.Union([RoleName, Type.Null()], {
      description: 'The most it may do in any team; null = all that its user may.',
    }),
    createdAt: Time,
    expiresAt: orNull(Time),
    lastUsedAt: Type.Union([Time, Type.Null()], { description: 'To the minute.' }),
  },
  { title: 'Token' },
);

export function userEntity({ lastLoginAt, ...row }: UserRow): Static<typeof UserEntity> {
  return { ...row, lastLogin: lastLoginAt };
}

export function memberEntity({ teamRole, lastLoginAt, ...row }: MemberRow): Static<typeof MemberEntity> {
  return { ...row, lastLogin: lastLoginAt, role: teamRole, roleId: ROLE_IDS[teamRole] };
}

export function teamEntity(row: TeamRow, role: Role): Static<typeof TeamEntity> {
  return { ...row, role, usage: { plan: 'free' } };
}
