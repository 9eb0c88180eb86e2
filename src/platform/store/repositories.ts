/**
 * What the rooms of the platform ask the database for. All SQL stands behind these interfaces; the public
 * API, the agents' data plane and the page know only them. Every verb is one transaction and durable when
 * it resolves. Staged rows (an import that is not committed) are seen by `PublicationStore` alone.
 * Errors: SLY_NOT_FOUND for a missing id, SLY_NOT_UNIQUE for a taken name (`detail` has the name).
 */
import type { ImageAnnotation, ProjectMeta, Tag } from '../../format/model.ts';
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
import type { AccessStore, AccountStore, TokenStore, Visible } from './accounts.ts';
import type { FigureStores } from './figure-repositories.ts';
import type {
  PluginIdStore,
  ReportPageStore,
  TaskDataStore,
  TeamFileStore,
  UsageStore,
} from './team-file-repositories.ts';
import type { UploadStore } from './upload-rows.ts';

export * from './accounts.ts';
export type { CloneStore } from './clone-repositories.ts';
export * from './counting-repositories.ts';
export { figureLabel } from './figure-label.ts';
export * from './figure-repositories.ts';
export type * from './team-file-repositories.ts';
export type { UploadedFile, UploadFileRow, UploadRow, UploadStore } from './upload-rows.ts';

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
  sort?: 'id' | 'name' | 'createdAt' | 'updatedAt' | 'customSort';
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
  /** A place in the dataset that the client gave it. */
  customSort: number | null;
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
  customSort?: number;
}

/** What an item is labelled with; `include: false` = what does not fit. Tags by their name, classes by their title. */
export type ItemFilter =
  | { by: 'name'; contains: string }
  | { by: 'tag' | 'objectTag'; name: string; value?: string | number; include: boolean }
  /** The number of its objects is from `from` to `to`. */
  | { by: 'class'; title: string; from: number; to: number; include: boolean };

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

export interface ProjectStore {
  /** With `visible`: only of these teams, and only this project if one is named. */
  list(
    query: ListQuery & { workspaceId?: number; teamId?: number; visible?: Visible },
  ): Promise<Listed<ProjectRow>>;
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
  /** Archives what is not, and lets the collector take it at its next round. Ids that are gone are no error. */
  removePermanently(ids: readonly number[]): Promise<void>;
  /** Into another workspace. */
  move(id: number, workspaceId: number): Promise<void>;
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
  /** Archives what is not, and lets the collector take it at its next round. Ids that are gone are no error. */
  removePermanently(ids: readonly number[]): Promise<void>;
  /** With all below it, under another dataset of its project or (null) to the top. SLY_USAGE for one below itself. */
  move(id: number, parentId: number | null): Promise<void>;
  /** Of every project, at every depth. */
  listAll(query: ListQuery & { projectId?: number; visible?: Visible }): Promise<Listed<DatasetRow>>;
}

export interface ItemStore {
  list(
    query: ListQuery & {
      datasetId?: number;
      projectId?: number;
      recursive?: boolean;
      labelled?: readonly ItemFilter[];
    },
  ): Promise<Listed<ItemRow>>;
  /** In the order asked; missing ones are left out. */
  get(ids: readonly number[]): Promise<ItemRow[]>;
  /** All or none, in the order given. SLY_NOT_UNIQUE carries the clashing names in `cause` (`NameClash`). Blobs must exist. */
  add(datasetId: number, items: readonly NewItemRow[]): Promise<ItemRow[]>;
  update(id: number, changes: Partial<Pick<ItemRow, 'name' | 'meta'>>): Promise<ItemRow>;
  /** All or none. `dropBytes`: an item is its link alone from then on. */
  setLinks(links: readonly { id: number; link: string }[], options: { dropBytes: boolean }): Promise<void>;
  /** All or none. */
  setCustomSort(places: readonly { id: number; customSort: number | null }[]): Promise<void>;
  /** `meta.frame` of each becomes its place in `ids`, counted from 0. SLY_USAGE unless these are all items of the dataset, once. */
  setFrames(datasetId: number, ids: readonly number[]): Promise<void>;
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
  /**
   * Replaces whole annotations; bumps `updatedAt` of the items and of their projects. Figures of an item that were
   * added apart from its annotation go with the old one, but for `keptFigures`.
   */
  put(
    annotations: readonly {
      itemId: number;
      annotation: ImageAnnotation;
      keptFigures?: readonly number[];
    }[],
    options: { subpixel: boolean },
  ): Promise<void>;
  /** In the order asked; an item without one gets an empty annotation of its size. */
  get(itemIds: readonly number[]): Promise<StoredAnnotation[]>;
  /** Adds tags to the images themselves; one that is there already (same name and value) is not added again. */
  addTags(tags: readonly { itemId: number; tag: Tag }[]): Promise<void>;
  /** Tags of the images themselves; items without any are left out. */
  tags(itemIds: readonly number[]): Promise<ImageTags[]>;
}

export interface ImageTags {
  itemId: number;
  tags: Tag[];
  createdAt: string;
  updatedAt: string;
}

/** An annotation as it is stored, not parsed. */
export interface AnnotationText {
  id: number;
  width: number | null;
  height: number | null;
  /** JSON; null = the item has none. */
  annotation: string | null;
  subpixel: boolean;
}

export interface AnnotationTexts {
  /** Visible items of a project after an id, with their annotations; empty = there is no more. */
  page(projectId: number, options: { after: number; limit: number }): Promise<AnnotationText[]>;
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
  /** Null: the task is not known (any more). */
  taskId: number | null;
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
  /** Newest first: made after `since` (ms), with ids below `before`. */
  list(query: { limit: number; since: number; before?: number; visible?: Visible }): Promise<ArchiveRow[]>;
  /** The bytes are collected when nothing else names them; a missing one is no error. */
  remove(id: number): Promise<void>;
  /** Made up to `before` (ms), at most `limit`; answers how many went. */
  removeExpired(before: number, limit: number): Promise<number>;
  /** How many `removeExpired` would remove. */
  countExpired(before: number): Promise<number>;
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
  /** Projects and datasets that were archived before `before`. */
  countArchived(before: number): Promise<number>;
}

/** Filters and counts of labels read rows that are kept beside the annotations (item-labels.ts). Do both say the same? */
export interface LabelCheck {
  /** Some items after one of them: which differ, and where to go on; null = that was all. */
  next(after: number): Promise<{ differing: number[]; next: number | null }>;
}

export interface Stores extends FigureStores {
  accounts: AccountStore;
  tokens: TokenStore;
  access: AccessStore;
  projects: ProjectStore;
  datasets: DatasetStore;
  items: ItemStore;
  annotations: AnnotationStore;
  annotationTexts: AnnotationTexts;
  publications: PublicationStore;
  archives: ArchiveStore;
  exports: ExportReader;
  uploads: UploadStore;
  teamFiles: TeamFileStore;
  taskData: TaskDataStore;
  pluginIds: PluginIdStore;
  reportPages: ReportPageStore;
  usage: UsageStore;
}
