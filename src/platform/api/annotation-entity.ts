/**
 * An image's annotation as the API answers it: coordinates as asked, ids filled in.
 * Objects and tags have no rows of their own; their ids are made of the item's id and their place, so that they
 * are the same at every read as long as the annotation is.
 */
import type { ImageAnnotation, ProjectMeta, Tag } from '../../format/model.ts';
import { toPixel, toSubpixel } from '../../format/subpixel.ts';
import type { ItemRow, StoredAnnotation } from '../store/repositories.ts';

/** More objects than an image can have; ids stay below 2^53 for 9 billion items. */
const IDS_AN_ITEM = 1_000_000;

export interface MetaIds {
  classes: ReadonlyMap<string, number>;
  tags: ReadonlyMap<string, number>;
}

export function metaIds(meta: ProjectMeta): MetaIds {
  return {
    classes: new Map(meta.classes.flatMap((one) => (one.id === undefined ? [] : [[one.title, one.id]]))),
    tags: new Map(meta.tags.flatMap((one) => (one.id === undefined ? [] : [[one.name, one.id]]))),
  };
}

export function annotationEntity(
  stored: StoredAnnotation,
  item: ItemRow,
  options: { ids: MetaIds; integerCoords: boolean },
): Record<string, unknown> {
  const times = { createdAt: stored.createdAt, updatedAt: stored.updatedAt };
  const annotation = withCoordinates(stored, options.integerCoords);
  const base = item.id * IDS_AN_ITEM;
  // Image tags count from the end of the range, so that no tag has the id of another.
  const tagIds = counter(base + IDS_AN_ITEM / 2);
  const withTag = (tag: Tag): Tag => ({
    labelerLogin: null,
    ...times,
    ...tag,
    id: storedId(tag.id) ?? tagIds(),
    tagId: options.ids.tags.get(tag.name) ?? null,
  });
  return {
    imageId: item.id,
    imageName: item.name,
    datasetId: item.datasetId,
    ...times,
    annotation: {
      ...annotation,
      tags: annotation.tags.map(withTag),
      objects: annotation.objects.map((object, at) => ({
        description: '',
        labelerLogin: null,
        nnCreated: false,
        nnUpdated: false,
        ...times,
        ...object,
        id: storedId(object.id) ?? base + at + 1,
        classId: options.ids.classes.get(object.classTitle) ?? null,
        tags: (object.tags ?? []).map(withTag),
      })),
    },
  };
}

/** An import may have stored an object whose geometry cannot be moved: it is answered as it is, not the others lost. */
function withCoordinates(stored: StoredAnnotation, integerCoords: boolean): ImageAnnotation {
  const whole = {
    ...stored.annotation,
    tags: stored.annotation.tags ?? [],
    objects: stored.annotation.objects ?? [],
  };
  if (integerCoords === !stored.subpixel) return whole;
  const convert = integerCoords ? toPixel : toSubpixel;
  try {
    return convert(whole);
  } catch {
    const objects = whole.objects.map((object) => {
      try {
        return convert({ ...whole, objects: [object] }).objects[0] ?? object;
      } catch {
        return object;
      }
    });
    return { ...whole, objects };
  }
}

function counter(start: number): () => number {
  let next = start;
  return () => {
    next += 1;
    return next;
  };
}

function storedId(id: unknown): number | undefined {
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
