/**
 * GrowingFiles on a folder. A file may be longer than what the caller knows to be safe (a crash, a refused body):
 * the next body is written over it, and the end cuts it. Bytes are synced before the caller hears of them.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, statfs, truncate } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, SlyError, toSlyError } from '../../lib/errors.ts';
import type { GrowingFiles } from '../ports/blobs.ts';
import type { BlobPaths } from './blob-paths.ts';
import type { UploadHasher } from './upload-hasher.ts';
import { moveIn, sizeOf } from './write-blobs.ts';
import { writePart } from './write-part.ts';

const ID = /^[\w-]{43}$/;
/** A body of any length is synced and told of in steps of this size. */
const STEP_BYTES = 16 << 20;

export function createGrowingFiles(deps: {
  paths: BlobPaths;
  hasher: UploadHasher;
  ready(): Promise<void>;
}): GrowingFiles {
  const { paths, hasher, ready } = deps;

  function fileOf(id: string): string {
    if (!ID.test(id)) throw new SlyError('SLY_NOT_FOUND', { detail: 'there is no such upload' });
    return path.join(paths.growing, id);
  }

  return {
    async create(id) {
      await ready();
      await (await open(fileOf(id), 'wx', 0o600)).close();
    },

    async append(id, body, { from, size, checksum, onDurable }) {
      await ready();
      const file = fileOf(id);
      const pieces = piecesOf(body, checksum?.algorithm);
      let at = from;
      try {
        while (!pieces.ended()) {
          const step = { file, position: at, room: size - at };
          at += (await writePart(pieces.next(STEP_BYTES), step)).size;
          if (checksum === undefined && at > from) await onDurable(at);
        }
      } catch (error) {
        if (errnoOf(error) === 'ENOENT')
          throw new SlyError('SLY_NOT_FOUND', { detail: 'the bytes of this upload are gone', cause: error });
        throw toSlyError(error);
      }
      const broken = pieces.broken();
      if (checksum !== undefined && broken === undefined) {
        if (!pieces.digest().equals(checksum.digest)) {
          throw new SlyError('SLY_HASH_MISMATCH', {
            detail: `${at - from} bytes from ${from} do not have the announced ${checksum.algorithm}`,
            hint: 'They are sent again.',
          });
        }
        await onDurable(at);
      }
      if (checksum === undefined || broken === undefined) hasher.advance(id, file, at);
      if (broken !== undefined) throw broken;
    },

    async hash(id, size) {
      await ready();
      const file = fileOf(id);
      await truncate(file, size);
      return hasher.finish(id, file, size);
    },

    async moveIn(id, sha256) {
      await ready();
      const file = fileOf(id);
      if ((await sizeOf(file)) !== undefined) await moveIn(paths, file, sha256);
      else if ((await sizeOf(paths.object(sha256))) === undefined)
        throw new SlyError('SLY_NOT_FOUND', { detail: 'the bytes of this upload are gone' });
    },

    async remove(id) {
      hasher.forget(id);
      await rm(fileOf(id), { force: true });
    },

    async untouchedSince(before) {
      await ready();
      const old: string[] = [];
      for (const name of await readdir(paths.growing)) {
        const found = await stat(path.join(paths.growing, name)).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < before && ID.test(name)) old.push(name);
      }
      return old;
    },

    async freeBytes() {
      await mkdir(paths.growing, { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(paths.growing);
      return bavail * bsize;
    },
  };
}

/** Reads a body in steps; what breaks it off is kept for later, so that the bytes before it are written. */
function piecesOf(body: AsyncIterable<Uint8Array>, algorithm: string | undefined) {
  const source = body[Symbol.asyncIterator]();
  const hash = algorithm === undefined ? undefined : createHash(algorithm);
  let over = false;
  let broken: Error | undefined;

  async function* next(most: number): AsyncGenerator<Uint8Array> {
    for (let given = 0; given < most && !over; ) {
      let piece: IteratorResult<Uint8Array>;
      try {
        piece = await source.next();
      } catch (error) {
        broken = toSlyError(error);
        over = true;
        return;
      }
      if (piece.done === true) {
        over = true;
        return;
      }
      hash?.update(piece.value);
      given += piece.value.length;
      yield piece.value;
    }
  }

  return {
    next,
    ended: () => over,
    broken: () => broken,
    digest: () => hash?.digest() ?? Buffer.alloc(0),
  };
}
