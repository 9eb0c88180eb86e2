/**
 * What the API asks the database for about objects, figures, tags, related images and media. Every verb is one
 * transaction and durable when it resolves; what is added is answered in the order it was given. A thing that is
 * added again under its own key, with the same content, is the thing that is there: a replay doubles nothing.
 * Errors: SLY_NOT_FOUND for a missing id or blob.
 */
import type { ImageAnnotation, Label, OpaqueLabel } from '../../../format/model.ts';
import type { Sha256 } from '../../../lib/hash.ts';
import type { LabelCounts } from './counting.ts';
import type { Listed, ListQuery } from './lists.ts';

// ---------------------------------------------------------------- objects

export interface NewObject {
  /** Null: of the dataset. */
  itemId: number | null;
  classTitle: string;
  key?: string;
  rest: Record<string, unknown>;
}

export interface ObjectRow {
  id: number;
  projectId: number;
  datasetId: number;
  itemId: number | null;
  classTitle: string;
  key: string;
  rest: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
}

export interface ObjectStore {
  add(datasetId: number, objects: readonly NewObject[]): Promise<number[]>;
  /** In the order asked; missing ones are left out. */
  get(ids: readonly number[]): Promise<ObjectRow[]>;
  list(query: ListQuery & { datasetId: number }): Promise<Listed<ObjectRow>>;
  /** The same of one item. */
  listOfItem(query: ListQuery & { itemId: number }): Promise<Listed<ObjectRow>>;
  ofItem(itemId: number): Promise<ObjectRow[]>;
  /** Of the dataset itself, in keyset pages. */
  ofDataset(datasetId: number, page: { after: number; limit: number }): Promise<ObjectRow[]>;
  /** Those that figures of the item belong to. */
  usedBy(itemId: number): Promise<ObjectRow[]>;
  /** The dataset's own without any figure; they are told with its first item, or nowhere: empty for the others. */
  undrawn(item: { id: number; datasetId: number }): Promise<ObjectRow[]>;
  remove(ids: readonly number[]): Promise<void>;
}

// ---------------------------------------------------------------- figures

export interface NewFigure {
  /** An item or a related image. */
  entityId: number;
  objectId?: number;
  /** Becomes the object's key when the client had not named it before. */
  objectKey?: string;
  classTitle?: string;
  key?: string;
  geometryType: string;
  /** JSON text. */
  geometry: string;
  waiting: boolean;
  plane: string;
  /** -1 = none. */
  frame: number;
  rest: Record<string, unknown>;
}

export interface FigureRow {
  id: number;
  projectId: number;
  datasetId: number;
  entityId: number;
  objectId: number | null;
  /** Of the figure itself, or of its object. */
  classTitle: string | null;
  key: string;
  objectKey: string | null;
  geometryType: string;
  /** JSON text. */
  geometry: string;
  sha256: Sha256 | null;
  waiting: boolean;
  plane: string;
  frame: number;
  /** JSON text of an object: further keys as they were sent. */
  rest: string;
  createdAt: string;
  updatedAt: string;
}

/** A place in the order (plane, frame, id). */
export interface FigurePlace {
  plane: string;
  frame: number;
  id: number;
}

export interface FigureStore {
  /** `entityIds` are all in the dataset; objects too. */
  add(datasetId: number, figures: readonly NewFigure[]): Promise<number[]>;
  /** In the order asked; missing ones are left out. */
  get(ids: readonly number[]): Promise<FigureRow[]>;
  /** Which ones a page has; they are read some at a time. Without those that wait for their geometry. */
  list(query: ListQuery & { datasetId: number }): Promise<Listed<{ id: number }>>;
  /** By plane, frame, id; without those that wait. */
  page(itemId: number, from: { after: FigurePlace; limit: number }): Promise<FigureRow[]>;
  /** Of all these images at once, by id. */
  ofImages(itemIds: readonly number[]): Promise<FigureRow[]>;
  /** The geometry that was announced: bytes, or JSON text. */
  putGeometry(geometries: readonly { id: number; sha256?: Sha256; geometry?: string }[]): Promise<void>;
  update(id: number, changes: { geometry?: string; rest?: Record<string, unknown> }): Promise<void>;
  remove(ids: readonly number[]): Promise<void>;
}

// ---------------------------------------------------------------- when objects of videos are there

/** Both ends inclusive, ascending. */
export interface ObjectLife {
  figures: number;
  ranges: [first: number, last: number][];
}

export interface TimelineStore {
  /** Most objects first. */
  classes(itemId: number): Promise<{ title: string; objects: number }[]>;
  /** Undefined: there are no figures. */
  lastFrame(itemId: number): Promise<number | undefined>;
  /**
   * Frames in which each object has figures. With `step` 1 every gap is told, else those that leave a whole part
   * of `step` frames empty: an object has at most as many ranges as there are parts.
   */
  lives(itemId: number, objectIds: readonly number[], step: number): Promise<ReadonlyMap<number, ObjectLife>>;
}

