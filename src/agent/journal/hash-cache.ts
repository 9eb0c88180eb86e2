/** SHA-256 of large local files by (path, size, mtime, inode): a hint that saves reading, never the truth of a blob. */
import type { Clock } from '../../lib/clock.ts';
import type { Sha256 } from '../../lib/hash.ts';
import type { JournalDatabase } from './open-journal.ts';

export interface FileIdentity {
  path: string;
  size: number;
  mtimeNs: bigint;
  inode: bigint;
}

export interface HashCache {
  get(file: FileIdentity): Sha256 | undefined;
  put(file: FileIdentity, sha256: Sha256): void;
  /** Forgets entries not used since `before` (ms since 1970). */
  prune(before: number): void;
}

export function createHashCache(db: JournalDatabase, clock: Clock): HashCache {
  const select = db
    .prepare<[string, number, string, string], string>(
      'SELECT sha256 FROM file_hashes WHERE path = ? AND size = ? AND mtime_ns = ? AND inode = ?',
    )
    .pluck();
  const upsert = db.prepare(
    `INSERT INTO file_hashes (path, size, mtime_ns, inode, sha256, used_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, inode = excluded.inode,
       sha256 = excluded.sha256, used_at = excluded.used_at`,
  );
  const prune = db.prepare('DELETE FROM file_hashes WHERE used_at < ?');
  return {
    get: (file) => select.get(file.path, file.size, String(file.mtimeNs), String(file.inode)),
    put: (file, sha256) =>
      void upsert.run(file.path, file.size, String(file.mtimeNs), String(file.inode), sha256, clock.now()),
    prune: (before) => void prune.run(before),
  };
}
