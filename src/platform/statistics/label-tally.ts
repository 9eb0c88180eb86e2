/**
 * Counts what is on videos, point clouds and volumes, row by row. Holds numbers by class and tag, and of single items
 * only those of the page that is being counted.
 */
import type { Statistics } from '../ports/statistics.ts';
import { createBins, LENGTH_BINS, OBJECT_BINS } from './bins.ts';
import { createSizeCounts } from './size-counts.ts';

export interface ItemFacts {
  id: number;
  width: number;
  height: number;
  /** Of volumes. */
  depth?: number;
  /** Of videos; 0 = not known. */
  framesCount?: number;
  seconds?: number;
}

export interface PageTally {
  object(row: { itemId: number; title: string }): void;
  /** In the order of items, planes, frames. `frame` -1: of no frame. */
  figure(row: { itemId: number; plane: string; frame: number; title: string | null }): void;
  tag(row: { itemId: number; name: string }): void;
  end(): void;
}

export interface LabelTally {
  /** What follows is of these items. */
  page(items: readonly ItemFacts[]): PageTally;
  /** Of the dataset, not of an item. */
  object(title: string): void;
  /** Of an object or a figure. */
  objectTag(name: string): void;
  result(): Statistics;
}

interface OfItem {
  objects: number;
  figures: number;
  titles: Set<string>;
  tags: Set<string>;
}

/** `counts` says what `objectsPerItem` is of: objects of a point cloud belong to its dataset. */
export function createLabelTally(options: { isVideo: boolean; counts: 'objects' | 'figures' }): LabelTally {
  const classes = new Map<string, { objects: number; figures: number; items: number }>();
  const tags = new Map<string, { items: number; objects: number }>();
  const sizes = createSizeCounts();
  const perItem = createBins(OBJECT_BINS);
  const lengths = createBins(LENGTH_BINS);
  const frames = { total: 0, labelled: 0 };
  let [items, annotated, objects, figures] = [0, 0, 0, 0];

  const classOf = (title: string) => entry(classes, title, { objects: 0, figures: 0, items: 0 });
  const tagOf = (name: string) => entry(tags, name, { items: 0, objects: 0 });

  function addFacts({ width, height, depth, framesCount = 0, seconds = 0 }: ItemFacts): void {
    items++;
    if (width > 0 || depth !== undefined || options.isVideo) sizes.add(width, height, depth);
    frames.total += framesCount;
    if (seconds > 0) lengths.add(Math.ceil(seconds));
  }

  return {
    page(facts) {
      const seen = new Map<number, OfItem>();
      for (const one of facts) {
        addFacts(one);
        seen.set(one.id, { objects: 0, figures: 0, titles: new Set(), tags: new Set() });
      }
      let last = '';
      return {
        object({ itemId, title }) {
          const item = seen.get(itemId);
          if (item === undefined) return;
          objects++;
          item.objects++;
          item.titles.add(title);
          classOf(title).objects++;
        },
        figure({ itemId, plane, frame, title }) {
          const item = seen.get(itemId);
          if (item === undefined) return;
          figures++;
          item.figures++;
          if (title !== null) {
            item.titles.add(title);
            classOf(title).figures++;
          }
          const place = `${itemId} ${frame} ${plane}`;
          if (frame >= 0 && place !== last) frames.labelled++;
          last = place;
        },
        tag({ itemId, name }) {
          seen.get(itemId)?.tags.add(name);
        },
        end() {
          for (const one of seen.values()) {
            perItem.add(one[options.counts]);
            if (one.objects + one.figures + one.tags.size > 0) annotated++;
            for (const title of one.titles) classOf(title).items++;
            for (const name of one.tags) tagOf(name).items++;
          }
        },
      };
    },
    object(title) {
      objects++;
      classOf(title).objects++;
    },
    objectTag(name) {
      tagOf(name).objects++;
    },
    result: () => ({
      items,
      annotated,
      objects,
      figures,
      frames: options.isVideo ? frames : null,
      classes: [...classes].map(([title, one]) => ({ title, ...one, share: null })),
      tags: [...tags].map(([name, one]) => ({ name, ...one })),
      objectsPerItem: perItem.result(),
      lengths: options.isVideo ? lengths.result() : [],
      ...sizes.result(),
      everyMaskMeasured: true,
    }),
  };
}

export function entry<T>(map: Map<string, T>, key: string, fresh: T): T {
  const there = map.get(key);
  if (there !== undefined) return there;
  map.set(key, fresh);
  return fresh;
}
