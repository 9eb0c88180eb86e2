/**
 * Where things lie below the store's root:
 *   objects/<first two digits>/<sha256>   blobs, whole and never changed
 *   temp/<random>                         being written; whatever is there at a start is from a crash
 *   uploads/<id>/                         multipart uploads, see upload-journal.ts
 *   growing/<id>                          files that grow at their end, see growing-files.ts
 */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fsyncFolder } from '../../lib/atomic-file.ts';
import { SlyError } from '../../lib/errors.ts';
import { SHA256_HEX, type Sha256 } from '../../lib/hash.ts';

export interface BlobPaths {
  objects: string;
  temp: string;
  uploads: string;
  growing: string;
  /** SLY_BAD_MESSAGE unless it is 64 lower-case hex digits: a hash from outside must not become another path. */
  object(sha256: Sha256): string;
  /** The folders these blobs lie in are there, durable, when this resolves. Many together cost one wait. */
  makeFolders(hashes: Iterable<Sha256>): Promise<void>;
}

export function blobPaths(root: string): BlobPaths {
  const objects = path.join(root, 'objects');
  /** What another process has left there may be only in the system's memory: each is synced once by this one. */
  const durable = new Set<string>();

  function object(sha256: Sha256): string {
    if (!SHA256_HEX.test(sha256)) {
      throw new SlyError('SLY_BAD_MESSAGE', {
        detail: `expected a SHA-256 as 64 lower-case hex digits, got ${JSON.stringify(sha256.slice(0, 100))}`,
      });
    }
    return path.join(objects, sha256.slice(0, 2), sha256);
  }

  return {
    objects,
    temp: path.join(root, 'temp'),
    uploads: path.join(root, 'uploads'),
    growing: path.join(root, 'growing'),
    object,
    async makeFolders(hashes) {
      const folders = new Set(Array.from(hashes, (sha256) => path.dirname(object(sha256))));
      const fresh = [...folders].filter((folder) => !durable.has(folder) || !existsSync(folder));
      if (fresh.length === 0) return;
      for (const folder of fresh) {
        durable.delete(folder);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
      }
      await fsyncFolder(objects);
      for (const folder of fresh) durable.add(folder);
    },
  };
}
