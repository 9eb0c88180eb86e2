/** The platform's data plane over HTTP: `transfer/` is behind it. */
import type { Sha256 } from '../../lib/hash.ts';
import type {
  ArchiveReply,
  ArchiveRequest,
  CommitReply,
  ExportItem,
  ExportProject,
  PublicationReply,
  PublicationRequest,
  PublishLine,
  SegmentReply,
  TaskTokenReply,
} from '../../protocol/publish.ts';
import type { RunRecord } from '../../protocol/run-record.ts';

export interface SupportSender {
  /** The platform has asked for it and expects it under this id, for a short time; SLY_NOT_FOUND else. */
  putSupportBundle(id: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** Every method is idempotent and throws typed errors: retryable ones may simply be repeated. */
export interface PlatformClient {
  beginPublication(
    taskKey: string,
    request: PublicationRequest,
    signal: AbortSignal,
  ): Promise<PublicationReply>;
  putSegment(
    publicationId: number,
    number: number,
    lines: readonly PublishLine[],
    signal: AbortSignal,
  ): Promise<SegmentReply>;
  commit(
    publicationId: number,
    request: { meta: unknown; segments: number },
    signal: AbortSignal,
  ): Promise<CommitReply>;
  dropPublication(publicationId: number, signal: AbortSignal): Promise<void>;
  putReport(taskKey: string, attempt: number, file: string, signal: AbortSignal): Promise<void>;
  /** The last one counts. Older platforms have no place for it: SLY_NOT_FOUND. */
  putRun(taskKey: string, attempt: number, record: RunRecord, signal: AbortSignal): Promise<void>;
  /** Projects with this id or exactly this name, at most ten. */
  findProjects(word: string, signal: AbortSignal): Promise<{ id: number; name: string }[]>;
  exportProject(projectId: number, signal: AbortSignal): Promise<ExportProject>;
  exportItems(
    projectId: number,
    options: { datasetIds?: readonly number[] },
    signal: AbortSignal,
  ): AsyncIterable<ExportItem>;
  /** As a file of the Supervisely Format to `target`; written as it comes. */
  exportAnnotation(
    of: { itemId: number } | { datasetId: number },
    target: string,
    signal: AbortSignal,
  ): Promise<void>;
  /** Of the public API, for what runs in the attempt; the one before ends. */
  taskToken(taskKey: string, attempt: number, signal: AbortSignal): Promise<TaskTokenReply>;
  registerArchive(taskKey: string, request: ArchiveRequest, signal: AbortSignal): Promise<ArchiveReply>;
}

export interface FileToSend {
  /** Absolute path. */
  path: string;
  /** Byte range when the blob is part of a larger file. */
  range?: readonly [start: number, end: number];
}

export interface SentFile {
  sha256: Sha256;
  size: number;
}

export interface Transfer {
  /**
   * Makes sure storage holds the bytes of every file; answers in the order of `files`, with an Error for a file
   * that could not be read (gone, changed while read: SLY_SOURCE_CHANGED). Hashes each file once per (path, size,
   * mtime, inode), asks in bulk what is missing, packs small files, sends large ones in resumable parts.
   * Throws only for infrastructure (platform away, disk full, abort); may be repeated.
   */
  sendFiles(files: readonly FileToSend[], options: SendOptions): Promise<(SentFile | Error)[]>;
  /**
   * Streams `write` into storage as one blob of unknown size. `write` must give the same bytes when called again:
   * that is how an interrupted archive resumes.
   */
  sendStream(
    write: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
    options: SendOptions & { resumeKey: string },
  ): Promise<SentFile>;
  /** Bytes of a blob to `target` (temp, verified, fsync, rename), through the local cache. */
  fetchBlob(sha256: Sha256, size: number, target: string, options: SendOptions): Promise<void>;
}

export interface SendOptions {
  signal: AbortSignal;
  onBytes?(bytes: number): void;
}
