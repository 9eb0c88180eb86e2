/** Uploads from the browser: what the store of them promises. */
import type { Sha256 } from '../../../lib/hash.ts';

export interface UploadRow {
  id: number;
  userId: number;
  name: string;
  expectedFiles: number;
  expectedBytes: number;
  /** Files and bytes that are blobs already. */
  files: number;
  bytes: number;
  /** ms since 1970. */
  createdAt: number;
  touchedAt: number;
}

export interface UploadedFile {
  path: string;
  size: number;
  /** Of the sender's file, ms since 1970. */
  modifiedAt: number;
  sha256: Sha256;
}

export interface UploadFileRow {
  uploadId: number;
  userId: number;
  path: string;
  size: number;
  modifiedAt: number;
  sha256: Sha256 | null;
  stored: boolean;
  tusId: string | null;
  received: number;
}

export interface UploadStore {
  begin(upload: { userId: number; name: string; files: number; bytes: number }): Promise<UploadRow>;
  get(id: number): Promise<UploadRow | undefined>;
  /** Those no import has taken, newest first, at most a hundred. */
  listOf(userId: number): Promise<UploadRow[]>;
  /** Files whose bytes are blobs. A path that is there already is replaced; repeating changes nothing. */
  putStored(uploadId: number, files: readonly UploadedFile[]): Promise<void>;
  /**
   * The row of a file whose bytes will come by tus. When the same file (path, size, time) is on its way already,
   * that row is answered; another file of that path gives way, and its `tusId` is answered as `dropped`.
   */
  beginFile(
    uploadId: number,
    file: { path: string; size: number; modifiedAt: number; tusId: string },
  ): Promise<{ file: UploadFileRow; dropped?: string }>;
  fileByTus(tusId: string): Promise<UploadFileRow | undefined>;
  noteReceived(tusId: string, received: number): Promise<void>;
  noteHash(tusId: string, sha256: Sha256): Promise<void>;
  /** The bytes are a blob. Repeating changes nothing. */
  noteStored(tusId: string): Promise<void>;
  /** In the order of their paths, after `after`. */
  files(uploadId: number, page: { after?: string; limit: number }): Promise<UploadFileRow[]>;
  /** Files of the upload whose bytes are all here and no blob yet. */
  landing(uploadId: number): Promise<UploadFileRow[]>;
  /** Bytes on disk of files that are not whole yet. */
  partialBytes(uploadId: number): Promise<number>;
  /** Files on their way by tus, over all uploads of a user. */
  openFiles(userId: number): Promise<number>;
  removeFile(tusId: string): Promise<void>;
  /** Answers the tus ids whose bytes go with it. */
  remove(id: number): Promise<string[]>;
  /** Ids of uploads nobody touched after `before` (ms), the oldest first. */
  expired(before: number, limit: number): Promise<number[]>;
  /** An import reads it (`taken`: for good, not for a look): it is kept from now on as if something had come. */
  use(id: number, options: { taken: boolean }): Promise<void>;
}
