/**
 * Multipart uploads on a folder.
 * Invariants: a part that was acknowledged is on disk, also after a crash; two writers never meet in one part;
 * while an upload is completed no part is written, so what was hashed is what becomes the blob; the file of the
 * parts becomes the blob itself, there is no second copy. Ends: completed, aborted, or pruned when nobody came
 * back. After a completion parts of a twin sender are taken and thrown away: its completion finds the blob.
 */
import { open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SlyError, toSlyError } from '../../lib/errors.ts';
import { sha256Of } from '../../lib/hash.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { BlobPaths } from './blob-paths.ts';
import type { UploadHasher } from './upload-hasher.ts';
import {
  crossOut,
  makeUpload,
  noteReceived,
  type ReceivedPart,
  readParts,
  removeUpload,
  type UploadFiles,
  uploadFiles,
} from './upload-journal.ts';
import { moveIn, sizeOf } from './write-blobs.ts';
import { measure, writePart } from './write-part.ts';

interface Upload {
  id: string;
  files: UploadFiles;
  parts: Map<number, ReceivedPart>;
  /** Work on each part, one after the other. */
  busy: Map<number, Promise<void>>;
  /** Bytes from the start without a gap that the hasher was told of. */
  hashedTo: number;
  ending: Promise<void> | undefined;
  /** Completed, aborted or refused: whoever still holds this object has nothing any more. */
  gone: boolean;
}

export type Uploads = Pick<BlobStore, 'beginUpload' | 'putPart' | 'completeUpload' | 'abortUpload'> & {
  /** Removes uploads nobody touched since `before` (ms); answers how many. */
  prune(before: number): Promise<number>;
};

const ID = /^[0-9a-f]{40}$/;
const MOST_PARTS = 1_000_000;

