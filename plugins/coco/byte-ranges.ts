/**
 * Where the entries of one list of a JSON file lie, 20 bytes an entry, in the order of the file; later also
 * grouped by the item they belong to. What was parsed is not kept: COCO's annotations of one image lie all
 * over the file.
 */
import type { FoundAnnotation } from './annotation-fields.ts';

/** Of an entry that belongs to no item. */
export const NO_ITEM = 0xffffffff;

const NAN_BIT = 0x80000000;

export interface ByteRanges {
  readonly count: number;
  add(entry: Pick<FoundAnnotation, 'offset' | 'length' | 'image'>, hasNan: boolean): void;
  offset(entry: number): number;
  length(entry: number): number;
  hasNan(entry: number): boolean;
  /** Id code of the image, until `group`. */
  image(entry: number): number;
  /** Says which item each entry belongs to; to be called once. */
  group(items: number, itemOf: (imageId: number, entry: number) => number): void;
  /** Entries of items `[from, to)`, item by item, in file order within one. */
  ofItems(from: number, to: number): Uint32Array;
  /** Bytes of all entries of an item. */
  bytesOf(item: number): number;
  /** Entries of one item as a part of what `ofItems` gives: how many. */
  countOf(item: number): number;
}

export function createByteRanges(): ByteRanges {
  let capacity = 1024;
  let count = 0;
  let offsets = new Float64Array(capacity);
  let lengths = new Uint32Array(capacity);
  let images = new Float64Array(capacity);
  /** Entries sorted by item, and where those of an item begin. */
  let order = new Uint32Array(0);
  let starts = new Uint32Array(1);

  function grow(): void {
    capacity *= 2;
    offsets = copied(offsets, new Float64Array(capacity));
    lengths = copied(lengths, new Uint32Array(capacity));
    images = copied(images, new Float64Array(capacity));
  }

  return {
    get count() {
      return count;
    },
    add({ offset, length, image }, hasNan) {
      if (count === capacity) grow();
      offsets[count] = offset;
      lengths[count] = hasNan ? length | NAN_BIT : length;
      images[count] = image;
      count++;
    },
    offset: (entry) => offsets[entry] ?? 0,
    length: (entry) => (lengths[entry] ?? 0) & ~NAN_BIT,
    hasNan: (entry) => ((lengths[entry] ?? 0) & NAN_BIT) !== 0,
    image: (entry) => images[entry] ?? Number.NaN,
    group(items, itemOf) {
      const belongs = new Uint32Array(count);
      starts = new Uint32Array(items + 1);
      for (let i = 0; i < count; i++) {
        const item = itemOf(images[i] ?? Number.NaN, i);
        belongs[i] = item;
        if (item < items) starts[item + 1] = (starts[item + 1] ?? 0) + 1;
      }
      for (let item = 0; item < items; item++)
        starts[item + 1] = (starts[item + 1] ?? 0) + (starts[item] ?? 0);
      const next = starts.slice();
      order = new Uint32Array(starts[items] ?? 0);
      for (let i = 0; i < count; i++) {
        const item = belongs[i] ?? NO_ITEM;
        if (item >= items) continue;
        const at = next[item] ?? 0;
        order[at] = i;
        next[item] = at + 1;
      }
      images = new Float64Array(0);
    },
    ofItems: (from, to) => order.subarray(starts[from] ?? 0, starts[to] ?? 0),
    countOf: (item) => (starts[item + 1] ?? 0) - (starts[item] ?? 0),
    bytesOf(item) {
      let bytes = 0;
      for (let at = starts[item] ?? 0; at < (starts[item + 1] ?? 0); at++)
        bytes += (lengths[order[at] ?? 0] ?? 0) & ~NAN_BIT;
      return bytes;
    },
  };
}

function copied<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
