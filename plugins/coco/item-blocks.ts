/**
 * Items in blocks whose entries fit a part of memory, and each block in jobs small enough that their lines may wait.
 * COCO's annotations of one image lie all over the file, so a block reads nearly all of a large one: larger blocks
 * are fewer passes, smaller ones less memory.
 */
import type { ByteRanges } from './byte-ranges.ts';
import type { CocoFile } from './coco-file.ts';
import type { EntryList } from './convert-job.ts';

const LEAST_BYTES = 2 << 20;
const MOST_BYTES = 9 << 20;
const BLOCK_ITEMS = 8192;
const JOB_BYTES = 640 << 10;
const JOB_ITEMS = 256;

export interface ItemSpan {
  from: number;
  /** Exclusive. */
  to: number;
  /** Of all their entries. */
  bytes: number;
}

/** Most bytes of a block. */
export function blockBytes(files: readonly CocoFile[]): number {
  let all = 0;
  for (const { annotations, imageBytes } of files) all += annotations.bytes + imageBytes.bytes;
  return Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, all / 3), all));
}

/** One item may hold more than `bytes` alone. */
export function blocksOf(files: readonly CocoFile[], items: number, bytes: number): Generator<ItemSpan> {
  return spans(files, { from: 0, to: items }, bytes, BLOCK_ITEMS);
}

export function jobsOf(files: readonly CocoFile[], block: ItemSpan): Generator<ItemSpan> {
  return spans(files, block, JOB_BYTES, JOB_ITEMS);
}

function* spans(
  files: readonly CocoFile[],
  { from: first, to }: { from: number; to: number },
  mostBytes: number,
  mostItems: number,
): Generator<ItemSpan> {
  let from = first;
  let bytes = 0;
  for (let item = first; item < to; item++) {
    let own = 0;
    for (const file of files) own += file.annotations.bytesOf(item) + file.imageBytes.bytesOf(item);
    if (item > from && (bytes + own > mostBytes || item - from >= mostItems)) {
      yield { from, to: item, bytes };
      from = item;
      bytes = 0;
    }
    bytes += own;
  }
  if (to > from) yield { from, to, bytes };
}

/** What of a loaded block belongs to a job. `starts`: of the entries of the whole block. */
export function entryList(
  ranges: ByteRanges,
  block: ItemSpan,
  { from, to }: ItemSpan,
  starts: Uint32Array,
): EntryList {
  const entries = ranges.ofItems(from, to);
  const counts = new Uint32Array(to - from);
  for (let i = 0; i < counts.length; i++) counts[i] = ranges.countOf(from + i);
  const lengths = new Uint32Array(entries.length);
  for (let i = 0; i < lengths.length; i++) lengths[i] = ranges.sized(entries[i] ?? 0);
  const before = ranges.ofItems(block.from, from).length;
  return {
    counts,
    starts: starts.slice(before, before + entries.length),
    lengths,
    indexes: entries.slice(),
  };
}
