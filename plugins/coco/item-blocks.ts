/**
 * Hands out, item by item, the parsed records of the image and its annotations from all files. Items are taken
 * in blocks whose annotations fit a fixed number of bytes; a block is fetched whole.
 */

import { type BlockReader, createBlockReader } from './block-reader.ts';
import type { ByteRanges } from './byte-ranges.ts';
import { type CocoFile, parseElement } from './coco-file.ts';

export interface RawEntry {
  /** Index of the file. */
  file: number;
  /** In the list of the file. */
  index: number;
  value: Record<string, unknown>;
}

export interface ItemSource {
  images: RawEntry[];
  annotations: RawEntry[];
}

export interface OpenFile {
  file: CocoFile;
  fd: number;
}

const BLOCK_BYTES = 40 << 20;
const BLOCK_ITEMS = 20_000;

/** Ends of blocks, so that each holds at most BLOCK_BYTES (one item may hold more alone). */
export function* blocks(files: readonly CocoFile[], items: number): Generator<[from: number, to: number]> {
  let from = 0;
  let bytes = 0;
  for (let item = 0; item < items; item++) {
    let own = 0;
    for (const file of files) own += file.annotations.bytesOf(item) + file.imageBytes.bytesOf(item);
    if (item > from && (bytes + own > BLOCK_BYTES || item - from >= BLOCK_ITEMS)) {
      yield [from, item];
      from = item;
      bytes = 0;
    }
    bytes += own;
  }
  if (items > from) yield [from, items];
}

/** `load` a block, then ask for its items in order, each once. */
export function createItemSources(open: readonly OpenFile[]): {
  load(from: number, to: number): void;
  next(item: number): ItemSource;
} {
  const cursors = open.map(({ file, fd }) => ({
    images: cursor(file.imageBytes, createBlockReader(fd, file.imageBytes, file.path)),
    annotations: cursor(file.annotations, createBlockReader(fd, file.annotations, file.path)),
  }));
  return {
    load(from, to) {
      for (const { images, annotations } of cursors) {
        images.load(from, to);
        annotations.load(from, to);
      }
    },
    next(item) {
      const source: ItemSource = { images: [], annotations: [] };
      for (const [f, { images, annotations }] of cursors.entries()) {
        images.take(item, f, source.images);
        annotations.take(item, f, source.annotations);
      }
      return source;
    },
  };
}

interface Cursor {
  load(from: number, to: number): void;
  take(item: number, file: number, into: RawEntry[]): void;
}

function cursor(ranges: ByteRanges, reader: BlockReader): Cursor {
  let entries: Uint32Array = new Uint32Array(0);
  let at = 0;
  return {
    load(from, to) {
      entries = ranges.ofItems(from, to);
      at = 0;
      reader.load(entries);
    },
    take(item, file, into) {
      for (const end = at + ranges.countOf(item); at < end; at++) {
        const index = entries[at] ?? 0;
        const value = parseElement(reader.text(at), ranges.hasNan(index)) as Record<string, unknown>;
        into.push({ file, index, value });
      }
    },
  };
}
