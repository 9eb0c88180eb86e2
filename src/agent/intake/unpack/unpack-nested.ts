/**
 * Archives inside an unpacked archive, one level deep: each becomes a folder beside it with its name, and is gone.
 * All of them together may become no more than the outer archive's own limits still allow, so that a bomb of
 * bombs ends where a bomb does. One that cannot be unpacked is refused by itself; the rest stays.
 */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { SlyError } from '../../../lib/errors.ts';
import type { Progress, ReportLine } from '../../../protocol/task.ts';
import { archiveKind, stemOf } from '../file-names.ts';
import { walkFolder } from '../walk-folder.ts';
import { unpackArchive } from './unpack-archive.ts';
import type { UnpackLimits } from './unpack-limits.ts';

export async function unpackNested(
  root: string,
  options: {
    /** Bytes of the outer archive. */
    archiveBytes: number;
    limits: UnpackLimits;
    signal: AbortSignal;
    onProgress(progress: Progress): void;
  },
): Promise<ReportLine[]> {
  const { archiveBytes, limits, signal } = options;
  const inner: string[] = [];
  const names = new Set<string>();
  let bytes = 0;
  let entries = 0;
  for await (const batch of walkFolder(root, { signal })) {
    for (const entry of batch) {
      names.add(entry.path);
      entries++;
      if (entry.kind !== 'file') continue;
      bytes += entry.size;
      // The tars of a project's blob/ folder are data.
      const isBlob = path.posix.basename(path.posix.dirname(entry.path)) === 'blob';
      if (!isBlob && archiveKind(entry.name) !== undefined) inner.push(entry.path);
    }
  }
  const most = Math.min(limits.totalBytes, Math.max(limits.ratioFloorBytes, limits.ratio * archiveBytes));
  const refused: ReportLine[] = [];
  for (const file of inner.sort()) {
    signal.throwIfAborted();
    const absolute = path.join(root, file);
    const folder = freeFolder(file, names);
    const left = { ...limits, totalBytes: Math.max(0, most - bytes), entries: limits.entries - entries };
    try {
      const lines = await unpackArchive(absolute, path.join(root, folder), { ...options, limits: left });
      refused.push(
        ...lines.map((line) =>
          line.file === undefined ? line : { ...line, file: `${folder}/${line.file}` },
        ),
      );
      const size = await sizeBelow(path.join(root, folder), signal);
      bytes += size.bytes - (await stat(absolute)).size;
      entries += size.entries;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SlyError) || error.code === 'SLY_DISK_FULL') throw error;
      refused.push({
        status: 'failed',
        file,
        code: error.code,
        message: error.detail,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
    await rm(absolute);
  }
  return refused;
}

function freeFolder(file: string, names: Set<string>): string {
  const base = path.posix.basename(file);
  const wanted = path.posix.join(path.posix.dirname(file), stemOf(base, false));
  let folder = wanted;
  for (let number = 1; names.has(folder); number++) folder = `${wanted}_${String(number).padStart(2, '0')}`;
  names.add(folder);
  return folder;
}

async function sizeBelow(folder: string, signal: AbortSignal): Promise<{ bytes: number; entries: number }> {
  let bytes = 0;
  let entries = 0;
  for await (const batch of walkFolder(folder, { signal })) {
    for (const { size, kind } of batch) {
      entries++;
      if (kind === 'file') bytes += size;
    }
  }
  return { bytes, entries };
}
