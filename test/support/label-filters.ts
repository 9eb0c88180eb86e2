/** Lists filtered by labels, against looking at every item. */
import path from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import type { Tag } from '../../src/format/model.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openDatabase } from '../../src/platform/store/database.ts';
import type { ItemFilter } from '../../src/platform/store/repositories/items.ts';
import { createStores } from '../../src/platform/store/stores.ts';
import { assertNoFullScans } from './query-plans.ts';
import { tempFolder } from './temp-folder.ts';

/** A database of its own; every statement on it is explained at the end of the test. */
export function openStores() {
  const file = path.join(tempFolder('labels'), 'platform.sqlite');
  const db = openDatabase(file);
  onTestFinished(async () => {
    await db.close();
    assertNoFullScans(file);
  });
  return { db, stores: createStores(db, { clock: systemClock }) };
}

export const CLASSES = ['car', 'dog'];
export const tagArbitrary: fc.Arbitrary<Tag> = fc.record(
  { name: fc.constantFrom('wet', 'score'), value: fc.constantFrom(5, '5', 'x', 'y'.repeat(150)) },
  { requiredKeys: ['name'] },
);

export const labelFilters: readonly ItemFilter[] = [true, false].flatMap((include): ItemFilter[] => [
  { by: 'class', title: 'car', from: 1, to: 99, include },
  { by: 'class', title: 'car', from: 1, to: Number.MAX_SAFE_INTEGER, include },
  { by: 'class', title: 'car', from: 2, to: 2, include },
  { by: 'class', title: 'dog', from: 0, to: 1, include },
  { by: 'class', title: 'dog', from: 3, to: 2, include },
  { by: 'tag', name: 'wet', include },
  { by: 'tag', name: 'score', value: '5', include },
  { by: 'tag', name: 'score', value: 5, include },
  { by: 'objectTag', name: 'wet', include },
  { by: 'objectTag', name: 'score', value: '5', include },
  { by: 'objectTag', name: 'score', value: 5, include },
  { by: 'objectTag', name: 'wet', value: 'y'.repeat(150), include },
]);

/** All that is on one item. */
export interface Seen {
  /** Classes of its objects, one entry an object. */
  titles: readonly (string | null)[];
  tags: readonly Tag[];
  objectTags: readonly Tag[];
}

export function passes(filter: ItemFilter, { titles, tags, objectTags }: Seen): boolean {
  if (filter.by === 'name') throw new Error('no filter of labels');
  if (filter.by !== 'class')
    return (filter.by === 'tag' ? tags : objectTags).some((tag) => fits(tag, filter)) === filter.include;
  const count = titles.filter((one) => one === filter.title).length;
  return (count >= filter.from && count <= filter.to) === filter.include;
}

const fits = (tag: Tag, filter: { name: string; value?: string | number }): boolean =>
  tag.name === filter.name &&
  (filter.value === undefined ||
    tag.value === filter.value ||
    (typeof filter.value === 'string' && String(tag.value) === filter.value));
