/**
 * Uploads from the browser: files that arrive one by one, small ones in groups of blobs, large ones by tus, until an
 * import takes them all. Invariants: an upload belongs to the user who began it and nobody else learns that it is
 * there; one request at a time writes to a file; what nobody came back to for KEPT_MS is removed.
 */

import type { Clock } from '../../../lib/clock.ts';
import { SlyError } from '../../../lib/errors.ts';
import { newToken } from '../../../lib/ids.ts';
import type { BlobStore, GrowingFiles } from '../../ports/blobs.ts';
import type {
  UploadedFile,
  UploadFileRow,
  UploadRow,
  UploadStore,
} from '../../store/repositories/uploads.ts';
import { assertFilePath } from './file-path.ts';

export const KEPT_MS = 3 * 24 * 3600_000;
/** One file; the disk is asked besides. */
export const MOST_BYTES = 2 ** 42;
const DAY_MS = 24 * 3600_000;
const MOST_OPEN = 2000;
const RESERVE_BYTES = 512 << 20;
/** A last chunk waits for the hash of its file so long; a larger file goes on by itself. */
const FINISH_MS = 15_000;
const AT_ONCE = 100;

export interface ChunkOptions {
  from: number;
  checksum?: { algorithm: string; digest: Uint8Array };
  /** Ends the body: somebody else goes on with this file. */
  interrupt(): void;
}

export interface BrowserUploads {
  begin(userId: number, upload: { name: string; files: number; bytes: number }): Promise<UploadRow>;
  listOf(userId: number): Promise<UploadRow[]>;
  /** Rejects SLY_NOT_FOUND also for an upload of somebody else or an expired one. */
  get(userId: number, id: number): Promise<UploadRow>;
  /** Files whose bytes are stored already; SLY_NOT_FOUND names the first whose bytes are not. */
  putStored(userId: number, id: number, files: readonly UploadedFile[]): Promise<void>;
  files(userId: number, id: number, page: { after?: string; limit: number }): Promise<UploadFileRow[]>;
  /** A file to come by tus; asked again for the same file, the one that is on its way. */
  create(
    userId: number,
    id: number,
    file: { path: string; size: number; modifiedAt: number },
  ): Promise<UploadFileRow>;
  /** How far a file is. Who writes to it now is interrupted: whoever asks is about to go on from there. */
  ask(userId: number, tusId: string): Promise<UploadFileRow>;
  /** Answers how far the file is now. Rejects SLY_UPLOAD_OFFSET, SLY_UPLOAD_BUSY and what writing rejects with. */
  append(
    userId: number,
    tusId: string,
    body: AsyncIterable<Uint8Array>,
    options: ChunkOptions,
  ): Promise<UploadFileRow>;
  cancelFile(userId: number, tusId: string): Promise<void>;
  /** Waits until every file whose bytes are all here is a blob. */
  settle(id: number): Promise<void>;
  remove(userId: number, id: number): Promise<void>;
  /** Answers how many uploads went. */
  removeExpired(): Promise<number>;
}

