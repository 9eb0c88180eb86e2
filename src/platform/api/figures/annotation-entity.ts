/**
 * An image's annotation as the API answers it: coordinates as asked, ids filled in.
 * Objects and tags have no rows of their own; their ids are made of the item's id and their place, so that they
 * are the same at every read as long as the annotation is. Figures that were added apart have their rows' ids.
 */
import type { ImageAnnotation, ProjectMeta, Tag } from '../../../format/model.ts';
import { toPixel, toSubpixel } from '../../../format/subpixel.ts';
import { figureLabel } from '../../store/figure-label.ts';
import type { StoredAnnotation } from '../../store/repositories/annotations.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { TaggedFigure } from './annotation-figures.ts';
import { labelId, tagIds } from './label-ids.ts';

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
  options: { ids: MetaIds; integerCoords: boolean; figures?: readonly TaggedFigure[] },
): Record<string, unknown> {
  const times = { createdAt: stored.createdAt, updatedAt: stored.updatedAt };
  const annotation = withCoordinates(stored, options.integerCoords);
  const figures = (options.figures ?? []).map((figure) => ({
    ...figureLabel(figure, figure.tags),
    id: figure.id,
    key: figure.key,
    createdAt: figure.createdAt,
    updatedAt: figure.updatedAt,
  }));
  // What was added apart from the annotation is kept as it came, which is in positions.
  const apart = withCoordinates(
    { ...stored, subpixel: true, annotation: { ...stored.annotation, objects: figures, tags: [] } },
    options.integerCoords,
  );
  // The image's own tags come first, so that they have the same ids when they are read alone.
  const withTag = tagEntities(item.id, times, options.ids);
  return {
    imageId: item.id,
    imageName: item.name,
    datasetId: item.datasetId,
    ...times,
    annotation: {
      ...annotation,
      tags: annotation.tags.map(withTag),
      objects: [...annotation.objects, ...apart.objects].map((object, at) => ({
        description: '',
        labelerLogin: null,
        nnCreated: false,
        nnUpdated: false,
        ...times,
        ...object,
        id: at < annotation.objects.length ? labelId(item.id, object, at) : object.id,
        classId: options.ids.classes.get(object.classTitle) ?? null,
        tags: (object.tags ?? []).map(withTag),
      })),
    },
  };
}

interface TagFields {
  id: number;
  tagId: number | null;
  createdAt: string;
  updatedAt: string;
}

/** To be called with the tags of one annotation in their order. */
export function tagEntities(
  itemId: number,
  times: { createdAt: string; updatedAt: string },
  ids: MetaIds,
): (tag: Tag) => Tag & TagFields {
  const nextId = tagIds(itemId);
  return (tag) => ({
    labelerLogin: null,
    ...times,
    ...tag,
    id: storedId(tag.id) ?? nextId(),
    tagId: ids.tags.get(tag.name) ?? null,
  });
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

function storedId(id: unknown): number | undefined {
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
