/** Hashes files off the main thread, so that a terabyte being read does not delay a heartbeat. */

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

export interface HashJob {
  id: number;
  path: string;
  start: number;
  /** Exclusive; -1 = to the end. */
  end: number;
}

export type HashAnswer =
  | { id: number; sha256: string; size: number; mtimeNs: bigint; inode: bigint }
  | { id: number; message: string; code: string | undefined };

const buffer = Buffer.allocUnsafe(1 << 20);

function hashFile(job: HashJob): HashAnswer {
  const fd = openSync(job.path, 'r');
  try {
    const stat = fstatSync(fd, { bigint: true });
    const hash = createHash('sha256');
    let at = job.start;
    for (;;) {
      const want = job.end < 0 ? buffer.length : Math.min(buffer.length, job.end - at);
      const read = want === 0 ? 0 : readSync(fd, buffer, 0, want, at);
      if (read === 0) break;
      hash.update(buffer.subarray(0, read));
      at += read;
    }
    return {
      id: job.id,
      sha256: hash.digest('hex'),
      size: at - job.start,
      mtimeNs: stat.mtimeNs,
      inode: stat.ino,
    };
  } finally {
    closeSync(fd);
  }
}

parentPort?.on('message', (job: HashJob) => {
  let answer: HashAnswer;
  try {
    answer = hashFile(job);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    answer = { id: job.id, message: error instanceof Error ? error.message : String(error), code };
  }
  parentPort?.postMessage(answer);
});
