/**
 * Where things lie below the store's root:
 *   objects/<first two digits>/<sha256>   blobs, whole and never changed
 *   temp/<random>                         being written; whatever is there at a start is from a crash
 *   uploads/<id>/                         multipart uploads, see upload-journal.ts
 *   growing/<id>                          files that grow at their end, see growing-files.ts
 */
import path from 'node:path';
import { SlyError } from '../../lib/errors.ts';
import { SHA256_HEX, type Sha256 } from '../../lib/hash.ts';

export interface BlobPaths {
  objects: string;
  temp: string;
  uploads: string;
  growing: string;
  /** SLY_BAD_MESSAGE unless it is 64 lower-case hex digits: a hash from outside must not become another path. */
  object(sha256: Sha256): string;
}

export function blobPaths(root: string): BlobPaths {
  const objects = path.join(root, 'objects');
  return {
    objects,
    temp: path.join(root, 'temp'),
    uploads: path.join(root, 'uploads'),
    growing: path.join(root, 'growing'),
    object(sha256) {
      if (!SHA256_HEX.test(sha256)) {
        throw new SlyError('SLY_BAD_MESSAGE', {
          detail: `expected a SHA-256 as 64 lower-case hex digits, got ${JSON.stringify(sha256.slice(0, 100))}`,
        });
      }
      return path.join(objects, sha256.slice(0, 2), sha256);
    },
  };
}
