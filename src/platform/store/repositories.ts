/**
 * What the rooms of the platform ask the database for. All SQL stands behind these interfaces; the public
 * API, the agents' data plane and the page know only them. Every verb is one transaction and durable when
 * it resolves. Staged rows (an import that is not committed) are seen by `PublicationStore` alone.
 * Errors: SLY_NOT_FOUND for a missing id, SLY_NOT_UNIQUE for a taken name (`detail` has the name).
 */
import type { ImageAnnotation, ProjectMeta } from '../../format/model.ts';
import type { Sha256 } from '../../lib/hash.ts';
import type {
  ArchiveRequest,
  CommitReply,
  ExportItem,
  ExportProject,
  PublicationReply,
  PublicationRequest,
  PublishItem,
  SegmentReply,
} from '../../protocol/publish.ts';
import type { ProjectType } from '../../protocol/task.ts';

// ---------------------------------------------------------------- lists

export type FilterOperator = '=' | '!=' | 'in' | '!in' | '>' | '>=' | '<' | '<=' | 'like' | 'ilike';
export interface Filter {
  /** A column by its API name (`id`, `name`, `parentId`, `updatedAt`, ...); an unknown one is SLY_USAGE. */
  field: string;
  operator: FilterOperator;
  value: unknown;
}

/** Stable order (`sort`, then id). `page` counts from 1; with `after` (an id) it is keyset paging by id instead. */
export interface ListQuery {
  filter?: readonly Filter[];
  sort?: 'id' | 'name' | 'createdAt' | 'updatedAt';
  order?: 'asc' | 'desc';
  page?: number;
  after?: number;
  perPage: number;
}
export interface Listed<T> {
  total: number;
  entities: T[];
}

// ---------------------------------------------------------------- rows as the rooms see them (times ISO-8601 UTC)

export interface ProjectRow {
  id: number;
  workspaceId: number;
  teamId: number;
  name: string;
  type: ProjectType;
  description: string;
  readme: string;
  settings: Record<string, unknown>;
  customData: Record<string, unknown>;
  itemsCount: number;
  datasetsCount: number;
  /** Bytes of all items. */
  size: number;
  createdBy: number | null;
  createdAt: string;
  updatedAt: string;
}

export interface DatasetRow {
  id: number;
  projectId: number;
  teamId: number;
  workspaceId: number;
  parentId: number | null;
  name: string;
  /** Names from the root, joined by `/`. */
  path: string;
  description: string;
  customData: Record<string, unknown>;
  itemsCount: number;
  size: number;
  createdBy: number | null;
  createdAt: string;
  updatedAt: string;
}

export interface ItemRow {
  id: number;
  projectId: number;
  datasetId: number;
  type: ProjectType;
  name: string;
  sha256: Sha256 | null;
  link: string | null;
  size: number;
  mime: string | null;
  width: number | null;
  height: number | null;
  meta: Record<string, unknown>;
  createdAt: string;
  /** Covers the annotation too. */
  updatedAt: string;
}

export interface MetaEntryRow {
  id: number;
  projectId: number;
  name: string;
  /** The entry as it was stored, without id. */
  json: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
}

export interface NewItemRow {
  name: string;
  sha256?: Sha256;
  link?: string;
  mime?: string;
  width?: number;
  height?: number;
  meta?: Record<string, unknown>;
}

export interface StoredAnnotation {
  itemId: number;
  itemName: string;
  /** As it was stored, verbatim. */
  annotation: ImageAnnotation;
  /** Coordinates are positions between pixels (public API) instead of pixel indices (files). */
  subpixel: boolean;
  createdAt: string;
  updatedAt: string;
}

// ---------------------------------------------------------------- stores

