/**
 * Labels of images stand in the JSON of their annotation and have no rows. Their ids are made of the item's id and
 * their place, in a range no row reaches. Once one of an annotation is removed, the others carry theirs in the JSON.
 */
const FIRST_LABEL = 2 ** 52;
/** More than an image can have. */
const IDS_AN_ITEM = 1_000_000;
/** Tags of the image count from the middle of the range, so that no tag has the id of a label. */
const FIRST_TAG = IDS_AN_ITEM / 2;

const firstOf = (itemId: number): number => FIRST_LABEL + itemId * IDS_AN_ITEM;

export const isLabelId = (id: number): boolean => id > FIRST_LABEL;
export const itemOfLabel = (id: number): number => Math.floor((id - FIRST_LABEL) / IDS_AN_ITEM);

/** `object` is the label as it is stored, `at` its place. An id of another server or item is not this one's. */
export function labelId(itemId: number, object: object, at: number): number {
  const id = 'id' in object ? object.id : undefined;
  const first = firstOf(itemId);
  if (typeof id === 'number' && id > first && id < first + FIRST_TAG) return id;
  return first + at + 1;
}

/** Ids for tags, one after the other. */
export function tagIds(itemId: number): () => number {
  let next = firstOf(itemId) + FIRST_TAG;
  return () => {
    next += 1;
    return next;
  };
}
