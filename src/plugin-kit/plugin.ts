/**
 * What a built-in plugin is and what it is given. A plugin is a folder `plugins/<name>/` with `plugin.json`
 * and `plugin.ts` (`export const plugin: Plugin`); `plugin-kit/host.ts` runs it inside its sandbox as
 * `host detect` | `host import <name>` | `host export <name>`. Nothing here knows agent, network or database.
 */
import type { ImageAnnotation, ProjectMeta, WantedClass, WantedTag } from '../format/model.ts';

export interface Plugin {
  /** Looks at names, sizes and a few bytes, never at everything. Must be quick on a million files. */
  detect?(ctx: DetectContext): Promise<Verdict>;
  import?(ctx: ImportContext): Promise<void>;
  export?(ctx: ExportContext): Promise<void>;
}

/** Confidence 0 = no. 0.9 and more: its own marks were found. Around 0.3: it could be read, as a last resort. */
export interface Verdict {
  confidence: number;
  /** Why, or why not, in one sentence a person understands; names a file. */
  because: string;
  options?: Record<string, unknown>;
}

export interface SourceFileEntry {
  /** Below `data/`, `/` separated, exactly as on disk. */
  path: string;
  /** Bytes. */
  size: number;
}

/** `data/` as it was when the plugin started: regular files only, sorted by path. */
export interface SourceTree {
  /** Absolute folder. */
  readonly root: string;
  readonly files: readonly SourceFileEntry[];
  /** Absolute path of a file of the tree. */
  locate(path: string): string;
  /** First `bytes` bytes of a file. */
  head(path: string, bytes: number): Promise<Buffer>;
  /** Whole text; refuses more than `maxBytes` (default 256 MiB) with SLY_FORMAT_INVALID. */
  text(path: string, maxBytes?: number): Promise<string>;
  /** Files by base name (case kept), for formats that match by name. Built at the first call. */
  byBaseName(name: string): readonly SourceFileEntry[];
}

export interface Problem {
  /** Path in the tree. */
  file?: string;
  /** Line number or JSON path. */
  place?: string;
  code: string;
  /** What, expected, got. */
  message: string;
  hint?: string;
}

/** What a plugin says of single files. A file may be mentioned often; ok beats failed beats skipped. */
export interface Reporter {
  /** The file was read and is no item: annotations, class lists. Counts as ok. */
  used(file: string, as: string): Promise<void>;
  skipped(problem: Problem): Promise<void>;
  failed(problem: Problem): Promise<void>;
  /** Something was lost or guessed, but no file. */
  warning(problem: Problem): Promise<void>;
}

export interface Host {
  /** Options as the manifest's schema completed them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly report: Reporter;
  /** At most a few lines a second leave the process, whatever is called. */
  progress(subtask: string, done: number, total?: number): void;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, extra?: Record<string, unknown>): void;
  /** Aborted by SIGTERM. */
  readonly signal: AbortSignal;
}

export interface DetectContext {
  readonly tree: SourceTree;
}

export interface ImportContext extends Host {
  readonly tree: SourceTree;
  readonly projectName: string;
  readonly project: ProjectWriter;
}

export interface NewItem {
  /** Dataset path, nested parts joined by `/`. */
  dataset: string;
  /** With extension. Two items of one name in one dataset: the agent's conflict policy decides. */
  name: string;
  /** Path in the tree: the original is streamed, not copied. Exactly one of file, result, link. */
  file?: string;
  /** Path below `results/` of a file the plugin wrote. */
  result?: string;
  link?: string;
  /** With link: the agent looks at it before it publishes; problems are reported for this list and place. */
  probe?: { file: string; place?: string };
  /** Bytes `[start, end)` of `file`. */
  range?: readonly [start: number, end: number];
  mime?: string;
  /** Pixels. */
  width?: number;
  height?: number;
  annotation?: ImageAnnotation;
  meta?: Record<string, unknown>;
}

/** Items as lines of a segment: UTF-8 of the JSON of SegmentItem, each with its line feed. */
export interface ItemLines {
  bytes: Uint8Array;
  /** Where each line ends in `bytes`, one behind its line feed. The first begins at 0. */
  ends: Uint32Array;
}

/** Writes segments; each is closed at a bound of items or bytes, so memory does not grow with the project. */
export interface ProjectWriter {
  /** Asks for a class; returns the title to use (a clash of shapes gives `name_1`, ...; said once as a warning). Known ones cost nothing. */
  defineClass(wanted: WantedClass): string;
  defineTag(wanted: WantedTag): string;
  /** Takes the other meta in whole; classes and tags that clash are renamed. Returns old -> new names of those. */
  mergeMeta(meta: ProjectMeta): { classes: Map<string, string>; tags: Map<string, string> };
  add(item: NewItem): Promise<void>;
  /** Items that are text already. Not there when something stands between plugin and project: see addItemLines. */
  addLines?(lines: ItemLines): Promise<void>;
  /** A file below `results/` for an item's bytes: absolute path to write and the path for `result`. */
  resultFile(name: string): { absolute: string; result: string };
}

export interface ExportContext extends Host {
  readonly project: ExportedProject;
  readonly archive: ArchiveWriter;
}

export interface ExportedProject {
  readonly name: string;
  readonly meta: ProjectMeta;
  /** Number of items, for progress. */
  readonly total: number;
  /** In the order of the platform, dataset by dataset. May be iterated more than once. */
  items(): AsyncIterable<ExportedItem>;
}

export interface ExportedItem {
  dataset: string;
  name: string;
  /** What `report` takes as `file` to mean this item, also when it is a link. */
  source: string;
  /** Path in `data/`; undefined when the item is a link. */
  file: string | undefined;
  /** Absolute path of the same. */
  absolute: string | undefined;
  link: string | undefined;
  width: number | undefined;
  height: number | undefined;
  annotation: ImageAnnotation;
  meta: Record<string, unknown>;
}

export interface ArchiveWriter {
  /** An entry whose bytes are a file of `data/`, streamed into the archive without a copy. A taken path gets `_01`, ...; returns the path used. */
  addFile(path: string, file: string): Promise<string>;
  /** A small entry held in memory: text, or bytes such as a mask. */
  addText(path: string, text: string | Uint8Array): Promise<string>;
  /** A large entry written in pieces; `end()` closes it. */
  open(path: string): Promise<{ write(text: string | Uint8Array): Promise<void>; end(): Promise<void> }>;
  /** This item of the project is in the archive. */
  written(item: ExportedItem): Promise<void>;
}
