/** Rows of migration 0001 as TypeScript sees them. A room with own tables uses `db.kysely.withTables<ItsTables>()`. */
import type { Generated } from 'kysely';
import type { ProjectType } from '../../protocol/task.ts';
import type { Role, TokenKind } from './repositories/accounts.ts';

export interface UserTable {
  id: Generated<number>;
  login: string;
  name: string;
  role: 'admin' | 'user';
  email: string | null;
  password: string | null;
  disabled_at: number | null;
  last_login_at: number | null;
  created_at: number;
  updated_at: number;
}

export interface TokenTable {
  id: Generated<number>;
  hash: string;
  kind: TokenKind;
  user_id: number;
  name: Generated<string>;
  role: Role | null;
  task_id: number | null;
  attempt: number | null;
  project_id: number | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
}

export interface MemberTable {
  team_id: number;
  user_id: number;
  role: Role;
  created_at: number;
  updated_at: number;
}

export interface TeamTable {
  id: Generated<number>;
  name: string;
  description: Generated<string>;
  created_at: number;
  updated_at: number;
  archived_at: number | null;
}

export interface WorkspaceTable {
  id: Generated<number>;
  team_id: number;
  name: string;
  description: Generated<string>;
  hidden: Generated<number>;
  created_at: number;
  updated_at: number;
  archived_at: number | null;
}

export interface ProjectTable {
  id: Generated<number>;
  workspace_id: number;
  name: string;
  type: ProjectType;
  description: Generated<string>;
  readme: Generated<string>;
  settings: Generated<string>;
  custom_data: Generated<string>;
  meta_rest: Generated<string>;
  staged: Generated<number>;
  items_count: Generated<number>;
  size: Generated<number>;
  created_by: number | null;
  created_at: number;
  updated_at: number;
  archived_at: number | null;
}

/** `classes` and `tags` have the same shape. */
export interface MetaEntryTable {
  id: Generated<number>;
  project_id: number;
  name: string;
  position: number;
  json: string;
  created_at: number;
  updated_at: number;
}

export interface PublicationTable {
  id: Generated<number>;
  task_key: string;
  attempt: number;
  run: number;
  project_id: number | null;
  made_project: number;
  conflict: 'rename' | 'skip' | 'replace' | 'fail';
  state: 'open' | 'committed' | 'superseded' | 'dropped';
  items: Generated<number>;
  created_at: number;
  updated_at: number;
}

export interface PublicationSegmentTable {
  publication_id: number;
  number: number;
  reply: string;
  created_at: number;
}

export interface DatasetTable {
  id: Generated<number>;
  project_id: number;
  parent_id: number | null;
  name: string;
  description: Generated<string>;
  custom_data: Generated<string>;
  items_count: Generated<number>;
  size: Generated<number>;
  publication_id: number | null;
  created_by: number | null;
  created_at: number;
  updated_at: number;
  archived_at: number | null;
}

export interface BlobTable {
  sha256: string;
  size: number;
  mime: string | null;
  width: number | null;
  height: number | null;
  created_at: number;
  wanted_at: number;
}

export interface ItemTable {
  id: Generated<number>;
  project_id: number;
  dataset_id: number;
  type: ProjectType;
  name: string;
  sha256: string | null;
  link: string | null;
  size: number;
  mime: string | null;
  width: number | null;
  height: number | null;
  meta: string;
  custom_sort: number | null;
  publication_id: number | null;
  created_at: number;
  updated_at: number;
}

export interface AnnotationTable {
  item_id: number;
  json: string;
  subpixel: number;
  created_at: number;
  updated_at: number;
}

export interface ItemLabelTable {
  dataset_id: number;
  kind: 'class' | 'tag' | 'objectTag' | 'object';
  name: string;
  value: string;
  item_id: number;
  count: number;
}

export interface ArchiveTable {
  id: Generated<number>;
  task_key: string;
  attempt: number;
  name: string;
  sha256: string;
  size: number;
  files: number;
  created_at: number;
}

export interface UploadTable {
  id: Generated<number>;
  user_id: number;
  name: string;
  expected_files: number;
  expected_bytes: number;
  files: Generated<number>;
  bytes: Generated<number>;
  created_at: number;
  touched_at: number;
  taken_at: number | null;
}

export interface UploadFileTable {
  upload_id: number;
  path: string;
  size: number;
  modified_at: number;
  sha256: string | null;
  stored: Generated<number>;
  tus_id: string | null;
  received: Generated<number>;
}

export interface Tables {
  users: UserTable;
  tokens: TokenTable;
  members: MemberTable;
  teams: TeamTable;
  workspaces: WorkspaceTable;
  projects: ProjectTable;
  classes: MetaEntryTable;
  tags: MetaEntryTable;
  publications: PublicationTable;
  publication_segments: PublicationSegmentTable;
  datasets: DatasetTable;
  blobs: BlobTable;
  items: ItemTable;
  annotations: AnnotationTable;
  item_labels: ItemLabelTable;
  archives: ArchiveTable;
  uploads: UploadTable;
  upload_files: UploadFileTable;
}