export function createBrowserUploads(deps: {
  store: UploadStore;
  growing: GrowingFiles;
  blobs: Pick<BlobStore, 'missing'>;
  clock: Clock;
}): BrowserUploads {
  const { store, growing, blobs, clock } = deps;
  const writing = new Map<string, { interrupt(): void; done: Promise<unknown> }>();
  const finishing = new Map<string, Promise<void>>();

  const isExpired = (upload: UploadRow): boolean => upload.touchedAt + KEPT_MS <= clock.now();

  async function get(userId: number, id: number): Promise<UploadRow> {
    const upload = await store.get(id);
    if (upload !== undefined && upload.userId === userId && !isExpired(upload)) return upload;
    throw new SlyError('SLY_NOT_FOUND', {
      detail: `Upload with id: ${id}`,
      hint: 'Unfinished uploads are kept for three days after their last byte.',
    });
  }

  async function fileOf(userId: number, tusId: string): Promise<UploadFileRow> {
    const file = await store.fileByTus(tusId);
    if (file === undefined || file.userId !== userId)
      throw new SlyError('SLY_NOT_FOUND', { detail: 'there is no such upload' });
    await get(userId, file.uploadId);
    return file;
  }

  async function interrupt(tusId: string): Promise<void> {
    const now = writing.get(tusId);
    now?.interrupt();
    await now?.done.catch(() => undefined);
  }

  /** From bytes to a blob. Each step is noted, so a crash between two of them is made up for at the next ask. */
  function finish(file: UploadFileRow & { tusId: string }): Promise<void> {
    const { tusId, size } = file;
    const running = finishing.get(tusId);
    if (running !== undefined) return running;
    const work = (async () => {
      let { sha256 } = file;
      if (sha256 === null) {
        sha256 = await growing.hash(tusId, size);
        await store.noteHash(tusId, sha256);
      }
      await growing.moveIn(tusId, sha256);
      // Makes the blob's row when it has none.
      await blobs.missing([sha256]);
      await store.noteStored(tusId);
    })().finally(() => finishing.delete(tusId));
    finishing.set(tusId, work);
    return work;
  }

  const isTus = (file: UploadFileRow): file is UploadFileRow & { tusId: string } => file.tusId !== null;

  async function finishSoon(file: UploadFileRow): Promise<void> {
    if (!isTus(file) || file.stored || file.received < file.size) return;
    const work = finish(file);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FINISH_MS);
    });
    // Told again to who asks for the upload; nobody may be waiting any more.
    work.catch(() => undefined);
    await Promise.race([work, patience]).finally(() => clearTimeout(timer));
  }

  async function removeWithBytes(id: number): Promise<void> {
    for (const tusId of await store.remove(id)) {
      await interrupt(tusId);
      await growing.remove(tusId);
    }
  }

  return {
    begin: (userId, upload) => store.begin({ userId, ...upload }),

    listOf: async (userId) => (await store.listOf(userId)).filter((upload) => !isExpired(upload)),

    get,

    async putStored(userId, id, files) {
      await get(userId, id);
      for (const file of files) assertFilePath(file.path);
      const absent = new Set(await blobs.missing([...new Set(files.map((file) => file.sha256))]));
      const lost = files.find((file) => absent.has(file.sha256));
      if (lost !== undefined) {
        throw new SlyError('SLY_NOT_FOUND', {
          detail: `the bytes of ${JSON.stringify(lost.path)} are not stored`,
          hint: 'Send them first: images.bulk.upload.',
        });
      }
      await store.putStored(id, files);
    },

    async files(userId, id, page) {
      await get(userId, id);
      return store.files(id, page);
    },

    async create(userId, id, file) {
      await get(userId, id);
      assertFilePath(file.path);
      if (file.size > MOST_BYTES)
        throw new SlyError('SLY_TOO_LARGE', {
          detail: `expected at most ${MOST_BYTES} bytes, got ${file.size}`,
        });
      if ((await store.openFiles(userId)) >= MOST_OPEN) {
        throw new SlyError('SLY_TOO_MANY', {
          detail: `${MOST_OPEN} files are on their way already`,
          hint: 'Finish or remove unfinished uploads first.',
        });
      }
      const free = await growing.freeBytes();
      if (free - RESERVE_BYTES < file.size) {
        throw new SlyError('SLY_DISK_FULL', {
          detail: `${JSON.stringify(file.path)} has ${file.size} bytes, the platform has room for ${Math.max(0, free - RESERVE_BYTES)}`,
        });
      }
      const tusId = newToken();
      // Before its row: a row without bytes would be a promise nobody keeps.
      await growing.create(tusId);
      const begun = await store.beginFile(id, { ...file, tusId });
      if (begun.file.tusId !== tusId) await growing.remove(tusId);
      if (begun.dropped !== undefined) {
        await interrupt(begun.dropped);
        await growing.remove(begun.dropped);
      }
      if (file.size === 0) await finishSoon(begun.file);
      return begun.file;
    },

    async ask(userId, tusId) {
      await fileOf(userId, tusId);
      await interrupt(tusId);
      const file = await fileOf(userId, tusId);
      await finishSoon(file);
      return file;
    },

    async append(userId, tusId, body, { from, checksum, interrupt: interruptBody }) {
      const before = await fileOf(userId, tusId);
      if (writing.has(tusId))
        throw new SlyError('SLY_UPLOAD_BUSY', {
          detail: `${JSON.stringify(before.path)} is being written to`,
        });
      const work = (async () => {
        // Asked again now that nobody else can write.
        const { received, size, path } = await fileOf(userId, tusId);
        if (received !== from) {
          throw new SlyError('SLY_UPLOAD_OFFSET', {
            detail: `${JSON.stringify(path)}: expected an offset of ${received}, got ${from}`,
          });
        }
        if (received === size) return;
        await growing.append(tusId, body, {
          from,
          size,
          ...(checksum !== undefined && { checksum }),
          onDurable: (upTo) => store.noteReceived(tusId, upTo),
        });
      })();
      writing.set(tusId, { interrupt: interruptBody, done: work });
      try {
        await work;
      } finally {
        writing.delete(tusId);
      }
      const after = await fileOf(userId, tusId);
      await finishSoon(after);
      return after;
    },

    async cancelFile(userId, tusId) {
      await fileOf(userId, tusId);
      await interrupt(tusId);
      await store.removeFile(tusId);
      await growing.remove(tusId);
    },

    async settle(id) {
      for (const file of (await store.landing(id)).filter(isTus)) await finish(file);
    },

    async remove(userId, id) {
      await get(userId, id);
      await removeWithBytes(id);
    },

    async removeExpired() {
      const expired = await store.expired(clock.now() - KEPT_MS, AT_ONCE);
      for (const id of expired) await removeWithBytes(id);
      // Bytes whose row went another way: replaced by a later file, or a crash between the two.
      for (const tusId of await growing.untouchedSince(clock.now() - DAY_MS))
        if ((await store.fileByTus(tusId)) === undefined) await growing.remove(tusId);
      return expired.length;
    },
  };
}