export function createUploads(deps: { paths: BlobPaths; hasher: UploadHasher; partSize: number }): Uploads {
  const { paths, hasher, partSize } = deps;
  const loaded = new Map<string, Promise<Upload | undefined>>();
  const doneFile = (id: string): string => path.join(paths.uploads, `${id}.done`);

  function load(id: string, make = false): Promise<Upload | undefined> {
    if (!ID.test(id)) return Promise.resolve(undefined);
    const before = loaded.get(id) ?? Promise.resolve(undefined);
    const now = before.then(async (known) => {
      if (known !== undefined) return known;
      const files = uploadFiles(paths.uploads, id);
      let parts = await readParts(files);
      if (parts === undefined && make) {
        await makeUpload(files);
        await rm(doneFile(id), { force: true });
        parts = new Map();
      }
      if (parts === undefined) return undefined;
      return {
        id,
        files,
        parts,
        busy: new Map(),
        hashedTo: 0,
        ending: undefined,
        gone: false,
      } satisfies Upload;
    });
    loaded.set(id, now);
    const forget = (found: Upload | undefined): void => {
      if (found === undefined && loaded.get(id) === now) loaded.delete(id);
    };
    now.then(forget, () => forget(undefined));
    return now;
  }

  /** As it is when nobody is about to end it. */
  async function loadIdle(id: string, make = false): Promise<Upload | undefined> {
    for (;;) {
      const upload = await load(id, make);
      if (upload === undefined || (upload.ending === undefined && !upload.gone)) return upload;
      await upload.ending?.catch(() => undefined);
    }
  }

  /** Takes the upload away from newcomers, waits for those at work, then runs `work`. */
  function end(upload: Upload, work: () => Promise<void>): Promise<void> {
    upload.ending ??= (async () => {
      await Promise.allSettled(upload.busy.values());
      if (!upload.gone) await work();
    })().finally(() => {
      upload.ending = undefined;
    });
    return upload.ending;
  }

  async function discard(upload: Upload): Promise<void> {
    upload.gone = true;
    hasher.forget(upload.id);
    try {
      await removeUpload(upload.files);
    } finally {
      // Not before: a newcomer would find half of its files.
      loaded.delete(upload.id);
    }
  }

  async function receive(
    upload: Upload,
    part: number,
    body: AsyncIterable<Uint8Array>,
    crc32: number,
  ): Promise<void> {
    const known = upload.parts.get(part);
    if (known?.crc32 === crc32) {
      // Not written again: bytes that differ after all would spoil what is good.
      assertSum(part, crc32, await measure(body, partSize));
      return;
    }
    if (known !== undefined) {
      await crossOut(upload.files, part);
      upload.parts.delete(part);
      upload.hashedTo = 0;
      hasher.forget(upload.id);
    }
    const target = { file: upload.files.data, position: part * partSize, room: partSize };
    const got = await writePart(body, target);
    assertSum(part, crc32, got);
    const received = { part, crc32, size: got.size };
    await noteReceived(upload.files, received);
    upload.parts.set(part, received);
    advance(upload);
  }

  /** The last part may be shorter and is hashed at the end. */
  function advance(upload: Upload): void {
    let upTo = upload.hashedTo;
    while (upload.parts.get(upTo / partSize)?.size === partSize) upTo += partSize;
    if (upTo === upload.hashedTo) return;
    upload.hashedTo = upTo;
    hasher.advance(upload.id, upload.files.data, upTo);
  }

  async function complete(upload: Upload, { sha256, size }: { sha256: string; size: number }): Promise<void> {
    assertWhole(upload, size, partSize);
    const { data } = upload.files;
    await truncate(data, size);
    const actual = await hasher.finish(upload.id, data, size);
    upload.hashedTo = 0;
    if (actual !== sha256) {
      await discard(upload);
      throw new SlyError('SLY_HASH_MISMATCH', {
        detail: `upload of ${size} bytes: expected SHA-256 ${sha256}, got ${actual}`,
        hint: 'It is sent again from its start.',
      });
    }
    await syncFile(data);
    await writeFile(doneFile(upload.id), '');
    await moveIn(paths, data, sha256);
    await discard(upload);
  }

  async function isStored({ sha256, size }: { sha256: string; size: number }): Promise<boolean> {
    return (await sizeOf(paths.object(sha256))) === size;
  }

  return {
    async beginUpload(name) {
      const id = sha256Of(Buffer.from(name)).slice(0, 40);
      const upload = await loadIdle(id, true);
      const parts = [...(upload?.parts.values() ?? [])].sort((a, b) => a.part - b.part);
      return { uploadId: id, partSize, received: parts };
    },

    async putPart(uploadId, part, body, crc32) {
      if (!Number.isInteger(part) || part < 0 || part >= MOST_PARTS)
        throw new SlyError('SLY_BAD_MESSAGE', { detail: `expected a part from 0, got ${part}` });
      const upload = await loadIdle(uploadId);
      if (upload === undefined) {
        if (!ID.test(uploadId) || (await sizeOf(doneFile(uploadId))) === undefined) throw unknown(uploadId);
        assertSum(part, crc32, await measure(body, partSize));
        return;
      }
      const { busy } = upload;
      const turn = (busy.get(part) ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => receive(upload, part, body, crc32));
      busy.set(part, turn);
      try {
        await turn;
      } catch (error) {
        throw toSlyError(error);
      } finally {
        if (busy.get(part) === turn) busy.delete(part);
      }
    },

    async completeUpload(uploadId, expected) {
      const upload = await load(uploadId);
      if (await isStored(expected)) {
        if (upload !== undefined) await end(upload, () => discard(upload)).catch(() => undefined);
        return;
      }
      if (upload === undefined) throw unknown(uploadId);
      try {
        await end(upload, () => complete(upload, expected));
      } catch (error) {
        throw toSlyError(error);
      }
      if (!(await isStored(expected))) throw unknown(uploadId);
    },

    async abortUpload(uploadId) {
      const upload = await load(uploadId);
      if (upload !== undefined) await end(upload, () => discard(upload));
    },

    async prune(before) {
      let pruned = 0;
      for (const name of await readdir(paths.uploads)) {
        const file = path.join(paths.uploads, name);
        const isDone = name.endsWith('.done');
        const touched = await stat(isDone ? file : path.join(file, 'parts')).catch(() => undefined);
        if (touched !== undefined && touched.mtimeMs >= before) continue;
        const upload = isDone ? undefined : await load(name);
        if (upload !== undefined && (upload.busy.size > 0 || upload.ending !== undefined)) continue;
        if (upload !== undefined) await end(upload, () => discard(upload));
        else await rm(file, { recursive: true, force: true });
        if (!isDone) pruned++;
      }
      return pruned;
    },
  };
}

function assertSum(part: number, expected: number, got: { size: number; crc32: number }): void {
  if (got.crc32 === expected && got.size > 0) return;
  throw new SlyError('SLY_HASH_MISMATCH', {
    detail: `part ${part}: expected CRC-32 ${expected}, got ${got.crc32} over ${got.size} bytes`,
  });
}

function assertWhole(upload: Upload, size: number, partSize: number): void {
  const count = Math.ceil(size / partSize);
  for (let part = 0; part < count; part++) {
    const expected = Math.min(partSize, size - part * partSize);
    const got = upload.parts.get(part)?.size;
    if (got === expected) continue;
    throw new SlyError('SLY_BAD_MESSAGE', {
      detail: `upload of ${size} bytes: part ${part}: expected ${expected} bytes, got ${got ?? 'none'}`,
    });
  }
}

function unknown(uploadId: string): SlyError {
  return new SlyError('SLY_NOT_FOUND', {
    detail: `upload ${JSON.stringify(uploadId.slice(0, 100))}: it was completed, aborted, or nobody came back to it for too long`,
  });
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
