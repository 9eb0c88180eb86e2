/** Figures of images that were added apart from the annotation, as labels of it. */
import type { Tag } from '../../../format/model.ts';
import type { FigureRow } from '../../store/repositories/figures.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { isLabelId } from './label-ids.ts';
import { grouped } from './label-json.ts';

export type TaggedFigure = FigureRow & { tags: readonly Tag[] };

/** With their tags, which are rows too. */
export async function withTags(
  stores: Pick<Stores, 'entityTags'>,
  figures: readonly FigureRow[],
): Promise<TaggedFigure[]> {
  if (figures.length === 0) return [];
  const ids = figures.map(({ id }) => id);
  const tags = grouped(await stores.entityTags.of('figure', ids), (tag) => tag.figureId);
  return figures.map((figure) => ({
    ...figure,
    tags: (tags.get(figure.id) ?? []).map(({ rest, id, name, createdAt, updatedAt }) => ({
      ...rest,
      id,
      name,
      createdAt,
      updatedAt,
    })),
  }));
}

/**
 * A client that sends an annotation back may name a figure without its geometry: that figure stays as it is. One that
 * comes with a geometry is a label like the others, and gets the id of its place.
 */
export function withoutKept<T extends { id?: unknown; geometryType?: unknown }>(
  objects: readonly T[],
  figures: readonly FigureRow[],
): { objects: T[]; kept: number[] } {
  const ids = new Set<unknown>(figures.map(({ id }) => id));
  const isKept = (object: T): boolean => ids.has(object.id) && !GEOMETRY_KEYS.some((key) => key in object);
  return {
    objects: objects.filter((object) => !isKept(object)).map(withoutOwnId),
    kept: objects.filter(isKept).map(({ id }) => Number(id)),
  };
}

function withoutOwnId<T extends { id?: unknown }>(object: T): T {
  if (typeof object.id !== 'number' || !isLabelId(object.id)) return object;
  const { id: _id, ...others } = object;
  return others as T;
}

/** Keys of the geometries of images, beside those that say which it is. */
export const GEOMETRY_KEYS = [
  ...['points', 'bitmap', 'nodes', 'parts', 'vertices', 'faces', 'multichannelBitmap', 'angle'],
  ...['position', 'rotation', 'dimensions', 'face'],
] as const;