// ---------------------------------------------------------------- labels of images

/** A label as it stands in the annotation of an image, and its place there. */
export interface ImageLabelRow {
  itemId: number;
  datasetId: number;
  projectId: number;
  at: number;
  label: Label | OpaqueLabel;
  /** Of the image. */
  size: { height: number; width: number };
  /** Coordinates are positions between pixels. */
  subpixel: boolean;
  createdAt: string;
  updatedAt: string;
}

/** Labels of one image from a place to another, not inclusive. */
export interface LabelRange {
  itemId: number;
  from: number;
  to: number;
}

/** Labels of a dataset, or of some of its images, in the order (image, place). */
export interface LabelsOf {
  datasetId: number;
  itemIds?: readonly number[];
  /** Only images up to this id. */
  upTo?: number;
}

export interface ImageLabelStore {
  count(of: LabelsOf): Promise<number>;
  /** At most `limit` labels behind one of them, when `skip` more are passed over. No annotation is read. */
  page(
    of: LabelsOf,
    from: { after?: { itemId: number; at: number } | undefined; skip?: number; limit: number },
  ): Promise<LabelRange[]>;
  read(ranges: readonly LabelRange[]): Promise<ImageLabelRow[]>;
  /** Reads and writes in one transaction. `work` is given what is stored; undefined = nothing changes. */
  change(
    itemIds: readonly number[],
    work: (itemId: number, annotation: ImageAnnotation, subpixel: boolean) => ImageAnnotation | undefined,
  ): Promise<void>;
}

// ---------------------------------------------------------------- tags

export interface TagOwner {
  datasetId: number;
  itemId?: number;
  objectId?: number;
  figureId?: number;
}

export interface NewEntityTag extends TagOwner {
  name: string;
  key?: string;
  /** value, frameRange and further keys. */
  rest: Record<string, unknown>;
}

export interface EntityTagRow extends Required<{ [K in keyof TagOwner]: number | null }> {
  id: number;
  name: string;
  key: string;
  rest: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
}

export interface EntityTagStore {
  add(tags: readonly NewEntityTag[]): Promise<number[]>;
  /** Of all these owners of one kind, by id. */
  of(kind: 'item' | 'object' | 'figure', ids: readonly number[]): Promise<EntityTagRow[]>;
  /** Of the dataset itself. */
  ofDataset(datasetId: number): Promise<EntityTagRow[]>;
  /** The tags of a figure are these and no others. */
  replaceOfFigure(figureId: number, tags: readonly NewEntityTag[]): Promise<void>;
  update(id: number, rest: Record<string, unknown>): Promise<void>;
  get(ids: readonly number[]): Promise<EntityTagRow[]>;
  remove(ids: readonly number[]): Promise<void>;
}

// ---------------------------------------------------------------- related images

export interface RelatedImageRow {
  id: number;
  projectId: number;
  datasetId: number;
  entityId: number;
  name: string;
  sha256: Sha256;
  size: number;
  mime: string | null;
  width: number | null;
  height: number | null;
  meta: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
}

export interface RelatedImageStore {
  /** All or none. SLY_NOT_UNIQUE when the cloud has another picture of the name. */
  add(
    images: readonly { entityId: number; name: string; sha256: Sha256; meta: Record<string, unknown> }[],
  ): Promise<RelatedImageRow[]>;
  get(ids: readonly number[]): Promise<RelatedImageRow[]>;
  list(query: ListQuery & { datasetId: number }): Promise<Listed<RelatedImageRow>>;
  remove(ids: readonly number[]): Promise<void>;
}

/** Ids from here on are related images; ids of items stay below. */
export const FIRST_RELATED_IMAGE = 1_000_000_000_000;

// ---------------------------------------------------------------- media

/** `facts` null: the bytes cannot be read, `problem` says why. */
export interface MediaRow {
  sha256: Sha256;
  facts: Record<string, unknown> | null;
  problem: string | null;
}

export interface MediaStore {
  /** Those that `reader` has looked at. */
  get(hashes: readonly Sha256[], reader: string): Promise<MediaRow[]>;
  put(row: MediaRow, reader: string): Promise<void>;
}

export interface FigureStores {
  imageLabels: ImageLabelStore;
  objects: ObjectStore;
  figures: FigureStore;
  entityTags: EntityTagStore;
  timelines: TimelineStore;
  labelCounts: LabelCounts;
  relatedImages: RelatedImageStore;
  media: MediaStore;
}
