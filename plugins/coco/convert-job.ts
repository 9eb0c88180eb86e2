/**
 * What a worker is given to make lines of items from, and what it gives back. The bytes of the annotations are in
 * memory that all threads share; a job holds places in it and what was already decided about its items.
 */
import type { WantedTag } from '../../src/format/model.ts';
import type { Problem } from '../../src/plugin-kit/plugin.ts';
import type { Level } from '../../src/plugin-kit/problem-book.ts';
import type { CategoryClasses } from './categories.ts';

/** The same for all jobs of an import; a job carries its JSON. */
export interface ConvertSetup {
  /** Folder of the source. */
  root: string;
  /** First 20 digits of every instance key. */
  prefix: string;
  hiddenKeypoints: boolean;
  datasets: string[];
  files: SetupFile[];
}

export interface SetupFile {
  path: string;
  /** Ids as the file has them. */
  categories: [id: unknown, classes: CategoryClasses][];
  licenses: unknown[];
  /** Some annotation is a caption. */
  captions: boolean;
}

/** Entries of one list of one file, item by item. */
export interface EntryList {
  /** How many each item has. */
  counts: Uint32Array;
  /** Of each entry: where it begins in the arena, its bytes (see ByteRanges.sized), its index in the list. */
  starts: Uint32Array;
  lengths: Uint32Array;
  indexes: Uint32Array;
}

export interface JobSource {
  /** Index of the file in the setup. */
  file: number;
  images: EntryList;
  annotations: EntryList;
  /** Of a panoptic file: path of the PNG of each annotation, null where it is not there. */
  masks?: (string | null)[];
}

export interface ConvertJob {
  /** Jobs of one number have the same setup. */
  run: number;
  setup: SharedArrayBuffer;
  arena: SharedArrayBuffer;
  /** Number of the first item. */
  first: number;
  names: string[];
  /** By number in the setup. */
  datasets: Uint32Array;
  /** Path in the source, null for links; absent when all are links. */
  pictures?: (string | null)[];
  /** As the file says, 0 when it does not. */
  widths: Uint32Array;
  heights: Uint32Array;
  sources: JobSource[];
  /** Tags that are called otherwise in the project, by key. */
  tagNames: [key: string, name: string][];
  /** To be used for the lines, and given back. */
  out: SharedArrayBuffer;
}

export interface Note {
  level: Level;
  kind: string;
  /** The first ones. */
  problems: Problem[];
  /** How many more there were. */
  more: number;
}

export interface UsedTag {
  key: string;
  wanted: WantedTag;
  /** What the lines call it. */
  name: string;
}

/** A panoptic mask that was read, or why it was not. */
export interface MaskOutcome {
  /** In the tree. */
  path: string;
  problem?: Problem;
}

export interface ConvertResult {
  out: SharedArrayBuffer;
  ends: Uint32Array;
  notes: Note[];
  /** In the order they were met. */
  tags: UsedTag[];
  masks: MaskOutcome[];
}