export interface AccountStore {
  /** Makes user `admin`, team and workspace of a fresh database; may be repeated. */
  seed(): Promise<{ userId: number; teamId: number; workspaceId: number }>;
  user(id: number): Promise<{ id: number; login: string; name: string; role: string } | undefined>;
  /** `secretHash` is the SHA-256 (hex) of the secret; the secret itself is never stored. */
  putToken(token: {
    secretHash: string;
    kind: 'api' | 'session' | 'login';
    userId: number;
    expiresAt?: number;
  }): Promise<void>;
  findToken(
    secretHash: string,
    now: number,
  ): Promise<{ kind: 'api' | 'session' | 'login'; userId: number } | undefined>;
  /** True for exactly one caller: a login code works once. */
  takeToken(secretHash: string, kind: 'login', now: number): Promise<{ userId: number } | undefined>;
  removeToken(secretHash: string): Promise<void>;
  pruneTokens(now: number): Promise<void>;
  teams(
    query: ListQuery,
  ): Promise<Listed<{ id: number; name: string; description: string; createdAt: string; updatedAt: string }>>;
  workspaces(query: ListQuery & { teamId?: number }): Promise<
    Listed<{
      id: number;
      teamId: number;
      name: string;
      description: string;
      createdAt: string;
      updatedAt: string;
    }>
  >;
  addWorkspace(workspace: { teamId: number; name: string; description: string }): Promise<number>;
}

export interface ProjectStore {
  list(query: ListQuery & { workspaceId?: number; teamId?: number }): Promise<Listed<ProjectRow>>;
  get(id: number): Promise<ProjectRow | undefined>;
  add(project: {
    workspaceId: number;
    name: string;
    type: ProjectType;
    description?: string;
    readme?: string;
    settings?: Record<string, unknown>;
    customData?: Record<string, unknown>;
    createdBy?: number;
  }): Promise<ProjectRow>;
  update(
    id: number,
    changes: Partial<Pick<ProjectRow, 'name' | 'description' | 'readme' | 'settings' | 'customData'>>,
  ): Promise<ProjectRow>;
  /** Gone from lists and names at once; its rows and blobs are collected later. */
  archive(id: number): Promise<void>;
  /** Stored entries plus `id` on each. */
  meta(id: number): Promise<ProjectMeta>;
  /** Replaces the meta; an entry of a known name keeps its id. Classes and tags that are gone take nothing with them. */
  putMeta(id: number, meta: ProjectMeta): Promise<ProjectMeta>;
  classes(projectId: number, query: ListQuery): Promise<Listed<MetaEntryRow>>;
  tags(projectId: number, query: ListQuery): Promise<Listed<MetaEntryRow>>;
}

export interface DatasetStore {
  /** `recursive: false` without a parentId filter: only the top level. */
  list(query: ListQuery & { projectId: number; recursive: boolean }): Promise<Listed<DatasetRow>>;
  get(id: number): Promise<DatasetRow | undefined>;
  add(dataset: {
    projectId: number;
    parentId: number | null;
    name: string;
    description?: string;
    customData?: Record<string, unknown>;
    createdBy?: number;
  }): Promise<DatasetRow>;
  update(
    id: number,
    changes: Partial<Pick<DatasetRow, 'name' | 'description' | 'customData'>>,
  ): Promise<DatasetRow>;
  archive(id: number): Promise<void>;
}

export interface ItemStore {
  list(
    query: ListQuery & { datasetId?: number; projectId?: number; recursive?: boolean },
  ): Promise<Listed<ItemRow>>;
  /** In the order asked; missing ones are left out. */
  get(ids: readonly number[]): Promise<ItemRow[]>;
  /** All or none, in the order given. SLY_NOT_UNIQUE carries the clashing names in `cause` (`NameClash`). Blobs must exist. */
  add(datasetId: number, items: readonly NewItemRow[]): Promise<ItemRow[]>;
  update(id: number, changes: Partial<Pick<ItemRow, 'name' | 'meta'>>): Promise<ItemRow>;
  remove(ids: readonly number[]): Promise<void>;
}

/** `cause` of SLY_NOT_UNIQUE from `ItemStore.add`. */
export class NameClash extends Error {
  override readonly name = 'NameClash';
  readonly taken: readonly { name: string; id: number }[];

