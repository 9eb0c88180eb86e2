/** Counts a project's annotations one by one; holds numbers by class and tag, never an annotation. */
import type { ImageAnnotation } from '../../format/model.ts';
import type { Statistics } from '../ports/statistics.ts';
import type { AnnotationText } from '../store/repositories/annotations.ts';
import { createBins, OBJECT_BINS } from './bins.ts';
import { labelArea, type MaskBudget } from './label-area.ts';
import { entry } from './label-tally.ts';
import { createSizeCounts } from './size-counts.ts';

/** Masks are measured up to here, some tens of seconds; beyond it they are counted without their area. */
const MASKS = 50_000;
const MASK_PIXELS = 4e9;

interface ClassCount {
  objects: number;
  items: number;
  measured: number;
  share: number;
}

interface TagCount {
  items: number;
  objects: number;
}

export interface Tally {
  add(row: AnnotationText): void;
  result(): Statistics;
}

export function createTally(): Tally {
  const classes = new Map<string, ClassCount>();
  const tags = new Map<string, TagCount>();
  const sizes = createSizeCounts();
  const bins = createBins(OBJECT_BINS);
  const budget: MaskBudget = { masks: MASKS, pixels: MASK_PIXELS };
  let items = 0;
  let annotated = 0;
  let objects = 0;

  function addObjects(annotation: ImageAnnotation, subpixel: boolean, pixels: number): void {
    const areas = new Map<string, number>();
    const seen = new Set<string>();
    for (const object of annotation.objects ?? []) {
      const one = entry(classes, object.classTitle, { objects: 0, items: 0, measured: 0, share: 0 });
      one.objects++;
      if (!seen.has(object.classTitle)) one.items++;
      seen.add(object.classTitle);
      const area = labelArea(object, { subpixel, budget });
      if (area !== undefined) areas.set(object.classTitle, (areas.get(object.classTitle) ?? 0) + area);
      for (const name of namesOf(object.tags)) entry(tags, name, { items: 0, objects: 0 }).objects++;
    }
    if (pixels === 0) return;
    for (const [title, area] of areas) {
      const one = classes.get(title);
      if (one === undefined) continue;
      one.measured++;
      // Objects of a class may overlap, and reach beyond the image.
      one.share += Math.min(1, area / pixels);
    }
  }

  return {
    add({ width, height, annotation: text, subpixel }) {
      items++;
      const annotation = text === null ? undefined : (JSON.parse(text) as ImageAnnotation);
      const [w, h] = [width ?? annotation?.size?.width ?? 0, height ?? annotation?.size?.height ?? 0];
      sizes.add(w, h);
      const count = annotation?.objects?.length ?? 0;
      bins.add(count);
      objects += count;
      if (annotation === undefined) return;
      if (count > 0 || (annotation.tags?.length ?? 0) > 0) annotated++;
      addObjects(annotation, subpixel, w * h);
      for (const name of namesOf(annotation.tags)) entry(tags, name, { items: 0, objects: 0 }).items++;
    },

    result() {
      return {
        items,
        annotated,
        objects,
        figures: objects,
        frames: null,
        classes: [...classes].map(([title, one]) => ({
          title,
          objects: one.objects,
          figures: one.objects,
          items: one.items,
          share: one.measured === 0 ? null : one.share / one.measured,
        })),
        tags: [...tags].map(([name, one]) => ({ name, ...one })),
        objectsPerItem: bins.result(),
        lengths: [],
        ...sizes.result(),
        everyMaskMeasured: budget.masks > 0 && budget.pixels > 0,
      };
    },
  };
}

/** Names once, however often an object has the tag. */
function namesOf(tags: readonly { name: string }[] | undefined): Set<string> {
  return new Set((tags ?? []).map((one) => one.name));
}
