/** What the first pass keeps of the entries of `images`, by their index in the file. */
import { freeBuffer } from '../../src/plugin-kit/free-buffer.ts';
import { createTextColumn } from '../../src/plugin-kit/text-column.ts';
import { toNumber } from '../../src/plugin-kit/to-number.ts';
import type { IdCodes } from './id-code.ts';

export interface ImageRecord {
  /** Id code; NaN where there is none. */
  id: number;
  /** `file_name`, or where it is no text the address. */
  name: string | undefined;
  /** Pixels, at least 1. */
  width: number | undefined;
  height: number | undefined;
  /** Of the first address the record has; 0 when it has none. Different ones have different keys. */
  urlKey: number;
}

export interface ImageRecords {
  /** Indexes run up to it, also over entries that are no objects. */
  readonly count: number;
  set(index: number, element: Readonly<Record<string, unknown>>): void;
  /** Undefined for entries that are no objects. */
  get(index: number): ImageRecord | undefined;
  /** Id code of the image, undefined as for `get`. */
  id(index: number): number | undefined;
  /** Gives the memory back; there are no records afterwards. */
  clear(): void;
}

export function createImageRecords(idOf: IdCodes): ImageRecords {
  let ids = new Float64Array(256);
  let urlKeys = new Float64Array(256);
  let widths = new Uint32Array(256);
  let heights = new Uint32Array(256);
  /** Number of its texts, from 1. */
  let places = new Uint32Array(256);
  const names = createTextColumn();
  let count = 0;

  function grow(least: number): void {
    const size = Math.max(least, 2 * ids.length);
    const grown = { ids, urlKeys, widths, heights, places };
    urlKeys = new Float64Array(size);
    urlKeys.set(grown.urlKeys);
    ids = new Float64Array(size);
    widths = new Uint32Array(size);
    heights = new Uint32Array(size);
    places = new Uint32Array(size);
    ids.set(grown.ids);
    widths.set(grown.widths);
    heights.set(grown.heights);
    places.set(grown.places);
  }

  return {
    get count() {
      return count;
    },
    set(index, element) {
      if (index >= ids.length) grow(index + 1);
      count = Math.max(count, index + 1);
      const { file_name: fileName } = element;
      ids[index] = idOf(element.id);
      widths[index] = side(element.width) ?? 0;
      heights[index] = side(element.height) ?? 0;
      const url = urlOf(element);
      urlKeys[index] = url === undefined ? 0 : keyOf(url);
      places[index] = 1 + names.add(typeof fileName === 'string' && fileName !== '' ? fileName : url);
    },
    get(index) {
      const place = (places[index] ?? 0) - 1;
      if (place < 0) return undefined;
      return {
        id: ids[index] ?? Number.NaN,
        name: names.get(place),
        width: widths[index] || undefined,
        height: heights[index] || undefined,
        urlKey: urlKeys[index] ?? 0,
      };
    },
    id: (index) => ((places[index] ?? 0) === 0 ? undefined : ids[index]),
    clear() {
      for (const column of [ids, urlKeys, widths, heights, places]) freeBuffer(column);
      names.free();
      count = 0;
    },
  };
}

export function urlOf({
  coco_url,
  flickr_url,
  url,
  file_name,
}: Readonly<Record<string, unknown>>): string | undefined {
  return [coco_url, flickr_url, url, file_name].find(
    (one): one is string => typeof one === 'string' && /^(https?|s3|gs|azure):\/\//i.test(one),
  );
}

/** At most 1e9, as toNumber has it, so it fits 32 bits. */
function side(value: unknown): number | undefined {
  const pixels = toNumber(value);
  return pixels !== undefined && pixels >= 1 ? Math.floor(pixels) : undefined;
}

/** 52 bits: of a million addresses two that share a key would be news, and their names had to be the same too. */
function keyOf(text: string): number {
  let [one, other] = [0x811c9dc5, 0x2b5ad917];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x5bd1e995) ^ (other >>> 13);
  }
  return 1 + (one >>> 0) * 2 ** 20 + (other >>> 12);
}
