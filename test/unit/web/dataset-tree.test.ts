import { expect, test } from 'vitest';
import { datasetTree, treeRows } from '../../../web/src/projects/dataset-tree.ts';
import { filterQuery, itemsOf, readFilter } from '../../../web/src/projects/gallery-filter.ts';

const dataset = (id: number, name: string, parentId: number | null, itemsCount: number) => ({
  id,
  name,
  parentId,
  itemsCount,
  size: itemsCount * 10,
  path: name,
});

test('datasets as a tree: items of all below, names in the order people count', () => {
  const tree = datasetTree([
    dataset(3, 'part10', 1, 5),
    dataset(2, 'part9', 1, 7),
    dataset(1, 'train', null, 1),
    dataset(9, 'orphan', 77, 2),
  ]);
  const rows = treeRows(tree, () => true).map((row) => [row.dataset.name, row.depth, row.items, row.size]);
  expect(rows).toEqual([
    ['orphan', 0, 2, 20],
    ['train', 0, 13, 130],
    ['part9', 1, 7, 70],
    ['part10', 1, 5, 50],
  ]);
  expect(treeRows(tree, () => false)).toHaveLength(2);
});

test('what is looked at goes into the address and comes back; nonsense is ignored', () => {
  const filter = { dataset: 3, name: 'a&b', classId: 7, tagId: 9, tagOf: 'object' as const };
  expect(readFilter(new URLSearchParams(filterQuery(filter)))).toEqual(filter);
  expect(filterQuery(readFilter(new URLSearchParams('?dataset=-1&class=x&tag=1e999')))).toBe('');
  expect(itemsOf({ id: 5 }, filter)).toEqual({
    datasetId: 3,
    recursive: true,
    filter: [],
    filters: [
      { type: 'images_filename', data: { value: 'a&b' } },
      { type: 'objects_class', data: { classId: 7 } },
      { type: 'objects_tag', data: { tagId: 9 } },
    ],
  });
});
