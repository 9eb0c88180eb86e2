/** Projects with their meta, and their datasets. */
import type { ProjectMeta } from '../../../format/model.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import type { Visible } from './accounts.ts';
import type { Listed, ListQuery } from './lists.ts';

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

export interface MetaEntryRow {
  id: number;
  projectId: number;
  name: string;
  /** The entry as it was stored, without id. */
  json: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
}

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
