/** What is known of blobs beside their bytes, and what the collector takes. */
import type { Sha256 } from '../../../lib/hash.ts';

/** What is known of a blob beside its bytes. */
export interface BlobFacts {
  sha256: Sha256;
  size: number;
  /** By content; null when it is no known kind. */
  mime: string | null;
  /** Pixels as stored, for pictures. */
  width: number | null;
  height: number | null;
}

/** One row a blob, kept in step with the BlobStore by whoever wraps it. An item can only name a blob that has a row. */
export interface BlobRecords {
  /** Adds or refreshes; durable when it resolves. */
  put(blobs: readonly BlobFacts[]): Promise<void>;
  /** Of these, the ones without a row. The others are spared by the collector for a while: a client counts on them. */
  unknown(hashes: readonly Sha256[]): Promise<Sha256[]>;
  /** Hashes nothing names and nobody asked for since `before` (ms), at most `limit`. */
  unused(before: number, limit: number): Promise<Sha256[]>;
  /** Removes the rows that nothing names (any more) and answers which those were. */
  remove(hashes: readonly Sha256[]): Promise<Sha256[]>;
}

/** What is archived and will not be seen again. */
export interface TrashStore {
  /** Removes some rows of what was archived before `before` (ms), in one short transaction; 0 = there is no more. */
  removeArchived(before: number): Promise<number>;
  /** Projects and datasets that were archived before `before`. */
  countArchived(before: number): Promise<number>;
}

/** Filters and counts of labels read rows that are kept beside the annotations (item-labels.ts). Do both say the same? */
export interface LabelCheck {
  /** Some items after one of them: which differ, and where to go on; null = that was all. */
  next(after: number): Promise<{ differing: number[]; next: number | null }>;
}
