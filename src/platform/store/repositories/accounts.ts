/** What the rooms ask about people: users, teams, members, workspaces, secrets, and who reaches what. */
import type { Sha256 } from '../../../lib/hash.ts';
import type { Listed, ListQuery } from './lists.ts';

/** Roles in a team, each with all that the ones before it may do. */
export const ROLES = ['viewer', 'annotator', 'manager', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What a list is cut to: nothing of other teams, and of one project alone if it is named. */
export interface Visible {
  teams: readonly number[];
  projectId?: number;
}

export interface UserRow {
  id: number;
  login: string;
  name: string;
  email: string | null;
  /** `admin`: of the whole instance, with every right in every team. */
  role: 'admin' | 'user';
  disabled: boolean;
  /** Can log in by password. */
  hasPassword: boolean;
  lastLoginAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface TeamRow {
  id: number;
  name: string;
  description: string;
  createdAt: string;
  updatedAt: string;
}

export interface WorkspaceRow extends TeamRow {
  teamId: number;
  hidden: boolean;
}

export interface MemberRow extends UserRow {
  teamId: number;
  teamRole: Role;
}

export interface UserChanges {
  name?: string;
  email?: string | null;
  role?: 'admin' | 'user';
  disabled?: boolean;
  /** Encoded (api/auth/passwords.ts); null takes the login by password away. */
  password?: string | null;
}

/** Names are unique among what is not archived: SLY_NOT_UNIQUE. A missing id is SLY_NOT_FOUND. */
export interface AccountStore {
  /** Makes user `admin`, team and workspace of a fresh database; may be repeated. */
  seed(): Promise<{ userId: number; teamId: number; workspaceId: number }>;

  user(id: number): Promise<UserRow | undefined>;
  /** With `visible`: members of these teams alone. */
  users(query: ListQuery & { visible?: Visible }): Promise<Listed<UserRow>>;
  /** Logins differ by more than upper and lower case. */
  addUser(user: { login: string; name: string } & UserChanges): Promise<number>;
  /** SLY_FORBIDDEN when nobody would be left who is admin of the instance and not disabled. */
  updateUser(id: number, changes: UserChanges): Promise<void>;
  /** What a login by password is checked against; also of somebody disabled. */
  credentials(
    login: string,
  ): Promise<{ userId: number; password: string | null; disabled: boolean } | undefined>;
  noteLogin(userId: number): Promise<void>;

  /** With `visible`: these alone; with `memberId`: those this user is in. */
  teams(query: ListQuery & { visible?: Visible; memberId?: number }): Promise<Listed<TeamRow>>;
  /** `adminId` becomes its first member, as admin. */
  addTeam(team: { name: string; description: string; adminId: number }): Promise<number>;
  updateTeam(id: number, changes: { name?: string; description?: string }): Promise<void>;
  /** With its workspaces and their projects. SLY_FORBIDDEN for the last one. */
  archiveTeam(id: number): Promise<void>;
  members(teamId: number, query: ListQuery): Promise<Listed<MemberRow>>;
  /** Adds, or changes the role. */
  putMember(member: { teamId: number; userId: number; role: Role }): Promise<void>;
  removeMember(member: { teamId: number; userId: number }): Promise<void>;

  /** With `visible`: workspaces of these teams alone. */
  workspaces(query: ListQuery & { teamId?: number; visible?: Visible }): Promise<Listed<WorkspaceRow>>;
  addWorkspace(workspace: { teamId: number; name: string; description: string }): Promise<number>;
  updateWorkspace(
    id: number,
    changes: { name?: string; description?: string; hidden?: boolean },
  ): Promise<void>;
  /** With its projects. SLY_FORBIDDEN for the last one of the instance. */
  archiveWorkspace(id: number): Promise<void>;
}

export interface TokenRow {
  id: number;
  userId: number;
  login: string;
  name: string;
  /** The most it may do; null = all that its user may. */
  role: Role | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export type TokenKind = 'api' | 'session' | 'login' | 'task';

/** Who a valid secret stands for. */
export interface Bearer {
  tokenId: number;
  kind: TokenKind;
  userId: number;
  /** Of the instance. */
  isAdmin: boolean;
  /** The most it may do; null = all that its user may. */
  ceiling: Role | null;
  /** Roles of the user, by team. */
  teams: ReadonlyMap<number, Role>;
  lastUsedAt: number | null;
  task: { id: number; teamId: number; projectId: number | null } | null;
}

/** `secretHash` is the SHA-256 (hex) of the secret; the secret itself is never stored. */
export interface TokenStore {
  /** A known hash keeps its row. */
  put(token: {
    secretHash: string;
    kind: 'api' | 'session' | 'login';
    userId: number;
    expiresAt?: number;
    name?: string;
    role?: Role;
  }): Promise<number>;
  /** SLY_LEASE_LOST unless the attempt is held right now. The one before it of the same attempt ends. */
  putOfTask(token: {
    secretHash: string;
    taskKey: string;
    attempt: number;
    userId: number;
    role: Role;
    expiresAt: number;
  }): Promise<void>;
  /** Undefined: unknown, expired, its user disabled, or its task's attempt over. One query by index. */
  bearer(secretHash: string, now: number): Promise<Bearer | undefined>;
  /** Its user, for exactly one caller: a login code works once. */
  take(secretHash: string, kind: 'login', now: number): Promise<{ userId: number } | undefined>;
  /** API tokens, the newest first unless asked otherwise. */
  list(query: ListQuery & { userId?: number }): Promise<Listed<TokenRow>>;
  noteUse(id: number, at: number): Promise<void>;
  remove(secretHash: string): Promise<void>;
  /** An API token by its id; with `userId` only one of this user. SLY_NOT_FOUND. */
  revoke(id: number, options: { userId?: number }): Promise<void>;
  /** Sessions and login codes of a user, except one. */
  endSessions(userId: number, exceptHash?: string): Promise<void>;
  /** Leaves the newest `keep` API tokens of this name. */
  keepNewest(userId: number, name: string, keep: number): Promise<void>;
  prune(now: number): Promise<void>;
}

export type ReachKind =
  | 'teams'
  | 'workspaces'
  | 'projects'
  | 'datasets'
  | 'items'
  | 'objects'
  | 'figures'
  | 'entityTags'
  | 'relatedImages'
  | 'tasks'
  | 'archives'
  | 'agents'
  | 'teamFiles'
  | 'reports';

/** One of the asked ids for each team and project they are in; what does not exist has no row. */
export interface Reached {
  kind: ReachKind;
  id: number;
  /** Null: an agent of every team. */
  teamId: number | null;
  projectId: number | null;
}

export interface AccessStore {
  /** The user has sent these bytes and may name them by their hash. Hashes without a blob are left out. */
  noteSent(userId: number, hashes: readonly Sha256[]): Promise<void>;
  /** Of these, the ones the user sent or that an item or a team file of what is visible is made of. */
  knownHashes(userId: number, visible: Visible, hashes: readonly Sha256[]): Promise<Sha256[]>;
  /** Whose these are; one query by index. Archived rows count: whose they were does not change. */
  reach(ids: Partial<Record<ReachKind, readonly number[]>>): Promise<Reached[]>;
}
