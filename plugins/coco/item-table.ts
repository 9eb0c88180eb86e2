/** The items of an import, by number: a few bytes each beside their name and path. */
import { createTextColumn } from '../../src/plugin-kit/text-column.ts';

export interface ItemTable {
  readonly count: number;
  /** Names of datasets, in the order they came. */
  readonly datasets: readonly string[];
  /** Returns its number. `file`: path in the tree, undefined for a link. Pixels as the first record has them. */
  add(item: NewItem): number;
  /** Index in `datasets`. */
  dataset(item: number): number;
  name(item: number): string;
  file(item: number): string | undefined;
  /** 0 when nobody said. */
  width(item: number): number;
  height(item: number): number;
}

interface NewItem {
  dataset: string;
  name: string;
  file: string | undefined;
  width: number | undefined;
  height: number | undefined;
}

export function createItemTable(): ItemTable {
  const datasets: string[] = [];
  const numbers = new Map<string, number>();
  const names = createTextColumn();
  let count = 0;
  const files: (string | undefined)[] = [];
  let columns = { dataset: new Uint32Array(256), width: new Uint32Array(256), height: new Uint32Array(256) };

  function datasetNumber(name: string): number {
    let number = numbers.get(name);
    if (number === undefined) {
      number = datasets.push(name) - 1;
      numbers.set(name, number);
    }
    return number;
  }

  return {
    get count() {
      return count;
    },
    datasets,
    add({ dataset, name, file, width, height }) {
      const item = names.add(name);
      count++;
      files.push(file);
      if (item === columns.dataset.length)
        columns = {
          dataset: doubled(columns.dataset),
          width: doubled(columns.width),
          height: doubled(columns.height),
        };
      columns.dataset[item] = datasetNumber(dataset);
      columns.width[item] = width ?? 0;
      columns.height[item] = height ?? 0;
      return item;
    },
    dataset: (item) => columns.dataset[item] ?? 0,
    name: (item) => names.get(item) ?? '',
    file: (item) => files[item],
    width: (item) => columns.width[item] ?? 0,
    height: (item) => columns.height[item] ?? 0,
  };
}

function doubled(from: Uint32Array): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(2 * from.length);
  to.set(from);
  return to;
}
