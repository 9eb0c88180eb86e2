/** Annotations of images. */
import type { ImageAnnotation, Tag } from '../../../format/model.ts';

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
