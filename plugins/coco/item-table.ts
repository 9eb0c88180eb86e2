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

/** Room for `most` items. */
export function createItemTable(most: number): ItemTable {
  const datasets: string[] = [];
  const numbers = new Map<string, number>();
  const names = createTextColumn();
  /** Only when there are pictures. */
  let files: (string | undefined)[] | undefined;
  const [datasetOf, widths, heights] = [
    new Uint32Array(most),
    new Uint32Array(most),
    new Uint32Array(most),
  ] as const;
  let count = 0;

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
      names.add(name);
      if (file !== undefined) {
        files ??= new Array<undefined>(most);
        files[count] = file;
      }
      datasetOf[count] = datasetNumber(dataset);
      widths[count] = width ?? 0;
      heights[count] = height ?? 0;
      return count++;
    },
    dataset: (item) => datasetOf[item] ?? 0,
    name: (item) => names.get(item) ?? '',
    file: (item) => files?.[item],
    width: (item) => widths[item] ?? 0,
    height: (item) => heights[item] ?? 0,
  };
}
