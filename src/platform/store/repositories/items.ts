/** Items: images, videos, point clouds, volumes. */
import type { Sha256 } from '../../../lib/hash.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import type { Listed, ListQuery } from './lists.ts';

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
