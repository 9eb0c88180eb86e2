/** A source that is one plain file gets a folder of its own, because a plugin is given a folder. The original is not touched. */
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { chmod, copyFile, link, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import type { Progress } from '../../protocol/task.ts';
import { lookAtFile, type WalkEntry } from './walk-folder.ts';

const OTHERS_READ = 0o4;

/**
 * Puts `file` into the new folder `root`: as a hard link where plugins may read it as it is, else as a clone,
 * else as a copy. Mounted read-only, so sharing the bytes with the original is safe.
 */
export async function stageFile(
  file: string,
  root: string,
  options: { signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<void> {
  const before = lookAtFile(file);
  if (before?.kind !== 'file') throw gone(file);
  await mkdir(root, { recursive: true });
  await chmod(root, 0o755);
  const target = path.join(root, path.basename(file));
  if ((before.mode & OTHERS_READ) !== 0 && (await canDo(link(file, target)))) return;
  const cloned = await canDo(
    copyFile(file, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL),
  );
  if (!cloned) await copy(file, target, before, options);
  await chmod(target, 0o644);
  const after = lookAtFile(file);
  if (after === undefined) throw gone(file);
  if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
    throw new SlyError('SLY_SOURCE_CHANGED', {
      detail: `${path.basename(file)} changed while it was copied`,
      hint: 'Wait until it is complete.',
    });
  }
}

async function copy(
  file: string,
  target: string,
  { size }: WalkEntry,
  options: { signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<void> {
  const reader = createReadStream(file, { flags: 'r', highWaterMark: 1 << 20 });
  let done = 0;
  reader.on('data', (chunk) => {
    done += chunk.length;
    options.onProgress({ phase: 'copying', bytes: { done, total: size } });
  });
  await pipeline(reader, createWriteStream(target, { flags: 'w', flush: true }), { signal: options.signal });
}

/** True when it worked; false when this way is not open here (other disk, file system without it, not allowed). */
async function canDo(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw error;
    return false;
  }
}

function gone(file: string): SlyError {
  return new SlyError('SLY_SOURCE_GONE', { detail: `${file} is not there any more` });
}
