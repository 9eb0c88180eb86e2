/**
 * An archive -> plain files in a folder, or nothing at all: on any failure the folder is emptied. The kind is
 * told by the first bytes, not by the name. The archive itself is only read.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, rm, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SlyError } from '../../../lib/errors.ts';
import type { Progress, ReportLine } from '../../../protocol/task.ts';
import { type Budget, badArchive, createBudget, type UnpackLimits } from './unpack-limits.ts';
import { unpackTar } from './unpack-tar.ts';
import { createUnpackTarget, type UnpackTarget } from './unpack-target.ts';
import { unpackZip } from './unpack-zip.ts';

/** What a format's reader works with. */
export interface UnpackJob {
  archive: FileHandle;
  archiveBytes: number;
  target: UnpackTarget;
  budget: Budget;
  limits: UnpackLimits;
  signal: AbortSignal;
  /** Progress in bytes. */
  tell(done: number, total: number): void;
  /** Throws SLY_DISK_FULL when so many bytes have no place. */
  assertRoom(bytes: number): Promise<void>;
}

const TELL_MS = 250;
const SYNC_MS = 60_000;

/** Unpacks `file` into the new folder `root`; returns the entries that were not unpacked. */
export async function unpackArchive(
  file: string,
  root: string,
  options: { limits: UnpackLimits; signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<ReportLine[]> {
  const { limits, signal } = options;
  const archive = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const before = await archive.stat({ bigint: true });
    const archiveBytes = Number(before.size);
    await mkdir(root, { recursive: true });
    await chmod(root, 0o755);
    const budget = createBudget(limits, archiveBytes);
    const target = createUnpackTarget(root, budget, signal);
    let toldAt = 0;
    await unpackByKind({
      archive,
      archiveBytes,
      target,
      budget,
      limits,
      signal,
      tell(done, total) {
        if (performance.now() - toldAt < TELL_MS) return;
        toldAt = performance.now();
        options.onProgress({ phase: 'unpacking', bytes: { done, total } });
      },
      assertRoom: (bytes) => assertRoom(root, bytes),
    });
    const after = await archive.stat({ bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) {
      throw new SlyError('SLY_SOURCE_CHANGED', {
        detail: 'the archive changed while it was unpacked',
        hint: 'Wait until it is copied completely.',
      });
    }
    await syncFolder(root, signal);
    return target.refused;
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    signal.throwIfAborted();
    throw asArchiveError(error);
  } finally {
    await archive.close();
  }
}

async function unpackByKind(job: UnpackJob): Promise<void> {
  const { buffer, bytesRead } = await job.archive.read(Buffer.alloc(4), 0, 4, 0);
  if (bytesRead < 4) throw badArchive(`expected an archive, got a file of ${job.archiveBytes} bytes`);
  const magic = buffer.readUInt32LE(0);
  if (buffer[0] === 0x1f && buffer[1] === 0x8b) return unpackTar(job, 'gzip');
  if (magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50) return unpackTar(job, 'zstd');
  // PK: the first entry, the end of an empty archive, or the mark of a spanned one.
  if (buffer[0] === 0x50 && buffer[1] === 0x4b) return unpackZip(job);
  await job.assertRoom(job.archiveBytes);
  return unpackTar(job, 'none');
}

async function assertRoom(root: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  if (bytes <= free) return;
  throw new SlyError('SLY_DISK_FULL', {
    detail: `the archive unpacks to ${bytes} bytes, ${free} are free`,
    hint: 'Free some room, or drop the unpacked folder instead: it is read where it is.',
  });
}

/** The task goes on after a power cut as if everything were there, so everything must be. Best effort: not every system has it. */
async function syncFolder(root: string, signal: AbortSignal): Promise<void> {
  await promisify(execFile)('sync', ['-f', root], { signal, timeout: SYNC_MS }).catch(() => undefined);
}

/** What the readers throw is about the archive, unless it came from the system. */
function asArchiveError(error: unknown): unknown {
  if (error instanceof SlyError || !(error instanceof Error) || 'syscall' in error) return error;
  return badArchive(error.message, error);
}