  constructor(taken: readonly { name: string; id: number }[]) {
    super(`taken: ${taken.map((one) => one.name).join(', ')}`);
    this.taken = taken;
  }
}

export interface AnnotationStore {
  /** Replaces whole annotations; bumps `updatedAt` of the items. */
  put(
    annotations: readonly { itemId: number; annotation: ImageAnnotation }[],
    options: { subpixel: boolean },
  ): Promise<void>;
  /** In the order asked; an item without one gets an empty annotation of its size. */
  get(itemIds: readonly number[]): Promise<StoredAnnotation[]>;
}

export interface PublicationStore {
  /** Begins, or finds again. A higher (attempt, run) of the task supersedes and drops what an earlier one staged. */
  begin(taskKey: string, request: PublicationRequest): Promise<PublicationReply>;
  /** The publication's task and attempt, for the fence. */
  owner(publicationId: number): Promise<{ taskKey: string; attempt: number } | undefined>;
  /** One transaction; a replay gives the first reply again. Refused (SLY_LEASE_LOST) when superseded or dropped. */
  putSegment(publicationId: number, number: number, items: AsyncIterable<PublishItem>): Promise<SegmentReply>;
  /** Makes everything visible in one transaction; the meta is merged into the project's (FORMATS.md A.2). Repeating gives the same reply. */
  commit(publicationId: number, request: { meta: unknown; segments: number }): Promise<CommitReply>;
  /** Leaves nothing behind; a committed one is left alone; a missing one is no error. */
  drop(publicationId: number): Promise<void>;
  /** Ends whatever is open of an attempt that will not commit any more. */
  dropOpenOf(taskKey: string, attempt: number): Promise<void>;
}

export interface ArchiveRow {
  id: number;
  taskKey: string;
  attempt: number;
  name: string;
  sha256: Sha256;
  size: number;
  files: number;
  createdAt: string;
}

export interface ArchiveStore {
  /** Idempotent by (task, attempt). */
  register(taskKey: string, request: ArchiveRequest): Promise<ArchiveRow>;
  get(id: number): Promise<ArchiveRow | undefined>;
}

/** Reads a project for an export: coordinates as pixel indices, whatever way they came in. */
export interface ExportReader {
  project(id: number): Promise<ExportProject>;
  items(
    projectId: number,
    options: { after: number; limit: number; datasetIds?: readonly number[] },
  ): Promise<ExportItem[]>;
}

/** What is known of a blob beside its bytes. */
export interface BlobFacts {
  sha256: Sha256;
  size: number;
  /** By content; null when it is no known kind. */
  mime: string | null;
  /** Pixels as stored, for pictures. */
  width: number | null;
  height: number | null;
}

/** One row a blob, kept in step with the BlobStore by whoever wraps it. An item can only name a blob that has a row. */
export interface BlobRecords {
  /** Adds or refreshes; durable when it resolves. */
  put(blobs: readonly BlobFacts[]): Promise<void>;
  /** Of these, the ones without a row. The others are spared by the collector for a while: a client counts on them. */
  unknown(hashes: readonly Sha256[]): Promise<Sha256[]>;
  /** Hashes nothing names and nobody asked for since `before` (ms), at most `limit`. */
  unused(before: number, limit: number): Promise<Sha256[]>;
  /** Removes the rows that nothing names (any more) and answers which those were. */
  remove(hashes: readonly Sha256[]): Promise<Sha256[]>;
}

/** What is archived and will not be seen again. */
export interface TrashStore {
  /** Removes some rows of what was archived before `before` (ms), in one short transaction; 0 = there is no more. */
  removeArchived(before: number): Promise<number>;
}

export interface Stores {
  accounts: AccountStore;
  projects: ProjectStore;
  datasets: DatasetStore;
  items: ItemStore;
  annotations: AnnotationStore;
  publications: PublicationStore;
  archives: ArchiveStore;
  exports: ExportReader;
}
