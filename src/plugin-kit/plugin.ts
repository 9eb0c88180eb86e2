/**
 * What a built-in plugin is and what it is given. A plugin is a folder `plugins/<name>/` with `plugin.json`
 * and `plugin.ts` (`export const plugin: Plugin`); `plugin-kit/host.ts` runs it inside its sandbox as
 * `host detect` | `host import <name>` | `host export <name>`. Nothing here knows agent, network or database.
 */
import type { AnnotationFile } from '../format/annotation-file.ts';
import type { ImageAnnotation, ProjectMeta, Tag, WantedClass, WantedTag } from '../format/model.ts';
import type { ProjectType } from '../protocol/project-type.ts';

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
  /** For everything but images. */
  readonly entities: EntityWriter;
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

/** What an annotation of a video, a point cloud, a volume or an episode says beside its figures. */
export interface EntityHead {
  description?: string;
  tags: readonly Tag[];
  objects: readonly EntityObject[];
}

/** Figures belong to it by its key. */
export interface EntityObject {
  key: string;
  classTitle: string;
  tags?: readonly Tag[];
  [key: string]: unknown;
}

/** A video, a point cloud or a volume. */
export interface NewEntity extends Omit<NewItem, 'annotation' | 'probe'> {
  head?: EntityHead;
  /** Pictures beside a point cloud; exactly one of file and result. */
  related?: readonly { name: string; file?: string; result?: string; meta?: Record<string, unknown> }[];
}

/** `geometry`, or bytes that are it: exactly one of geometry, file, result. Further keys are kept as they are. */
export interface NewFigure {
  key?: string;
  /** Of the item's head, or of the episode's. */
  objectKey: string;
  geometryType: string;
  geometry?: Record<string, unknown>;
  /** Path in the tree. */
  file?: string;
  /** Path below `results/`. */
  result?: string;
  /** Of a video its frame, of a volume its slice. */
  frame?: number;
  /** Of a slice. */
  plane?: 'sagittal' | 'coronal' | 'axial';
  [key: string]: unknown;
}

/** What is told in a wrong order, or of a class, object or picture that was not told, throws SLY_PLUGIN_OUTPUT. */
export interface EntityWriter {
  /** Before classes and items. A project has one type. */
  setType(type: Exclude<ProjectType, 'images'>): void;
  /** The classes of its objects are defined before. */
  add(entity: NewEntity): Promise<AddedEntity>;
  /** Tags and objects of a dataset that is an episode, before the figures of its clouds. Clouds have `meta.frame`. */
  addEpisode(dataset: string, head: EntityHead): Promise<void>;
}

export interface AddedEntity {
  /** As often as needed: only what is given here is held. `related`: drawn on this picture beside it. */
  addFigures(figures: readonly NewFigure[], options?: { related?: string }): Promise<void>;
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
  readonly type: ProjectType;
  readonly meta: ProjectMeta;
  /** Number of items, for progress. */
  readonly total: number;
  /** Images. In the order of the platform, dataset by dataset. May be iterated more than once. */
  items(): AsyncIterable<ExportedItem>;
  /** The same of everything but images. */
  entities(): AsyncIterable<ExportedEntity>;
  /** Datasets that are episodes; none in other projects. */
  episodes(): AsyncIterable<ExportedEpisode>;
}

/** A video, a point cloud or a volume. */
export interface ExportedEntity extends Omit<ExportedItem, 'annotation'> {
  /** Undefined in an episode, which has one for all its clouds. */
  annotation: ExportedAnnotation | undefined;
  /** Pictures beside a point cloud. */
  related: readonly ExportedRelated[];
  /** Geometries that are files, by the key of their figure. `file`: path in `data/`. */
  geometries: readonly { key: string; geometryType: string; file: string }[];
}

/** `head` and `figures` may be read more than once; see format/annotation-file.ts. */
export interface ExportedAnnotation extends AnnotationFile {
  /** Puts it into the archive as a file of the Supervisely Format, unparsed unless classes were chosen; returns the path used. */
  addTo(archive: ArchiveWriter, path: string): Promise<string>;
}

export interface ExportedRelated {
  name: string;
  /** Path in `data/`. */
  file: string;
  meta: Record<string, unknown>;
  /** What is drawn on it, as its `.figures.json` has it; empty without any. */
  figures(): Promise<readonly unknown[]>;
}

export interface ExportedEpisode {
  dataset: string;
  annotation: ExportedAnnotation;
  /** Path in `data/` of `frame_pointcloud_map.json`: frame -> name of its cloud. */
  frames: string;
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

export interface OpenEntry {
  /** The path used. */
  readonly path: string;
  write(text: string | Uint8Array): Promise<void>;
  end(): Promise<void>;
}

export interface ArchiveWriter {
  /** An entry whose bytes are a file of `data/`, streamed into the archive without a copy. A taken path gets `_01`, ...; returns the path used. */
  addFile(path: string, file: string): Promise<string>;
  /** A small entry held in memory: text, or bytes such as a mask. */
  addText(path: string, text: string | Uint8Array): Promise<string>;
  /** A large entry written in pieces; `end()` closes it. */
  open(path: string): Promise<OpenEntry>;
  /** This item of the project is in the archive. */
  written(item: Pick<ExportedItem, 'dataset' | 'name'>): Promise<void>;
}
