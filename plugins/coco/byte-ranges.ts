/**
 * Where the entries of one list of a JSON file lie, 12 bytes an entry, in the order of the file; later also
 * grouped by the item they belong to. What was parsed is not kept: COCO's annotations of one image lie all
 * over the file.
 */
import { freeBuffer } from '../../src/plugin-kit/free-buffer.ts';
import type { FoundAnnotation } from './annotation-fields.ts';

/** Of an entry that belongs to no item. */
export const NO_ITEM = 0xffffffff;

/** Lengths carry a bit: the entry has numbers that JSON.parse does not take. */
const NAN_BIT = 0x80000000;
export const SIZE_MASK = 0x7fffffff;
export const wasNan = (sized: number): boolean => sized >= NAN_BIT;

export interface ByteRanges {
  readonly count: number;
  /** Of all entries. */
  readonly bytes: number;
  add(entry: Pick<FoundAnnotation, 'offset' | 'length' | 'image'>, hasNan: boolean): void;
  offset(entry: number): number;
  length(entry: number): number;
  /** Length with the bit of `wasNan`. */
  sized(entry: number): number;
  /** Says which item each entry belongs to; to be called once. */
  group(items: number, itemOf: (imageId: number, entry: number) => number): void;
  /** Entries of items `[from, to)`, item by item, in file order within one. */
  ofItems(from: number, to: number): Uint32Array;
  /** Bytes of all entries of an item. */
  bytesOf(item: number): number;
  /** Entries of one item as a part of what `ofItems` gives: how many. */
  countOf(item: number): number;
}

const CHUNK_BITS = 15;
const CHUNK = 1 << CHUNK_BITS;

const NOTHING = new Int32Array(0);
const MOST_32 = 2 ** 32 - 1;

interface Chunk {
  /** Offset of its first entry. */
  base: number;
  /** From `base`; in doubles where an entry is 4 GB behind it. */
  offsets: Uint32Array | Float64Array;
  lengths: Uint32Array;
  /**
   * Id codes of the images, in doubles where one is no number of 32 bits; then numbers of items. Not needed any more
   * once the entries are grouped.
   */
  images: Int32Array | Float64Array | undefined;
}

export function createByteRanges(): ByteRanges {
  // Pieces instead of one array that is copied to grow: nothing of it is ever garbage.
  const chunks: Chunk[] = [];
  let count = 0;
  let bytes = 0;
  /** Entries sorted by item, and where those of an item begin. */
  let order = new Uint32Array(0);
  let starts = new Uint32Array(1);

  let last: Chunk | undefined;

  /** A new piece, or the first one, which begins small, enlarged. */
  function moreRoom(at: number, offset: number): Chunk {
    const size = count < CHUNK ? Math.min(CHUNK, Math.max(64, 2 * at)) : CHUNK;
    let chunk: Chunk = {
      base: offset,
      offsets: new Uint32Array(size),
      lengths: new Uint32Array(size),
      images: new Int32Array(size),
    };
    if (at > 0 && last !== undefined) {
      chunk = {
        base: last.base,
        offsets: last.offsets instanceof Uint32Array ? chunk.offsets : new Float64Array(size),
        lengths: chunk.lengths,
        images: last.images instanceof Int32Array ? chunk.images : new Float64Array(size),
      };
      chunk.offsets.set(last.offsets);
      chunk.lengths.set(last.lengths);
      chunk.images?.set(last.images ?? []);
      chunks.pop();
    }
    chunks.push(chunk);
    last = chunk;
    return chunk;
  }

  const sized = (entry: number): number => chunks[entry >>> CHUNK_BITS]?.lengths[entry & (CHUNK - 1)] ?? 0;

  return {
    get count() {
      return count;
    },
    get bytes() {
      return bytes;
    },
    add({ offset, length, image }, hasNan) {
      const at = count & (CHUNK - 1);
      const chunk = at < (last?.offsets.length ?? 0) && at > 0 ? (last as Chunk) : moreRoom(at, offset);
      const from = offset - chunk.base;
      if (from > MOST_32 && chunk.offsets instanceof Uint32Array)
        chunk.offsets = Float64Array.from(chunk.offsets);
      chunk.offsets[at] = from;
      chunk.lengths[at] = hasNan ? length | NAN_BIT : length;
      if (image !== (image | 0) && chunk.images instanceof Int32Array)
        chunk.images = Float64Array.from(chunk.images);
      if (chunk.images !== undefined) chunk.images[at] = image;
      bytes += length;
      count++;
    },
    offset(entry) {
      const chunk = chunks[entry >>> CHUNK_BITS];
      return chunk === undefined ? 0 : chunk.base + (chunk.offsets[entry & (CHUNK - 1)] ?? 0);
    },
    length: (entry) => sized(entry) & SIZE_MASK,
    sized,
    group(items, itemOf) {
      starts = new Uint32Array(items + 1);
      for (let i = 0; i < count; i++) {
        const chunk = chunks[i >>> CHUNK_BITS];
        const images = chunk?.images ?? NOTHING;
        const item = itemOf(images[i & (CHUNK - 1)] ?? Number.NaN, i);
        // In place of the image: there are many entries, and another column would be needed for a moment only.
        images[i & (CHUNK - 1)] = item;
        if (item < items) starts[item + 1] = (starts[item + 1] ?? 0) + 1;
      }
      for (let item = 0; item < items; item++)
        starts[item + 1] = (starts[item + 1] ?? 0) + (starts[item] ?? 0);
      const next = starts.slice();
      order = new Uint32Array(starts[items] ?? 0);
      for (let i = 0; i < count; i++) {
        const item = (chunks[i >>> CHUNK_BITS]?.images?.[i & (CHUNK - 1)] ?? NO_ITEM) >>> 0;
        if (item >= items) continue;
        const at = next[item] ?? 0;
        order[at] = i;
        next[item] = at + 1;
      }
      for (const chunk of chunks) {
        freeBuffer(chunk.images ?? NOTHING);
        chunk.images = undefined;
      }
      freeBuffer(next);
    },
    ofItems: (from, to) => order.subarray(starts[from] ?? 0, starts[to] ?? 0),
    countOf: (item) => (starts[item + 1] ?? 0) - (starts[item] ?? 0),
    bytesOf(item) {
      let own = 0;
      const end = starts[item + 1] ?? 0;
      for (let at = starts[item] ?? 0; at < end; at++) own += sized(order[at] ?? 0) & SIZE_MASK;
      return own;
    },
  };
}
