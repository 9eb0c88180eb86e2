/** Whose data a request about figures, objects and tags touches: ids of several kinds share its fields. */
import { FIRST_RELATED_IMAGE } from '../../store/repositories/figures.ts';
import type { Scope } from '../method.ts';
import { isLabelId, itemOfLabel } from './label-ids.ts';

/** Items and related images. */
export function entityScope(ids: readonly number[]): Scope {
  return {
    items: ids.filter((id) => id < FIRST_RELATED_IMAGE),
    relatedImages: ids.filter((id) => id >= FIRST_RELATED_IMAGE),
  };
}

/** Rows of figures, and labels of images. */
export function figureScope(ids: readonly number[]): Scope {
  return {
    figures: ids.filter((id) => !isLabelId(id)),
    items: ids.filter(isLabelId).map(itemOfLabel),
  };
}

/** The entities that a filter of a list names. */
export function entitiesOfFilter(
  filter: readonly { field: string; value?: unknown }[] | null | undefined,
): number[] {
  const values = (filter ?? []).filter((one) => one.field === 'entityId').flatMap((one) => one.value);
  return values.map(Number).filter((id) => Number.isSafeInteger(id) && id > 0);
}
