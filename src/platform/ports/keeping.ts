/** How long things are kept, and the room they take. */
import type { Origin } from '../../lib/config/options.ts';

export interface Retention {
  /** Archives of exports, from their making. */
  archiveMs: number;
  /** Where that comes from; a default when it is not said. */
  archiveFrom?: Origin;
}

/** How long what nobody sees any more is kept, in ms. */
export const GRACE_MS = {
  /** Archived by mistake: an operator may still bring it back from the database. */
  archived: 24 * 3600_000,
  /** Longer than any upload from the browser waits for its import. */
  blobs: 7 * 24 * 3600_000,
  uploads: 3 * 24 * 3600_000,
} as const;

export interface Garbage {
  /** Rounds of the collector; times in ms since 1970, null before the first. */
  state(): { lastAt: number | null; lastRemoved: number | null; nextAt: number | null };
  /** What a round would remove right now. */
  preview(): Promise<GarbagePreview>;
}

export interface GarbagePreview {
  archives: number;
  /** Projects and datasets. */
  archived: number;
  blobs: number;
  /** There are more blobs than were counted. */
  more: boolean;
}

/** The disk everything is kept on. */
export interface Space {
  freeBytes: number;
  totalBytes: number;
  databaseBytes: number;
  /** Logs, reports and run records of tasks. */
  logs: { files: number; bytes: number };
}
