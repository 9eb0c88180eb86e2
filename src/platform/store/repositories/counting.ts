/** What whoever counts a project reads of the database. */
import type { Sha256 } from '../../../lib/hash.ts';
import type { FigurePlace } from './figures.ts';

export interface CountedItem {
  id: number;
  sha256: Sha256 | null;
  width: number | null;
  height: number | null;
  meta: Record<string, unknown>;
}

/** Ids of items, both ends inclusive. Items of others may be among them. */
export interface ItemRange {
  first: number;
  last: number;
}

interface After<T> {
  /** The last row of the page before. */
  after: T | undefined;
  limit: number;
}

interface FigureCount extends FigurePlace {
  itemId: number;
  title: string | null;
}

interface ObjectCount {
  itemId: number;
  id: number;
  title: string;
}

interface TagCount {
  itemId: number;
  id: number;
  name: string;
}

interface DatasetObject {
  id: number;
  title: string | null;
}

interface ObjectTag {
  id: number;
  name: string | null;
}

/** What there is on items that are no images, in pages of bounded cost; a page that is not full is the last one. */
export interface LabelCounts {
  /** Visible ones, by id. */
  items(projectId: number, page: { after: number; limit: number }): Promise<CountedItem[]>;
  /** By item, plane, frame; without those that wait. */
  figures(range: ItemRange, page: After<FigureCount>): Promise<FigureCount[]>;
  /** By item. */
  objects(range: ItemRange, page: After<ObjectCount>): Promise<ObjectCount[]>;
  /** Of the items themselves, by item. */
  tags(range: ItemRange, page: After<TagCount>): Promise<TagCount[]>;
  /** Visible ones of the project. */
  datasets(projectId: number): Promise<number[]>;
  /** `title` is null for those that belong to an item. */
  datasetObjects(datasetId: number, page: After<DatasetObject>): Promise<DatasetObject[]>;
  /** Of objects and figures; `name` is null for all others. */
  objectTags(datasetId: number, page: After<ObjectTag>): Promise<ObjectTag[]>;
}
